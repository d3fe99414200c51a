package exchange

import (
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pilothouse/pilothouse/model/history"
)

// timeLayout is RFC 3339 to the microsecond, in UTC.
const timeLayout = "2006-01-02T15:04:05.000000Z"

func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(timeLayout)
}

// messageHeader and sampleHeader are the columns of CSV files.
func messageHeader() []string {
	return []string{"time", "topic", "payload", "encoding", "qos", "retained", "replayed", "device_time", "identity", "client", "address", "tls", "properties"}
}

func sampleHeader() []string { return []string{"time", "topic", "pointer", "value"} }

// csvWriter writes CSV.
type csvWriter struct {
	w       *csv.Writer
	header  []string
	started bool
	row     []string
}

func newCSV(w io.Writer, header []string) *csvWriter {
	return &csvWriter{w: csv.NewWriter(w), header: header}
}

func (c *csvWriter) put(row []string) error {
	if !c.started {
		c.started = true
		if err := c.w.Write(c.header); err != nil {
			return err
		}
	}
	for i := range row {
		row[i] = safeCell(row[i])
	}
	return c.w.Write(row)
}

func (c *csvWriter) message(m *history.Message) error {
	payload, encoding := payloadText(m.Payload)
	c.row = append(c.row[:0], stamp(m.At), m.Topic, payload, encoding, strconv.Itoa(int(m.QoS)), yes(m.Retained), yes(m.Replayed), stamp(m.DeviceAt))
	if p := m.Publisher; p != nil {
		c.row = append(c.row, p.Identity, p.ClientID, p.Addr, yes(p.TLS))
	} else {
		c.row = append(c.row, "", "", "", "")
	}
	properties := ""
	if m.Properties != nil {
		text, err := json.Marshal(m.Properties)
		if err != nil {
			return err
		}
		properties = string(text)
	}
	return c.put(append(c.row, properties))
}

func (c *csvWriter) sample(s *history.Sample) error {
	c.row = append(c.row[:0], stamp(s.At), s.Key.Topic, s.Key.Pointer, strconv.FormatFloat(s.Value, 'g', -1, 64))
	return c.put(c.row)
}

func (c *csvWriter) finish() error {
	if !c.started {
		c.started = true
		if err := c.w.Write(c.header); err != nil {
			return err
		}
	}
	c.w.Flush()
	return c.w.Error()
}

func yes(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// base64Name is what the column encoding says of a payload that is not text.
const base64Name = "base64"

// payloadText is a payload as text, in base64 when it is none.
func payloadText(p []byte) (text, encoding string) {
	// A CSV reader takes CR LF for LF, and nobody takes a NUL.
	if utf8.Valid(p) && !strings.ContainsAny(string(p), "\x00\r") {
		return string(p), ""
	}
	return base64.StdEncoding.EncodeToString(p), base64Name
}

// safeCell keeps a spreadsheet from taking a cell for a formula.
func safeCell(s string) string {
	if s == "" || !strings.ContainsRune("=+-@\t\r'|%＝＋－＠", firstRune(s)) {
		return s
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return s
	}
	return "'" + s
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// plainCell undoes safeCell.
func plainCell(s string) string { return strings.TrimPrefix(s, "'") }
