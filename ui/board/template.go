package board

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/model/workspace"
)

// MaxInstances bounds how many tiles the templates of one board come to.
const MaxInstances = 1000

// Device is whom a template is filled with.
type Device struct{ Root, Name string }

// Instance is a tile as it is shown: of a template there is one for each device.
type Instance struct {
	// Key names the instance on its board, and Of is the tile's ID.
	Key, Of string
	// Tile has its templates filled in.
	Tile workspace.Tile
	// Device is whom it is for; empty when it is not of a template, or when there
	// is no device of the kind yet.
	Device Device
	// Waiting tells that there is no device of the kind yet.
	Waiting bool
	Place   workspace.Place
}

// Expand makes the instances of a board, for one device if the board is a
// template, and lays them out on the grid. devices lists the devices of a kind.
// left is how many instances there was no room for.
func Expand(b *workspace.Board, page Device, devices func(kind string) []Device) (out []Instance, left int) {
	var origins []workspace.Place
	for i := range b.Tiles {
		t := &b.Tiles[i]
		if t.Each == "" {
			if len(out) < MaxInstances {
				out = append(out, instance(t, page, 0, pageKey(t.ID, page)))
				origins = append(origins, t.Place)
			}
			continue
		}
		list := devices(t.Each)
		if len(list) == 0 {
			in := instance(t, Device{}, 0, t.ID)
			in.Waiting = true
			out, origins = append(out, in), append(origins, t.Place)
		}
		room := min(len(list), max(0, MaxInstances-len(out)))
		left += len(list) - room
		for k, d := range list[:room] {
			out, origins = append(out, instance(t, d, k, t.ID+" "+d.Root)), append(origins, t.Place)
		}
	}
	settle(out, origins)
	return out, left
}

func instance(t *workspace.Tile, d Device, k int, key string) Instance {
	in := Instance{Key: key, Of: t.ID, Tile: Fill(t, d), Device: d, Place: t.Place}
	across := max(1, (workspace.Columns-t.X)/t.W)
	in.Place.X += k % across * t.W
	in.Place.Y += k / across * t.H
	return in
}

// settle pushes what lies below a template out of its way: tiles give way in the
// order of where they were put.
func settle(list []Instance, origins []workspace.Place) {
	places, order := make([]workspace.Place, len(list)), make([]int, len(list))
	for i := range list {
		places[i], order[i] = list[i].Place, i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(origins[a].Y, origins[b].Y), cmp.Compare(origins[a].X, origins[b].X))
	})
	Settle(places, order)
	for i := range list {
		list[i].Place = places[i]
	}
}

// Fill is the tile with {device} and {name} filled in, but for what it sends: that
// is filled in when it is sent, where a device's name cannot pass for a placeholder
// or break out of its place.
func Fill(t *workspace.Tile, d Device) workspace.Tile {
	out := t.Clone()
	if d == (Device{}) {
		return out
	}
	plain := strings.NewReplacer("{device}", d.Root, "{name}", d.Name)
	topic := strings.NewReplacer("{device}", d.Root)
	out.Title, out.Text, out.Topic = plain.Replace(out.Title), plain.Replace(out.Text), topic.Replace(out.Topic)
	if out.Send != nil {
		out.Send.Label = plain.Replace(out.Send.Label)
	}
	return out
}

// pageKey names a tile of a page: on a board that is a template, one for each
// device.
func pageKey(id string, page Device) string {
	if page.Root == "" {
		return id
	}
	return id + " " + page.Root
}
