package harmless

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	e := json.NewEncoder(JSON(&b))
	texts := []string{"plain é\u00a0", "\u009b31m and \x7f", "\x1b"}
	for _, s := range texts {
		if err := e.Encode(s); err != nil {
			t.Fatal(err)
		}
	}
	const want = `"plain é` + "\u00a0" + `"` + "\n" + `"\u009b31m and \u007f"` + "\n" + `"\u001b"` + "\n"
	if b.String() != want {
		t.Errorf("got  %q\nwant %q", b.String(), want)
	}
	for d := json.NewDecoder(&b); d.More(); texts = texts[1:] {
		var s string
		if err := d.Decode(&s); err != nil || s != texts[0] {
			t.Errorf("%q became %q, %v", texts[0], s, err)
		}
	}
}
