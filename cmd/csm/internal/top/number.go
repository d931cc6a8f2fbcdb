package top

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// count writes a number in at most width columns, which are 4 or more: 9999, 12k,
// 1.2M. It is cut, not rounded.
func count(n uint64, width int) string {
	if s := strconv.FormatUint(n, 10); len(s) <= width {
		return s
	}
	for i, unit := range []string{"k", "M", "G", "T", "P"} {
		divisor := uint64(math.Pow10(3 * (i + 1)))
		whole := strconv.FormatUint(n/divisor, 10)
		if len(whole)+1 > width || i < 4 && len(whole) > 3 {
			continue
		}
		if digits := width - len(whole) - 2; digits > 0 && len(whole) < 3 {
			fraction := fmt.Sprintf("%03d", n%divisor/(divisor/1000))
			return whole + "." + fraction[:min(digits, 3)] + unit
		}
		return whole + unit
	}
	return "many"
}

// perSecond writes a rate in at most five columns.
func perSecond(rate float64) string {
	switch {
	case rate == 0:
		return "0"
	case rate < 0.05:
		return "<0.1"
	case rate < 999.95:
		return strconv.FormatFloat(rate, 'f', 1, 64)
	}
	return count(uint64(math.Round(rate)), 5)
}

// short writes a number of seconds in at most five columns: 12ms, 1.24s, 2m03s.
func short(seconds float64) string {
	switch ms := math.Round(seconds * 1000); {
	case ms < 1000:
		return fmt.Sprintf("%.0fms", ms)
	case ms < 9995:
		return fmt.Sprintf("%.2fs", ms/1000)
	case ms < 59_950:
		return fmt.Sprintf("%.1fs", ms/1000)
	}
	switch s := int(min(math.Round(seconds), math.MaxInt32)); {
	case s < 600:
		return fmt.Sprintf("%dm%02ds", s/60, s%60)
	case s < 6000:
		return fmt.Sprintf("%dm", s/60)
	case s < 3_600_000:
		return fmt.Sprintf("%dh", s/3600)
	}
	return ">999h"
}

// percent writes a part of a whole, or nothing if there is no whole.
func percent(part, whole uint64) string {
	if whole == 0 {
		return ""
	}
	switch p := 100 * float64(part) / float64(whole); {
	case p == 0:
		return "0 %"
	case p < 0.1:
		return "<0.1 %"
	case p < 9.95:
		return fmt.Sprintf("%.1f %%", p)
	case p > 99.5 && p < 100:
		return ">99 %"
	default:
		return fmt.Sprintf("%.0f %%", p)
	}
}

var levels = []rune(" ▁▂▃▄▅▆▇█")

// sparkline draws values, the largest as high as a line.
func sparkline(values []float64) string {
	highest := 0.0
	for _, v := range values {
		highest = max(highest, v)
	}
	var b strings.Builder
	for _, v := range values {
		level := 0
		if v > 0 {
			level = max(1, int(math.Round(v/highest*float64(len(levels)-1))))
		}
		b.WriteRune(levels[level])
	}
	return b.String()
}

var eighths = []rune(" ▏▎▍▌▋▊▉")

// bar draws a part of a width; something that is not zero can be seen.
func bar(part float64, width int) string {
	n := int(math.Round(part * float64(width) * 8))
	if part > 0 {
		n = max(n, 1)
	}
	s := strings.Repeat("█", n/8)
	if n%8 > 0 {
		s += string(eighths[n%8])
	}
	return s
}
