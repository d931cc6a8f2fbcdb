package timeline

// NumBands is how many bands of latency there are.
const NumBands = len(bounds) + 1

// bounds are the upper bounds of the bands but the last, in milliseconds.
var bounds = [...]int64{
	1, 2, 3, 5, 7, 10, 20, 30, 50, 70, 100, 200, 300, 500, 700,
	1000, 2000, 3000, 5000, 7000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000,
}

// Band is the band of a latency in milliseconds, from 0 to NumBands-1.
func Band(ms int64) int {
	low, high := 0, len(bounds)
	for low < high {
		if middle := (low + high) / 2; ms <= bounds[middle] {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

// Bounds are the limits of a band, in seconds: its latencies are above the lower one,
// but for 0, which is in the first band, up to the upper one. The last band has no
// upper one, which is 0 then.
func Bounds(band int) (lower, upper float64) {
	if band > 0 {
		lower = float64(bounds[band-1]) / 1000
	}
	if band < len(bounds) {
		upper = float64(bounds[band]) / 1000
	}
	return lower, upper
}
