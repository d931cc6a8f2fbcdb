// Package chart draws charts as SVG for an HTML page. Their colours are variables of
// the page's style sheet, so that one chart is right on a light and on a dark ground:
// --chart-1 and so on for series, --chart-text, --chart-axis and --chart-grid.
package chart

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/go-analyze/charts"
)

// The size of a chart, in units that become pixels if there is room. Text is of
// fontSize.
const (
	width    = 560
	height   = 240
	fontSize = 11
)

// NumColours is how many colours there are for series.
const NumColours = 6

// A Series are the values of one line, or of one bar for each label.
type Series struct {
	Name   string
	Colour int // from 1 to NumColours
	Values []float64
}

// stand is the colour that stands for a variable while a chart is drawn.
func stand(n int) charts.Color { return charts.Color{R: 1, G: uint8(n), B: 3, A: 255} }

// What has a variable of its own besides the series.
const (
	text = NumColours + 1 + iota
	axis
	grid
)

// variables puts the variables where the colours are that stand for them.
var variables = func() *strings.Replacer {
	names := map[int]string{text: "--chart-text", axis: "--chart-axis", grid: "--chart-grid"}
	for n := 1; n <= NumColours; n++ {
		names[n] = fmt.Sprintf("--chart-%d", n)
	}
	var pairs []string
	for n, name := range names {
		pairs = append(pairs, stand(n).StringRGB(), "var("+name+")")
	}
	return strings.NewReplacer(pairs...)
}()

// theme is the theme of a chart with some series.
func theme(series []Series) charts.ColorPalette {
	var colours []charts.Color
	for _, s := range series {
		colours = append(colours, stand(s.Colour))
	}
	return charts.MakeTheme(charts.ThemeOption{
		AxisStrokeColor:    stand(axis),
		AxisSplitLineColor: stand(grid),
		TextColor:          stand(text),
		BackgroundColor:    charts.ColorTransparent,
		SeriesColors:       colours,
	})
}

// draw gives what a function draws. What it draws is markup of the library's, which
// escapes all text.
func draw(series []Series, height int, f func(*charts.Painter) error) (template.HTML, error) {
	p := charts.NewPainter(charts.PainterOptions{
		OutputFormat: charts.ChartOutputSVG, Width: width, Height: height, Theme: theme(series),
	})
	if err := f(p); err != nil {
		return "", err
	}
	svg, err := p.Bytes()
	return template.HTML(variables.Replace(string(svg))), err
}

var font = charts.FontStyle{FontSize: fontSize}

// padding leaves room for half a label at the right.
var padding = charts.NewBox(4, 8, 24, 4)

func values(series []Series) (names []string, all [][]float64) {
	for _, s := range series {
		names = append(names, s.Name)
		all = append(all, s.Values)
	}
	return names, all
}

// legend names the series, unless there is one alone.
func legend(names []string) charts.LegendOption {
	return charts.LegendOption{
		SeriesNames: names, Show: charts.Ptr(len(names) > 1), FontStyle: font, Symbol: charts.SymbolSquare,
	}
}

// Lines draws values over time. Labels are of the values, and only some of them are
// shown. Numbers are written with format.
func Lines(labels []string, format func(float64) string, series ...Series) (template.HTML, error) {
	names, all := values(series)
	return draw(series, height, func(p *charts.Painter) error {
		o := charts.NewLineChartOptionWithData(all)
		o.Padding = padding
		o.Legend = legend(names)
		o.Symbol = charts.Symbol{Shape: charts.SymbolNone}
		o.LineStrokeWidth = 1.5
		o.XAxis = charts.XAxisOption{Labels: labels, LabelCount: 6, LabelFontStyle: font, BoundaryGap: charts.Ptr(false)}
		o.YAxis = []charts.YAxisOption{{Min: charts.Ptr(0.0), LabelFontStyle: font, LabelCount: 5, ValueFormatter: format}}
		o.ValueFormatter = format
		return p.LineChart(o)
	})
}

// Stack draws values over time, as bars on one another.
func Stack(labels []string, format func(float64) string, series ...Series) (template.HTML, error) {
	names, all := values(series)
	return draw(series, height, func(p *charts.Painter) error {
		o := charts.NewBarChartOptionWithData(all)
		o.Padding = padding
		o.Legend = legend(names)
		o.StackSeries = charts.Ptr(true)
		o.BarSize = 0.9
		o.CategoryAxis = charts.CategoryAxisOption{Labels: labels, LabelCount: 6, LabelFontStyle: font}
		o.ValueAxis = []charts.ValueAxisOption{{Min: charts.Ptr(0.0), LabelFontStyle: font, LabelCount: 5, ValueFormatter: format}}
		o.ValueFormatter = format
		return p.BarChart(o)
	})
}

// Rows draws bars from left to right, those of one label below one another. The first
// label is on top.
func Rows(labels []string, format func(float64) string, series ...Series) (template.HTML, error) {
	names, all := values(series)
	reversed := make([]string, len(labels)) // the library begins at the bottom
	for i, l := range labels {
		reversed[len(labels)-1-i] = l
	}
	for s := range all {
		turned := make([]float64, len(all[s]))
		for i, v := range all[s] {
			turned[len(turned)-1-i] = v
		}
		all[s] = turned
	}
	return draw(series, 80+len(labels)*(8+11*len(series)), func(p *charts.Painter) error {
		o := charts.NewBarChartOptionWithData(all)
		o.Horizontal = true
		o.Padding = padding
		o.Legend = legend(names)
		o.CategoryAxis = charts.CategoryAxisOption{Labels: reversed, LabelFontStyle: font}
		o.ValueAxis = []charts.ValueAxisOption{{Min: charts.Ptr(0.0), LabelFontStyle: font, LabelCount: 5, ValueFormatter: format}}
		o.ValueFormatter = format
		return p.BarChart(o)
	})
}
