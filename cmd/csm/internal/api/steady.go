package api

import (
	"net/http"
	"time"
)

// partWrite is how long a client may take to read a part of an answer for which
// others wait.
const partWrite = 5 * time.Second

// A steadyWriter gives up a client that stops reading, before the limit of the whole
// answer does.
type steadyWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	end     time.Time // of the whole
}

func newSteadyWriter(w http.ResponseWriter) *steadyWriter {
	return &steadyWriter{w, http.NewResponseController(w), time.Now().Add(writeResponse)}
}

// Write writes a part.
func (s *steadyWriter) Write(b []byte) (int, error) {
	limit := time.Now().Add(partWrite)
	if s.end.Before(limit) {
		limit = s.end
	}
	_ = s.control.SetWriteDeadline(limit) // only a writer that has no deadlines refuses it
	return s.ResponseWriter.Write(b)
}

// Unwrap is for [http.ResponseController].
func (s *steadyWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }
