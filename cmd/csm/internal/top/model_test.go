package top

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

func (s *screen) names() (names []string) {
	for _, o := range s.rows {
		names = append(names, o.name)
	}
	return names
}

func TestRatesAreOfTheTimeThatIsKnown(t *testing.T) {
	s := newScreen(t, 80, 24, 0)
	add := func(calls int, elapsed time.Duration) *operation {
		for range calls {
			s.source.call("S3", "GetObject", 1, 1, "")
		}
		s.source.taken = s.source.taken.Add(elapsed)
		s.sample()
		return s.history.operations[key{service: "S3", operation: "GetObject"}]
	}
	for _, step := range []struct {
		calls        int
		elapsed      time.Duration
		rate, minute float64
	}{
		{10, time.Second, 10, 10},
		{30, time.Second, 20, 40},
		{0, 8 * time.Second, 4, 40},
		{20, 10 * time.Second, 2, 60},
		{0, 40 * time.Second, 0, 60}, // since the first call is a minute
		{0, time.Second, 0, 50},
		{600, 2 * time.Minute, 5, 300}, // of which half is of the last minute
	} {
		o := add(step.calls, step.elapsed)
		if o.rate != step.rate || o.minute != step.minute {
			t.Errorf("%d calls in %v: %v calls a second and %v in a minute, want %+v", step.calls, step.elapsed, o.rate, o.minute, step)
		}
	}
}

func TestAnAgentThatCountedBeforeHasNoRateAtFirst(t *testing.T) {
	s := newScreen(t, 80, 24, 0)
	m := New(t.Context(), s.o)
	again := &screen{t, m, s.source}
	for n := range 60 {
		s.source.second(n)
	}
	again.sample()
	if plain := again.plain(); !strings.Contains(plain, "- calls/s  0 in 1 min  calls 2") || again.shown.known() {
		t.Errorf("at first the screen is\n%s", plain)
	}
	s.source.second(0)
	again.sample()
	if o := again.rows[0]; o.rate != 21 || o.minute != 21 || o.Calls != 2436 {
		t.Errorf("after a second: %v calls a second, %v in a minute, %d calls", o.rate, o.minute, o.Calls)
	}
}

func TestAClockThatWasSetBack(t *testing.T) {
	s := newScreen(t, 80, 24, 8)
	s.source.second(0)
	s.source.taken = s.source.taken.Add(-time.Hour)
	for n := range 3 {
		s.sample()
		if plain := s.plain(); !strings.Contains(plain, "S3.GetObject") {
			t.Errorf("%d seconds after, the screen is\n%s", n, plain)
		}
		s.source.second(n)
	}
}

func TestAnAgentThatWasStartedAgain(t *testing.T) {
	s := newScreen(t, 80, 24, 8)
	fresh := newSource()
	fresh.began = start.Add(9 * time.Second)
	fresh.taken = fresh.began
	fresh.second(0)
	s.o.Source = fresh
	msg := s.ask()().(sampleMsg)
	s.send(msg)
	if plain := s.plain(); !strings.Contains(plain, "the agent was started again at 10:15:09") || !strings.Contains(plain, "calls 30 ") {
		t.Errorf("the screen is\n%s", plain)
	}
	if s.history.total.calls[9] != 30 {
		t.Errorf("%d calls came, want the 30 since it was started", s.history.total.calls[9])
	}
}

func TestTheCursorStaysWithItsOperation(t *testing.T) {
	s := newScreen(t, 80, 24, 8)
	s.press("down")
	if name := s.rows[s.cursor].name; name != "DynamoDB.BatchWriteItem" {
		t.Fatalf("the cursor is at %s", name)
	}
	s.press("r")
	if name := s.rows[s.cursor].name; name != "DynamoDB.BatchWriteItem" || s.cursor != 4 {
		t.Errorf("in the other order it is at %s, %d", name, s.cursor)
	}
	s.press("home", "r")
	if s.cursor != 0 || s.rows[0].name != "S3.GetObject" {
		t.Errorf("the first row does not stay the first: %d of %q", s.cursor, s.names())
	}
}

func TestSortingByEveryColumn(t *testing.T) {
	s := newScreen(t, 80, 24, 8)
	for i := range len(columns) + 1 {
		name := nameTitle
		if s.sortBy != byName {
			name = columns[s.sortBy].title
			value := columns[s.sortBy].value
			for n := range s.rows[1:] {
				if value(s.rows[n]) < value(s.rows[n+1]) {
					t.Errorf("by %s: %q", name, s.names())
				}
			}
		} else if !slices.IsSorted(s.names()) {
			t.Errorf("by name: %q", s.names())
		}
		if plain := s.plain(); !strings.Contains(plain, "▼"+name) && !strings.Contains(plain, name+"▲") {
			t.Errorf("%d: that it is by %s is not shown:\n%s", i, name, plain)
		}
		s.press("right")
	}
	if s.sortBy != 0 {
		t.Errorf("after all columns it is by %d", s.sortBy)
	}
	s.press("left", "r")
	if plain := s.plain(); s.sortBy != byName || !strings.Contains(plain, nameTitle+"▼") || !strings.HasPrefix(s.rows[0].name, "S3\ufffd") {
		t.Errorf("by name in reverse: %q\n%s", s.names(), plain)
	}
}

func TestFiltering(t *testing.T) {
	s := newScreen(t, 80, 24, 8)
	s.press("/", "S3.GETq", "backspace", "enter")
	if got := s.names(); !slices.Equal(got, []string{"S3.GetObject"}) || s.typing {
		t.Errorf("S3.GET: %q", got)
	}
	s.press("esc")
	if len(s.rows) != 6 {
		t.Errorf("without a filter there are %d", len(s.rows))
	}
	s.press("/", "write", "esc")
	if len(s.rows) != 6 || s.typing || s.filter != "" {
		t.Errorf("a filter that is given up: %q, %d rows", s.filter, len(s.rows))
	}
	s.press("/")
	s.send(tea.PasteMsg{Content: "put\n\x1b[2J"})
	if s.filter != "put \ufffd[2J" {
		t.Errorf("pasted is %q", s.filter)
	}
	s.press("q") // is text now
	if !strings.HasSuffix(s.filter, "q") {
		t.Errorf("typed is %q", s.filter)
	}
}

func TestPausing(t *testing.T) {
	s := newScreen(t, 80, 24, 8)
	s.press("p")
	before := s.plain()
	for n := range 5 {
		s.source.second(n)
		s.sample()
	}
	s.press("down", "up")
	if after := s.plain(); after != before || !strings.Contains(before, " paused") {
		t.Errorf("while paused the screen became\n%s\nfrom\n%s", after, before)
	}
	s.press("p")
	if plain := s.plain(); !strings.Contains(plain, "10:15:13") || s.rows[0].minute <= 292 {
		t.Errorf("then it is\n%s", plain)
	}
}

func TestScrollingThroughMoreThanFits(t *testing.T) {
	s := newScreen(t, 80, 12, 0)
	s.source = many(50)
	s.o.Source = s.source
	s.source.taken = start.Add(time.Second)
	s.sample()
	height := s.tableHeight()
	s.press("end")
	if s.cursor != 49 || s.first != 50-height {
		t.Errorf("at the end: row %d, the first on the screen is %d", s.cursor, s.first)
	}
	s.press("pgup")
	if s.cursor != 49-height+1 || s.first != s.cursor {
		t.Errorf("a page up: row %d, the first on the screen is %d", s.cursor, s.first)
	}
	s.press("down", "up", "up")
	if s.cursor != 49-height || s.first != s.cursor {
		t.Errorf("one row more: row %d, the first on the screen is %d", s.cursor, s.first)
	}
	s.press("home", "up")
	if s.cursor != 0 || s.first != 0 {
		t.Errorf("at the beginning: row %d, the first on the screen is %d", s.cursor, s.first)
	}
	if lines := strings.Split(s.plain(), "\n"); !strings.Contains(lines[11], "1/50") {
		t.Errorf("the footer is %q", lines[11])
	}
}

func TestAnOperationThatIsOpened(t *testing.T) {
	s := newScreen(t, 80, 24, 8)
	s.openSelected()
	d := s.detail
	if d == nil || d.series == nil || d.series.Calls != 292 {
		t.Fatalf("opened is %+v", d)
	}
	s.source.second(8)
	s.sample()
	if s.detail.series.Calls != 343 {
		t.Errorf("after a second it has %d calls", s.detail.series.Calls)
	}
	s.press("p")
	s.source.second(9)
	s.sample()
	if s.detail.series.Calls != 343 {
		t.Error("while paused it changes")
	}
	to := s.source.follower(t)
	to.Away(errAway)
	s.press("p")
	s.sample()
	if got := s.detail.events.away; got != "the agent is away" {
		t.Errorf("of an agent that is away it says %q", got)
	}
	s.press("esc")
	if s.detail != nil {
		t.Error("it is not closed")
	}
	// An answer that comes too late changes nothing.
	s.send(detailMsg{of: key{service: "S3", operation: "GetObject"}})
	if s.detail != nil {
		t.Error("it is open again")
	}
}

func TestWhatIsForgottenWhileItIsOpen(t *testing.T) {
	s := newScreen(t, 80, 24, 8)
	s.openSelected()
	s.o.Source = newSource()
	s.sample()
	if !s.detail.gone || strings.Contains(s.plain(), "asking") {
		t.Errorf("the screen is\n%s", s.plain())
	}
}

func TestLeaving(t *testing.T) {
	for _, keys := range [][]string{{"q"}, {"enter", "q"}, {"?", "x", "q"}} {
		s := newScreen(t, 80, 24, 8)
		if cmd := s.press(keys...); cmd == nil || reflect.TypeOf(cmd()) != reflect.TypeOf(tea.QuitMsg{}) {
			t.Errorf("%q does not quit", keys)
		}
	}
	s := newScreen(t, 80, 24, 8)
	s.press("/")
	cmd := s.send(tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl})
	if cmd == nil || reflect.TypeOf(cmd()) != reflect.TypeOf(tea.QuitMsg{}) {
		t.Error("Ctrl-C does not quit")
	}
}

func TestTheNextQuestionWaitsForLongerIfTheLastOneTookLong(t *testing.T) {
	s := newScreen(t, 80, 24, 1)
	msg := s.ask()().(sampleMsg)
	s.o.Interval = time.Millisecond
	msg.took = 5 * time.Millisecond
	cmd := s.send(msg)
	began := time.Now()
	cmd()
	if waited := time.Since(began); waited < (pace-1)*msg.took {
		t.Errorf("after a question of %v it waited %v", msg.took, waited)
	}
}

func BenchmarkSample(b *testing.B) {
	s := many(10_000)
	m := New(b.Context(), Options{Source: s, Interval: time.Second})
	answer, _ := s.Operations(b.Context())
	for b.Loop() {
		answer.Taken = answer.Taken.Add(time.Second)
		m.Update(sampleMsg{all: answer})
	}
}

func BenchmarkView(b *testing.B) {
	s := many(10_000)
	m := New(b.Context(), Options{Source: s, Interval: time.Second})
	m.Update(tea.WindowSizeMsg{Width: 160, Height: 60})
	m.Update(m.ask()())
	for b.Loop() {
		m.Update(tea.KeyPressMsg{Code: tea.KeyDown})
		_ = m.View()
	}
}

func BenchmarkLocal(b *testing.B) {
	s := many(10_000)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = s.Operations(b.Context())
	}
}
