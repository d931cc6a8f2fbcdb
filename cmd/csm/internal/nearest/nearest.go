// Package nearest finds what somebody may have meant who wrote a name wrong.
package nearest

import "strings"

// maxName is the longest name, in bytes, that is compared: the effort grows with
// its square.
const maxName = 128

// Name is the candidate that is most like a name: equal but for case, or with few
// letters to change, one for every three that the longer one has. Of several that are
// equally alike it is the first, and it is empty if none is alike.
func Name(name string, candidates []string) string {
	if len(name) > maxName {
		return ""
	}
	best, least := "", maxName
	for _, c := range candidates {
		if len(c) > maxName {
			continue
		}
		d := distance(strings.ToLower(name), strings.ToLower(c))
		if d <= max(len([]rune(name)), len([]rune(c)))/3 && d < least {
			best, least = c, d
		}
	}
	return best
}

// distance is how many letters have to be put in, left out, or changed to make b of
// a (Levenshtein), where two neighbours that are exchanged count as one.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	var before []int // the row before the last
	last := make([]int, len(to)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(from); i++ {
		row := make([]int, len(to)+1)
		row[0] = i
		for j := 1; j <= len(to); j++ {
			change := 1
			if from[i-1] == to[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && from[i-1] == to[j-2] && from[i-2] == to[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(to)]
}
