package report

import (
	"fmt"
	"math"
)

// Duration writes a number of seconds for people: 0 ms, 12 ms, 1.24 s, 2 m 03 s,
// 5 h 07 m. It takes at most nine columns.
func Duration(seconds float64) string {
	ms := math.Round(seconds * 1000)
	switch {
	case ms < 1000:
		return fmt.Sprintf("%.0f ms", ms)
	case ms < 59_995:
		return fmt.Sprintf("%.2f s", ms/1000)
	}
	s := math.Round(ms / 1000)
	if s < 3600 {
		return fmt.Sprintf("%d m %02d s", int(s)/60, int(s)%60)
	}
	m := math.Round(s / 60)
	if m < 1000*60 {
		return fmt.Sprintf("%d h %02d m", int(m)/60, int(m)%60)
	}
	return "> 1000 h"
}
