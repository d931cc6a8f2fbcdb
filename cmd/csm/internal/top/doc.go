// Package top is a live table of operations on a terminal: how often they are
// called, how they fail, and how long they take. It shows what a [Source] tells, and
// counts nothing itself but what came between two answers.
//
// All text of events goes through package harmless before it is shown.
package top
