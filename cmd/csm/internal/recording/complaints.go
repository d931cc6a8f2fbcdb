package recording

import (
	"log/slog"
	"time"
)

// complainEvery is how often the same is logged at most.
const complainEvery = time.Minute

// complaints log warnings, each at most once a minute.
type complaints struct {
	log  *slog.Logger // may be nil
	said map[string]time.Time
}

func (c *complaints) warn(now time.Time, message string, args ...any) {
	if c.log == nil || now.Sub(c.said[message]) < complainEvery {
		return
	}
	if c.said == nil {
		c.said = make(map[string]time.Time)
	}
	c.said[message] = now
	c.log.Warn(message, args...)
}
