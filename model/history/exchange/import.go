package exchange

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history"
)

// errWrongRow tells that a file of one kind was given a row of the other.
var errWrongRow = errors.New("a file holds messages or samples, not both")

// ImportOptions say how to import.
type ImportOptions struct {
	// Format is CSV or JSONLines.
	Format Format
	// Scanner finds the numbers in payloads; nil for none.
	Scanner model.Scanner
	// Prefix is put in front of every topic.
	Prefix string
	// Size is how many bytes there are to read, 0 when that is not known.
	Size int64
	// Progress is told how far it is, about ten times a second; nil for nobody.
	Progress func(Progress)
}

// Imported tells what became of an import.
type Imported struct {
	Messages int64
	// Skipped counts rows that could not be read, and First says why of the
	// first.
	Skipped int64
	First   error
}

// Bounds of an import: messages written together, and bytes of one line.
const (
	importBatch = 5000
	maxLine     = 64 << 20
)

// Import reads messages into a store. Rows that cannot be read are skipped and
// counted. What was written before an error stays written.
func Import(ctx context.Context, s history.Store, r io.Reader, o ImportOptions) (Imported, error) {
	counted := &counter{r: r}
	im := &importer{ctx: ctx, s: s, o: o, meter: history.NewMeter(o.Scanner), read: counted}
	var err error
	switch o.Format {
	case CSV:
		err = im.csv(counted)
	case JSONLines:
		err = im.json(counted)
	default:
		err = fmt.Errorf("the format %v cannot be read: use csv or jsonl", o.Format)
	}
	if err == nil {
		err = im.flush()
	}
	if err != nil {
		return im.done, fmt.Errorf("import: %w", err)
	}
	im.tell()
	return im.done, nil
}

// counter counts what was read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

type importer struct {
	ctx   context.Context
	s     history.Store
	o     ImportOptions
	meter *history.Meter
	read  *counter
	batch history.Batch
	done  Imported
	row   int64
	told  time.Time
}

// take takes in the message of a row, or why there is none.
func (im *importer) take(m history.Message, err error) error {
	im.row++
	m.Topic = im.o.Prefix + m.Topic
	if err == nil {
		err = model.CheckTopic(m.Topic)
	}
	if err == nil && m.At.IsZero() {
		err = errors.New("there is no time")
	}
	if err != nil {
		if im.done.Skipped++; im.done.First == nil {
			im.done.First = fmt.Errorf("row %d: %w", im.row, err)
		}
		return nil
	}
	m.At = m.At.Truncate(time.Microsecond)
	if im.batch.Messages = append(im.batch.Messages, m); len(im.batch.Messages) < importBatch {
		return nil
	}
	return im.flush()
}

func (im *importer) flush() error {
	if err := im.ctx.Err(); err != nil {
		return err
	}
	im.meter.Measure(&im.batch)
	if err := im.s.Write(im.ctx, &im.batch); err != nil {
		return err
	}
	im.done.Messages += int64(len(im.batch.Messages))
	im.batch = history.Batch{}
	if time.Since(im.told) > progressEvery {
		im.tell()
	}
	return nil
}

func (im *importer) tell() {
	im.told = time.Now()
	if im.o.Progress == nil {
		return
	}
	p := Progress{Rows: im.done.Messages}
	if im.o.Size > 0 {
		p.Share = min(1, float64(im.read.n)/float64(im.o.Size))
	}
	im.o.Progress(p)
}

// json reads JSON lines.
func (im *importer) json(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	for lines.Scan() {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var l line
		err := json.Unmarshal(lines.Bytes(), &l)
		if err := im.take(l.message(), err); err != nil {
			return err
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("row %d is longer than %d MiB", im.row+1, maxLine>>20)
	}
	return lines.Err()
}

// csv reads CSV; its first line says which column is what.
func (im *importer) csv(r io.Reader) error {
	rows := csv.NewReader(r)
	rows.ReuseRecord, rows.FieldsPerRecord = true, -1
	head, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	columns := make(map[string]int)
	for i, name := range head {
		columns[name] = i
	}
	for _, need := range []string{"time", "topic", "payload"} {
		if _, ok := columns[need]; !ok {
			return fmt.Errorf("there is no column %q: the first line has to name the columns time, topic and payload", need)
		}
	}
	for {
		row, err := rows.Read()
		var syntax *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &syntax):
			err = im.take(history.Message{}, err)
		case err == nil:
			err = im.take(csvMessage(columns, row))
		}
		if err != nil {
			return err
		}
	}
}

// csvMessage reads the message of a row.
func csvMessage(columns map[string]int, row []string) (m history.Message, err error) {
	cell := func(name string) string {
		if i, ok := columns[name]; ok && i < len(row) {
			return plainCell(row[i])
		}
		return ""
	}
	if m.At, err = time.Parse(time.RFC3339Nano, cell("time")); err != nil {
		return m, err
	}
	if text := cell("device_time"); text != "" {
		if m.DeviceAt, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return m, err
		}
	}
	m.Topic, m.Payload = cell("topic"), []byte(cell("payload"))
	if cell("encoding") == base64Name {
		if m.Payload, err = base64.StdEncoding.DecodeString(cell("payload")); err != nil {
			return m, err
		}
	}
	if text := cell("qos"); text != "" {
		q, err := strconv.ParseUint(text, 10, 8)
		if err != nil || q > 2 {
			return m, fmt.Errorf("the quality of service %q is not 0, 1 or 2", text)
		}
		m.QoS = byte(q)
	}
	m.Retained, m.Replayed = cell("retained") == "1", cell("replayed") == "1"
	p := model.Publisher{Identity: cell("identity"), ClientID: cell("client"), Addr: cell("address"), TLS: cell("tls") == "1"}
	if p != (model.Publisher{}) {
		m.Publisher = &p
	}
	if text := cell("properties"); text != "" {
		m.Properties = new(model.Properties)
		if err := json.Unmarshal([]byte(text), m.Properties); err != nil {
			return m, err
		}
	}
	return m, nil
}
