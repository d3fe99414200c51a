package model

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// commandValues are what the placeholders of a command stand for. The store is
// locked.
type commandValues struct {
	s       *Store
	c       *Command
	answers map[string]string
	asked   string // what {value} stands for
	name    string // and {name}, if not for the last level of the device
}

// value implements values.
func (v *commandValues) value(word, argument string) (string, error) {
	switch word {
	case "device", "name":
		if v.c.Device == "" {
			return "", Faultf("{%s} stands for a device, and none is chosen", word)
		}
		if word == "device" {
			return v.c.Device, nil
		}
		if v.name != "" {
			return v.name, nil
		}
		return v.c.Device[strings.LastIndexByte(v.c.Device, '/')+1:], nil
	case "id":
		return v.c.ID, nil
	case "now":
		return v.c.Sent.UTC().Format(time.RFC3339), nil
	case "user":
		return v.c.User, nil
	case "value":
		if v.asked == "" {
			return "", Faultf("{value} stands for what a slider or a switch asks for, and this is neither")
		}
		return v.asked, nil
	case "field":
		return v.field(argument)
	}
	return v.answer(argument)
}

// answer is what was answered to a prompt.
func (v *commandValues) answer(argument string) (string, error) {
	p, err := parsePrompt(argument)
	if err != nil {
		return "", err
	}
	answer, ok := v.answers[p.Name]
	if !ok {
		return "", Faultf("%s is not given", p.Name)
	}
	if err := p.Check(answer); err != nil {
		return "", err
	}
	if p.Number {
		v, err := strconv.ParseFloat(strings.TrimSpace(answer), 64)
		return formatNumber(v), err
	}
	return answer, nil
}

// maxFieldPayload is the size of a payload, in bytes, above which {field:…} does
// not look into it.
const maxFieldPayload = 256 << 10

// field is the latest value of a field of the device.
func (v *commandValues) field(argument string) (string, error) {
	below, pointer, _ := strings.Cut(argument, "/")
	pointer = "/" + pointer
	d := v.s.dir.devices[v.c.Device]
	if d == nil {
		return "", Faultf("{field:%s}: %s is not known", argument, orElse(v.c.Device, "the device"))
	}
	var latest *topic
	var found any
	for _, t := range d.topics {
		switch {
		case t.role == roleInbound, below != "" && t.node.path != d.root+"/"+below, t.latest.size > maxFieldPayload,
			latest != nil && t.latest.at <= latest.latest.at:
			continue
		}
		if value, ok := readField(t.history.latest(t.latest.size), pointer); ok {
			latest, found = t, value
		}
	}
	if latest == nil {
		return "", Faultf("%s has not said {field:%s}", v.c.Device, argument)
	}
	return plainText(found), nil
}

// readField is a value in a JSON payload; numbers are as they were written.
func readField(payload []byte, pointer string) (any, bool) {
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	var doc any
	if d.Decode(&doc) != nil {
		return nil, false
	}
	return atPointer(doc, pointer)
}
