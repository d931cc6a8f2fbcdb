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

// The size of a chart, in units that become pixels if there is room. Charts leave
// room for text of fontSize, in a font that may be wider than the page's; the page
// writes it a little smaller.
const (
	width    = 560
	height   = 240
	fontSize = 12
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
func draw(height int, f func(*charts.Painter) error) (template.HTML, error) {
	p := charts.NewPainter(charts.PainterOptions{
		OutputFormat: charts.ChartOutputSVG, Width: width, Height: height,
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

// shown is how many labels stand side by side: there is more room for short ones.
func shown(labels []string) int {
	longest := 0
	for _, l := range labels {
		longest = max(longest, len(l))
	}
	if longest <= len("500 ms") {
		return 6
	}
	return 4
}

// valueAxis is an axis from zero on.
func valueAxis(format func(float64) string) charts.ValueAxisOption {
	return charts.ValueAxisOption{
		Min: charts.Ptr(0.0), LabelFontStyle: font, PreferNiceIntervals: charts.Ptr(true), ValueFormatter: format,
	}
}

// maxBars is how many bars there is room for.
const maxBars = 60

// Lines draws values over time. Labels are of the values, and only some of them are
// shown. Numbers are written with format. What is no line, because it has one value
// alone, is drawn as bars.
func Lines(labels []string, format func(float64) string, series ...Series) (template.HTML, error) {
	if len(labels) == 1 {
		return bars(labels, format, false, series)
	}
	return lines(labels, format, false, series)
}

// Stack draws values over time on one another: as bars if there is room for so many,
// else as areas.
func Stack(labels []string, format func(float64) string, series ...Series) (template.HTML, error) {
	if len(labels) <= maxBars {
		return bars(labels, format, true, series)
	}
	return lines(labels, format, true, series)
}

func lines(labels []string, format func(float64) string, stacked bool, series []Series) (template.HTML, error) {
	names, all := values(series)
	return draw(height, func(p *charts.Painter) error {
		o := charts.NewLineChartOptionWithData(all)
		o.Theme, o.Padding = theme(series), padding
		o.Legend = legend(names)
		o.StackSeries = charts.Ptr(stacked)
		o.FillOpacity = 255
		o.Symbol = charts.Symbol{Shape: charts.SymbolNone}
		o.LineStrokeWidth = 1.5
		o.XAxis = charts.XAxisOption{Labels: labels, LabelCount: shown(labels), LabelFontStyle: font, BoundaryGap: charts.Ptr(false)}
		o.YAxis = []charts.YAxisOption{valueAxis(format)}
		o.ValueFormatter = format
		return p.LineChart(o)
	})
}

func bars(labels []string, format func(float64) string, stacked bool, series []Series) (template.HTML, error) {
	names, all := values(series)
	return draw(height, func(p *charts.Painter) error {
		o := charts.NewBarChartOptionWithData(all)
		o.Theme, o.Padding = theme(series), padding
		o.Legend = legend(names)
		o.StackSeries = charts.Ptr(stacked)
		o.CategoryAxis = charts.CategoryAxisOption{Labels: labels, LabelCount: shown(labels), LabelFontStyle: font}
		o.ValueAxis = []charts.ValueAxisOption{valueAxis(format)}
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
	return draw(70+len(labels)*(8+8*len(series)), func(p *charts.Painter) error {
		o := charts.NewBarChartOptionWithData(all)
		o.Horizontal = true
		o.Theme, o.Padding = theme(series), charts.NewBox(4, 8, 48, 4)
		o.Legend = legend(names)
		o.CategoryAxis = charts.CategoryAxisOption{Labels: reversed, LabelFontStyle: font}
		o.ValueAxis = []charts.ValueAxisOption{valueAxis(format)}
		o.ValueFormatter = format
		return p.BarChart(o)
	})
}
