package top

import (
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// maxFilter is how long a filter can be.
const maxFilter = 100

// press takes a key.
func (m *Model) press(k tea.KeyPressMsg) tea.Cmd {
	name := k.String()
	switch {
	case name == "ctrl+c" && m.o.Interrupt != nil:
		m.o.Interrupt()
		return nil
	case name == "ctrl+c":
		return m.quit()
	case name == "ctrl+l":
		return tea.ClearScreen
	case m.typing:
		m.pressTyping(k)
		return nil
	case m.help:
		m.help = false // any key
		return nil
	}
	switch name {
	case "q":
		return m.quit()
	case "?", "h", "f1":
		m.help = true
	case "p", "space":
		m.pause()
	default:
		if m.detail != nil {
			m.pressDetail(name)
			return nil
		}
		return m.pressTable(name)
	}
	return nil
}

func (m *Model) quit() tea.Cmd {
	m.closeDetail()
	return tea.Quit
}

// pressTable takes a key while the table is shown.
func (m *Model) pressTable(name string) tea.Cmd {
	page := max(1, m.tableHeight()-1)
	switch name {
	case "up", "k":
		m.move(-1)
	case "down", "j":
		m.move(1)
	case "pgup", "ctrl+b":
		m.move(-page)
	case "pgdown", "ctrl+f":
		m.move(page)
	case "home", "g":
		m.move(-len(m.rows))
	case "end", "G":
		m.move(len(m.rows))
	case "left", "<", ",":
		m.sortNext(-1)
	case "right", ">", ".":
		m.sortNext(1)
	case "r":
		m.ascending = !m.ascending
		m.show()
	case "/":
		m.typing = true
	case "esc":
		m.setFilter("")
	case "enter":
		return m.open()
	}
	return nil
}

// sortNext sorts by another column: by the name, then by the columns in their order,
// those without room too.
func (m *Model) sortNext(by int) {
	n := len(columns) + 1
	m.sortBy = (m.sortBy+1+by+n)%n - 1
	m.ascending = false
	m.show()
}

// pressTyping takes a key while the filter is typed.
func (m *Model) pressTyping(k tea.KeyPressMsg) {
	switch k.String() {
	case "enter":
		m.typing = false
	case "esc":
		m.typing = false
		m.setFilter("")
	case "backspace":
		_, size := utf8.DecodeLastRuneInString(m.filter)
		m.setFilter(m.filter[:len(m.filter)-size])
	case "ctrl+u":
		m.setFilter("")
	case "up":
		m.move(-1)
	case "down":
		m.move(1)
	default:
		printable := k.Text != ""
		for _, r := range k.Text {
			printable = printable && unicode.IsPrint(r)
		}
		if printable && len(m.filter)+len(k.Text) <= maxFilter {
			m.setFilter(m.filter + k.Text)
		}
	}
}

// pressDetail takes a key while one operation is shown.
func (m *Model) pressDetail(name string) {
	page := max(1, m.height-4)
	switch name {
	case "esc", "enter", "backspace", "left":
		m.closeDetail()
	case "up", "k":
		m.detail.first--
	case "down", "j":
		m.detail.first++
	case "pgup", "ctrl+b":
		m.detail.first -= page
	case "pgdown", "ctrl+f":
		m.detail.first += page
	case "home", "g":
		m.detail.first = 0
	case "end", "G":
		m.detail.first = 1 << 20 // the view makes it what there is
	}
}
