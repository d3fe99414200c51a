package assets

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestMapDataIsThereWithItsAttribution(t *testing.T) {
	for attribution, data := range map[string][]byte{
		SolentAttribution: SolentLand(),
		WorldAttribution:  WorldLand(),
	} {
		var file struct {
			Attribution string `json:"attribution"`
		}
		if err := json.Unmarshal(data, &file); err != nil || file.Attribution != attribution {
			t.Errorf("%q, %v; want %q", file.Attribution, err, attribution)
		}
	}
	if !json.Valid(Solent()) {
		t.Error("the chart is not JSON")
	}
}

func TestEachCallReturnsItsOwnCopy(t *testing.T) {
	Solent()[0] = 'x'
	if bytes.HasPrefix(Solent(), []byte("x")) {
		t.Error("one caller can change what the next one gets")
	}
}
