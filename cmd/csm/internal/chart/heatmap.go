package chart

import (
	"html/template"
	"math"
	"strings"
)

// A HeatMap are numbers over time and over something else. The library's has a fixed
// colour for each cell, which is wrong on one ground of two, and no scale but the
// linear one, which shows the most frequent alone.
type HeatMap struct {
	Labels []string // of the columns; some of them are shown
	Rows   []string // the labels of the rows, the lowest first; some can be empty

	// Cells are the numbers by row and column. A zero is no cell. The stronger the
	// colour, the more, by their logarithm.
	Cells [][]uint64

	// Title says what the number of a cell is, for who points at it.
	Title func(row, column int) string
}

// The room of a heat map beside its cells.
const (
	heatLeft   = 56
	heatRight  = 12
	heatBottom = 22
	heatTop    = 6
	heatPlot   = 290 // of all rows, if they are not few
	heatRow    = 22  // of a row at most
)

// A heatCell is a cell to be drawn.
type heatCell struct {
	X, Y, Width, Height float64
	Opacity             float64
	Title               string
}

// A heatLabel is a label to be drawn.
type heatLabel struct {
	X, Y   float64
	Anchor string
	Text   string
}

var heatTemplate = template.Must(template.New("heat").Parse(
	`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Width}} {{.Height}}">` +
		`{{range .Labels}}<text x="{{.X}}" y="{{.Y}}" text-anchor="{{.Anchor}}" class="label">{{.Text}}</text>{{end}}` +
		`{{range .Cells}}<rect x="{{.X}}" y="{{.Y}}" width="{{.Width}}" height="{{.Height}}" fill-opacity="{{.Opacity}}" class="heat"><title>{{.Title}}</title></rect>{{end}}` +
		`</svg>`))

// Draw draws it.
func (h HeatMap) Draw() (template.HTML, error) {
	rowHeight := round(min(heatRow, heatPlot/float64(max(1, len(h.Rows)))))
	height := heatTop + heatBottom + rowHeight*float64(len(h.Rows))
	cell := float64(width-heatLeft-heatRight) / float64(max(1, len(h.Labels)))
	most := uint64(1)
	for _, row := range h.Cells {
		for _, n := range row {
			most = max(most, n)
		}
	}
	var cells []heatCell
	var labels []heatLabel
	for r := range h.Rows {
		y := round(height - heatBottom - rowHeight*float64(r+1))
		if h.Rows[r] != "" {
			labels = append(labels, heatLabel{heatLeft - 6, round(y + rowHeight/2 + 3), "end", h.Rows[r]})
		}
		for c, n := range h.Cells[r] {
			if n == 0 {
				continue
			}
			share := math.Log1p(float64(n)) / math.Log1p(float64(most))
			cells = append(cells, heatCell{
				X: round(heatLeft + cell*float64(c)), Y: y, Width: round(cell - min(0.5, cell/8)), Height: rowHeight - 0.5,
				Opacity: round(0.08 + 0.92*share), Title: h.Title(r, c),
			})
		}
	}
	shown := min(shown(h.Labels), len(h.Labels))
	for i := range shown {
		c := i * (len(h.Labels) - 1) / max(1, shown-1)
		anchor := "middle"
		switch {
		case i == 0:
			anchor = "start"
		case c == len(h.Labels)-1:
			anchor = "end"
		}
		x := heatLeft + cell*(float64(c)+map[string]float64{"start": 0, "middle": 0.5, "end": 1}[anchor])
		labels = append(labels, heatLabel{round(x), height - 6, anchor, h.Labels[c]})
	}
	var b strings.Builder
	err := heatTemplate.Execute(&b, struct {
		Width, Height float64
		Cells         []heatCell
		Labels        []heatLabel
	}{width, height, cells, labels})
	return template.HTML(b.String()), err
}

func round(f float64) float64 { return math.Round(f*100) / 100 }
