package payload

import (
	"math"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

func TestPosition(t *testing.T) {
	when := time.Date(2026, 5, 9, 12, 34, 56, 0, time.UTC)
	none := math.NaN()
	for _, c := range []struct {
		payload string
		at      model.LatLon
		motion  Motion
		ok      bool
	}{
		{sixFields, model.LatLon{Lat: 50.76342, Lon: -1.29871}, Motion{14.2, 187.5, 189, when}, true},
		{`{"latitude":-33.9,"longitude":18.4}`, model.LatLon{Lat: -33.9, Lon: 18.4}, Motion{none, none, none, time.Time{}}, true},
		{` {"lng":1,"lat":2,"heading":90,"timestamp":1778330096} `, model.LatLon{Lat: 2, Lon: 1}, Motion{none, none, 90, when}, true},
		{`{"lat":2,"lon":1,"time":1778330096000}`, model.LatLon{Lat: 2, Lon: 1}, Motion{none, none, none, when}, true},
		{`{"lat":2,"lon":1,"time":"yesterday","sog":null}`, model.LatLon{Lat: 2, Lon: 1}, Motion{none, none, none, time.Time{}}, true},
		{`{"lat":2,"lon":1,"time":-5,"other":{"lat":9,"x":[1]}}`, model.LatLon{Lat: 2, Lon: 1}, Motion{none, none, none, time.Time{}}, true},
		{payload: `{"lat":91,"lon":0}`},
		{payload: `{"lat":1e999,"lon":0}`},
		{payload: `{"lat":1}`},
		{payload: `{"lat":"1","lon":"2"}`},
		{payload: `{"lat":1,"lon":2`},
		{payload: `{"a":{"lat":1,"lon":2}}`},
		{payload: `["lat",1,"lon",2]`},
		{payload: `{"rpm":1450}`},
		{payload: ""},
	} {
		at, motion, ok := Position([]byte(c.payload))
		if ok != c.ok {
			t.Errorf("%s: ok = %v", c.payload, ok)
		}
		if ok && (at != c.at || !same(motion, c.motion)) {
			t.Errorf("%s: %v, %+v", c.payload, at, motion)
		}
	}
	reject := []byte(`{"rpm":1450,"fuel":71}`)
	if n := testing.AllocsPerRun(100, func() { Position(reject) }); n != 0 {
		t.Errorf("a reject allocates %v times", n)
	}
}

func same(a, b Motion) bool {
	eq := func(x, y float64) bool { return x == y || math.IsNaN(x) && math.IsNaN(y) }
	return eq(a.SOG, b.SOG) && eq(a.COG, b.COG) && eq(a.HDG, b.HDG) && a.Time.Equal(b.Time)
}
