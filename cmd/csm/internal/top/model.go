package top

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/go-csm/csm/cmd/csm/internal/api"
	"github.com/go-csm/csm/cmd/csm/internal/harmless"
)

// However much there is, the view and the agent spend little on it: the next question
// waits for pace times as long as the last one took, up to longestPause.
const (
	pace         = 40
	longestPause = 5 * time.Second
)

// Options are what a view shows, and how.
type Options struct {
	Source   Source
	Title    string        // what the source is, such as "agent at http://127.0.0.1:31080"; harmless
	Empty    []string      // what to do as long as there are no calls, a line each; harmless
	Interval time.Duration // how often the source is asked

	// Interrupt is what Ctrl-C does, for a view of a program that runs: leaving the view
	// does not end that. Nil means that it leaves the view, as q does.
	Interrupt func()
}

// A Model is the view, for Bubble Tea.
type Model struct {
	o      Options
	ctx    context.Context
	styles *styles

	width, height int

	history *history // what is known
	shown   *history // what is shown: the same, or a copy while paused
	rows    []*operation
	longest int // columns of the longest name of all
	err     error
	away    time.Time // since when the source does not answer

	sortBy    int // a column, or byName
	ascending bool
	filter    string
	typing    bool // the filter
	selected  key
	cursor    int // the row of selected
	first     int // row on the screen
	paused    bool
	help      bool
	detail    *detail // nil is the table
}

// New makes a view, which asks until ctx is done.
func New(ctx context.Context, o Options) *Model {
	h := newHistory()
	return &Model{o: o, ctx: ctx, styles: newStyles(true), width: 80, height: 24, history: h, shown: h}
}

// A sampleMsg is an answer of the source.
type sampleMsg struct {
	all  api.Statistics
	err  error
	took time.Duration
	at   time.Time

	of  key            // whose details were asked for, too
	one api.Statistics // its details
}

// A tickMsg is that it is time to ask again.
type tickMsg struct{}

// Init begins to ask.
func (m *Model) Init() tea.Cmd { return tea.Batch(tea.RequestBackgroundColor, m.ask()) }

// ask asks the source.
func (m *Model) ask() tea.Cmd {
	var of key
	if m.detail != nil {
		of = m.detail.key
	}
	return func() tea.Msg {
		began := time.Now()
		msg := sampleMsg{of: of}
		msg.all, msg.err = m.o.Source.Operations(m.ctx)
		if msg.err == nil && of != (key{}) {
			msg.one, msg.err = m.o.Source.Operation(m.ctx, of.service, of.operation)
		}
		msg.at = time.Now()
		msg.took = msg.at.Sub(began)
		return msg
	}
}

// Update takes what has happened.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		m.styles = newStyles(msg.IsDark())
	case tea.KeyPressMsg:
		return m, m.press(msg)
	case tea.PasteMsg:
		if m.typing {
			m.setFilter(fit(harmless.Text(m.filter+msg.Content), maxFilter))
		}
	case tickMsg:
		return m, m.ask()
	case detailMsg:
		m.takeDetail(msg.of, msg.one, msg.err)
	case sampleMsg:
		m.take(msg)
		return m, tea.Tick(max(m.o.Interval, min(pace*msg.took, longestPause))-msg.took, func(time.Time) tea.Msg { return tickMsg{} })
	}
	m.scroll()
	return m, nil
}

// take takes an answer of the source.
func (m *Model) take(msg sampleMsg) {
	if msg.err != nil {
		if m.err == nil {
			m.away = msg.at
		}
		m.err = msg.err
		return
	}
	m.err = nil
	m.history.add(msg.all)
	if msg.of != (key{}) {
		m.takeDetail(msg.of, msg.one, nil)
	}
	if !m.paused {
		m.show()
	}
}

// show makes the rows of the table anew. The cursor stays with its operation, or on
// the first row if it is there.
func (m *Model) show() {
	m.rows = sorted(m.shown.operations, m.filter, m.sortBy, m.ascending)
	m.longest = 0
	for _, o := range m.rows {
		m.longest = max(m.longest, len(o.name)) // in bytes, for it costs less
	}
	if m.cursor > 0 {
		for i, o := range m.rows {
			if keyOf(&o.Series) == m.selected {
				m.cursor = i
				break
			}
		}
	}
	m.move(0)
}

// move moves the cursor by a number of rows.
func (m *Model) move(by int) {
	m.cursor = max(0, min(m.cursor+by, len(m.rows)-1))
	if m.cursor < len(m.rows) {
		m.selected = keyOf(&m.rows[m.cursor].Series)
	}
	m.scroll()
}

// scroll makes the row of the cursor one that is on the screen.
func (m *Model) scroll() {
	height := max(1, m.tableHeight())
	m.first = min(m.first, m.cursor)
	m.first = max(m.first, m.cursor-height+1)
	m.first = max(0, min(m.first, len(m.rows)-height))
}

// pause stops what is shown, or lets it go on. The source is asked meanwhile.
func (m *Model) pause() {
	m.paused = !m.paused
	m.shown = m.history
	if m.paused {
		m.shown = m.history.frozen()
	}
	m.show()
}

func (m *Model) setFilter(text string) {
	m.filter = text
	m.cursor, m.first = 0, 0
	m.show()
}
