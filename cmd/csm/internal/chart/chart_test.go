package chart

import (
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"io"
	"strings"
	"testing"
)

func plain(f float64) string { return fmt.Sprint(f) }

// drawn are charts of the same labels and names.
func drawn(t *testing.T, labels []string, name string) map[string]template.HTML {
	t.Helper()
	values := make([]float64, len(labels))
	cells := make([]uint64, len(labels))
	for i := range values {
		values[i], cells[i] = float64(i), uint64(i)
	}
	series := []Series{{name, 1, values}, {name, 2, values}}
	charts := make(map[string]template.HTML)
	add := func(kind string, svg template.HTML, err error) {
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		charts[kind] = svg
	}
	svg, err := Lines(labels, plain, series...)
	add("lines", svg, err)
	svg, err = Stack(labels, plain, series...)
	add("stack", svg, err)
	svg, err = Rows(labels, plain, series...)
	add("rows", svg, err)
	svg, err = HeatMap{
		Labels: labels, Rows: []string{name, ""}, Cells: [][]uint64{cells, cells}, Title: func(int, int) string { return name },
	}.Draw()
	add("heat map", svg, err)
	return charts
}

// texts reads a chart as XML, and gives its elements and its texts.
func texts(t *testing.T, svg template.HTML) (elements map[string]int, all string) {
	t.Helper()
	elements = make(map[string]int)
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return elements, all
		}
		if err != nil {
			t.Fatalf("no XML: %v: %s", err, svg)
		}
		switch token := token.(type) {
		case xml.StartElement:
			elements[token.Name.Local]++
		case xml.CharData:
			all += string(token) + "\n"
		}
	}
}

func TestTextIsEscaped(t *testing.T) {
	const text = `</text><script>"&' ]]>`
	for kind, svg := range drawn(t, []string{text, "b", "c"}, text) {
		elements, all := texts(t, svg)
		for element := range elements {
			switch element {
			case "svg", "path", "text", "circle", "rect", "title":
			default:
				t.Errorf("%s: an element %s", kind, element)
			}
		}
		if !strings.Contains(all, text) {
			t.Errorf("%s: %q is not in %q", kind, text, all)
		}
	}
}

func TestColoursAreVariables(t *testing.T) {
	for kind, svg := range drawn(t, []string{"a", "b", "c"}, "name") {
		if strings.Contains(string(svg), "rgb(") || strings.Contains(string(svg), "#") {
			t.Errorf("%s has a colour of its own: %s", kind, svg)
		}
		if kind != "heat map" && !strings.Contains(string(svg), "var(--chart-2)") {
			t.Errorf("%s does not have the colour of its second series", kind)
		}
	}
}

// The number of labels makes no chart impossible.
func TestAnyNumberOfLabels(t *testing.T) {
	for _, n := range []int{1, 2, 3, 59, 60, 61, 150} {
		var labels []string
		for i := range n {
			labels = append(labels, fmt.Sprintf("12:%02d", i%60))
		}
		for kind, svg := range drawn(t, labels, "name") {
			if elements, _ := texts(t, svg); elements["path"]+elements["rect"] == 0 && n > 1 {
				t.Errorf("%s of %d labels is empty", kind, n)
			}
		}
	}
}

func TestCellsOfAHeatMap(t *testing.T) {
	svg, err := HeatMap{
		Labels: []string{"10:00", "10:01"}, Rows: []string{"low", "high"}, Cells: [][]uint64{{0, 1}, {1000, 30}},
		Title: func(row, column int) string { return fmt.Sprint(row, column) },
	}.Draw()
	if err != nil {
		t.Fatal(err)
	}
	elements, _ := texts(t, svg)
	if elements["rect"] != 3 {
		t.Errorf("%d cells, want 3: %s", elements["rect"], svg)
	}
	if !strings.Contains(string(svg), `fill-opacity="1" class="heat"><title>1 0</title>`) {
		t.Errorf("the largest is not the strongest: %s", svg)
	}
}
