package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// described is the description of the API, as the API itself serves it.
func described(t *testing.T) *openapi3.T {
	t.Helper()
	w := ask(handler(t, options()), http.MethodGet, pathOpenAPI)
	doc, err := openapi3.NewLoader().LoadFromData(w.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestEveryPathIsDescribed(t *testing.T) {
	want := []string{pathEvents, pathOpenAPI, pathStats, pathHealth, pathMetrics, pathReady}
	if got := described(t).Paths.Keys(); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
		t.Errorf("described are %q, and there are %q", got, want)
	}
	h := handler(t, options())
	for _, path := range want {
		// HEAD, because the stream has no end.
		if w := ask(h, http.MethodHead, path); w.Code != http.StatusOK {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
}

func TestEveryParameterIsDescribed(t *testing.T) {
	doc := described(t)
	h := handler(t, options())
	for path, values := range map[string]map[string]string{
		pathStats:  {"service": "S3", "operation": "GetObject", "client": "shop", "region": "eu-west-1", "by": "operation", "brief": "true"},
		pathEvents: {"service": "S3", "operation": "GetObject", "client": "shop", "region": "eu-west-1", "errors": "true", "slow": "500ms"},
	} {
		var names []string
		for _, p := range doc.Paths.Value(path).Get.Parameters {
			names = append(names, p.Value.Name)
			if w := ask(h, http.MethodHead, path+"?"+p.Value.Name+"="+values[p.Value.Name]); w.Code != http.StatusOK {
				t.Errorf("%s takes no %s: status %d", path, p.Value.Name, w.Code)
			}
		}
		if len(names) != len(values) {
			t.Errorf("the parameters of %s: %q", path, names)
		}
	}
}

func TestAnswersAreAsDescribed(t *testing.T) {
	doc := described(t)
	doc.Servers = openapi3.Servers{{URL: "http://127.0.0.1:31080"}}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	openapi3filter.RegisterBodyDecoder("application/yaml", openapi3filter.YamlBodyDecoder)
	openapi3filter.RegisterBodyDecoder("text/event-stream", openapi3filter.PlainBodyDecoder)

	ready, closed := options(), options()
	ready.Ready = func() error { return errors.New("no socket yet") }
	closed.Access.Token = token
	for _, test := range []struct {
		name   string
		o      Options
		method string
		path   string
		status int
	}{
		{"statistics", options(), http.MethodGet, pathStats, 200},
		{"filtered", options(), http.MethodGet, pathStats + "?service=S3&region=eu-west-1", 200},
		{"merged", options(), http.MethodGet, pathStats + "?by=operation", 200},
		{"brief", options(), http.MethodGet, pathStats + "?by=operation&brief=true", 200},
		{"wrong parameter", options(), http.MethodGet, pathStats + "?servce=S3", 400},
		{"description", options(), http.MethodGet, pathOpenAPI, 200},
		{"metrics", options(), http.MethodGet, pathMetrics, 200},
		{"runs", options(), http.MethodGet, pathHealth, 200},
		{"ready", options(), http.MethodGet, pathReady, 200},
		{"not ready", ready, http.MethodGet, pathReady, 503},
		{"no token", closed, http.MethodGet, pathStats, 401},
		{"no token for the stream", closed, http.MethodGet, pathEvents, 401},
		{"stream that is asked for wrongly", options(), http.MethodGet, pathEvents + "?errors=perhaps", 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			var asked *http.Request
			w := ask(handler(t, test.o), test.method, test.path, func(r *http.Request) { asked = r })
			if w.Code != test.status {
				t.Fatalf("status %d, want %d", w.Code, test.status)
			}
			if err := validate(router, asked, w.Header(), w.Code, w.Body.Bytes()); err != nil {
				t.Error(err)
			}
		})
	}

	t.Run("a field more is noticed", func(t *testing.T) {
		var asked *http.Request
		w := ask(handler(t, options()), http.MethodGet, pathStats, func(r *http.Request) { asked = r })
		body := bytes.Replace(w.Body.Bytes(), []byte(`"calls":`), []byte(`"cals":1,"calls":`), 1)
		if validate(router, asked, w.Header(), w.Code, body) == nil {
			t.Error("it was not")
		}
	})
}

// validate holds an answer against the description.
func validate(router routers.Router, r *http.Request, h http.Header, status int, body []byte) error {
	route, params, err := router.FindRoute(r)
	if err != nil {
		return err
	}
	o := &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
	return openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: o},
		Status:                 status, Header: h, Body: io.NopCloser(bytes.NewReader(body)), Options: o,
	})
}
