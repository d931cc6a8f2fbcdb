package report

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/go-csm/csm"
	"github.com/go-csm/csm/cmd/csm/internal/timeline"
)

// pageOf is the page of some events.
func pageOf(t *testing.T, by string, events ...*csm.Event) string {
	t.Helper()
	r, over := recordedOf(t, by, events...)
	var b bytes.Buffer
	if err := r.WriteHTML(&b, over); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A page needs nothing from elsewhere, runs nothing, and shows text as text.
func TestPagesAreHarmless(t *testing.T) {
	elements := strings.Fields(`html head meta title style body header h1 h2 p ul li span strong div figure figcaption
		svg path text circle rect section table thead tbody tfoot tr th td`)
	attributes := strings.Fields(`lang charset http-equiv content name class scope xmlns xmlns:xlink viewbox viewBox d style
		x y cx cy r width height text-anchor fill-opacity transform`)
	for name, page := range map[string]string{
		"usual":   pageOf(t, "operation", day()...),
		"hostile": pageOf(t, "client,region", hostile()...),
	} {
		t.Run(name, func(t *testing.T) {
			styles := 0
			z := html.NewTokenizer(strings.NewReader(page))
			for {
				kind := z.Next()
				if kind == html.ErrorToken {
					if !errors.Is(z.Err(), io.EOF) {
						t.Fatal(z.Err())
					}
					break
				}
				token := z.Token()
				if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
					continue
				}
				if token.Data == "style" {
					styles++
				}
				if !slices.Contains(elements, token.Data) {
					t.Errorf("an element %s", token)
				}
				for _, a := range token.Attr {
					if !slices.Contains(attributes, a.Key) {
						t.Errorf("an attribute %s of %s", a.Key, token.Data)
					}
					if a.Key != "xmlns" && a.Key != "xmlns:xlink" && strings.Contains(a.Val, "//") || strings.Contains(a.Val, "url(") {
						t.Errorf("%s of %s is %s", a.Key, token.Data, a.Val)
					}
				}
			}
			if styles != 1 || strings.Contains(page, "@import") || strings.Contains(page, "url(") {
				t.Errorf("%d style sheets, or one from elsewhere", styles)
			}
			if !strings.Contains(page, `content="default-src 'none'; `) {
				t.Error("no content security policy")
			}
			if strings.ContainsAny(page, "\x1b\x07\u202e") {
				t.Error("characters that do harm")
			}
		})
	}
}

func TestPageHasAllCharts(t *testing.T) {
	page := pageOf(t, "operation", day()...)
	for _, title := range []string{"Rate", "Errors", "Retries", "Latency", "Latency over time", "Slowest operations"} {
		_, after, found := strings.Cut(page, "<h2>"+title+"</h2>")
		figure, _, _ := strings.Cut(after, "</figure>")
		if !found || !strings.Contains(figure, "<svg") {
			t.Errorf("no chart %q", title)
		}
	}
	if strings.Count(page, "<svg") != 6 {
		t.Errorf("%d charts, want 6", strings.Count(page, "<svg"))
	}
	if strings.Contains(page, "rgb(1,") {
		t.Error("a colour that is no variable")
	}
}

func TestPageOfNothing(t *testing.T) {
	var b bytes.Buffer
	if err := (Recorded{Files: []string{"-"}}).WriteHTML(&b, new(timeline.Timeline)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "no events in standard input") || strings.Contains(b.String(), "<svg") {
		t.Errorf("%s", b.String())
	}
}

// A page of events that tell next to nothing has what there is.
func TestPageOfLittle(t *testing.T) {
	page := pageOf(t, "operation", &csm.Event{Type: csm.APICall})
	if !strings.Contains(page, "1 event without a time: not in the charts over time") || strings.Contains(page, "<svg") {
		t.Errorf("%s", page)
	}
	one := day()[:2]
	if page := pageOf(t, "operation", one...); !strings.Contains(page, "<h2>Rate</h2>") || !strings.Contains(page, "no call failed") {
		t.Errorf("%s", page)
	}
}

func TestGoldenPage(t *testing.T) {
	inUTC(t)
	compare(t, "page.html", []byte(pageOf(t, "operation", day()[:60]...)))
}
