package exchange

import (
	"io"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/pilothouse/pilothouse/model/history"
)

// ParquetMessage is a row of a Parquet file of messages.
type ParquetMessage struct {
	Time       time.Time  `parquet:"time,timestamp(microsecond),delta,zstd"`
	Topic      string     `parquet:"topic,dict,zstd"`
	Payload    []byte     `parquet:"payload,zstd"`
	QoS        int32      `parquet:"qos,zstd"`
	Retained   bool       `parquet:"retained,zstd"`
	Replayed   bool       `parquet:"replayed,zstd"`
	DeviceTime *time.Time `parquet:"device_time,optional,timestamp(microsecond),zstd"`
	Identity   string     `parquet:"identity,dict,zstd"`
	Client     string     `parquet:"client,dict,zstd"`
	Address    string     `parquet:"address,dict,zstd"`
}

// ParquetSample is a row of a Parquet file of samples.
type ParquetSample struct {
	Time    time.Time `parquet:"time,timestamp(microsecond),delta,zstd"`
	Topic   string    `parquet:"topic,dict,zstd"`
	Pointer string    `parquet:"pointer,dict,zstd"`
	Value   float64   `parquet:"value,zstd"`
}

// Bounds of a Parquet file being written: rows given at once, and rows in a row
// group, which is in memory until it is whole.
const (
	parquetRows  = 1024
	parquetGroup = 256 << 10
)

// parquetWriter gathers rows.
type parquetWriter[T any] struct {
	w    *parquet.GenericWriter[T]
	rows []T
}

func newParquet[T any](w io.Writer) parquetWriter[T] {
	return parquetWriter[T]{w: parquet.NewGenericWriter[T](w, parquet.MaxRowsPerRowGroup(parquetGroup))}
}

func (p *parquetWriter[T]) put(row T) error {
	if p.rows = append(p.rows, row); len(p.rows) < parquetRows {
		return nil
	}
	return p.flush()
}

func (p *parquetWriter[T]) flush() error {
	_, err := p.w.Write(p.rows)
	p.rows = p.rows[:0]
	return err
}

func (p *parquetWriter[T]) finish() error {
	if err := p.flush(); err != nil {
		return err
	}
	return p.w.Close()
}

// parquetMessages writes messages, and parquetSamples samples.
type parquetMessages struct{ parquetWriter[ParquetMessage] }

func newParquetMessages(w io.Writer) *parquetMessages {
	return &parquetMessages{newParquet[ParquetMessage](w)}
}

func (p *parquetMessages) message(m *history.Message) error {
	row := ParquetMessage{Time: m.At.UTC(), Topic: m.Topic, Payload: m.Payload, QoS: int32(m.QoS), Retained: m.Retained, Replayed: m.Replayed}
	if !m.DeviceAt.IsZero() {
		at := m.DeviceAt.UTC()
		row.DeviceTime = &at
	}
	if u := m.Publisher; u != nil {
		row.Identity, row.Client, row.Address = u.Identity, u.ClientID, u.Addr
	}
	return p.put(row)
}

func (p *parquetMessages) sample(*history.Sample) error { return errWrongRow }

type parquetSamples struct{ parquetWriter[ParquetSample] }

func newParquetSamples(w io.Writer) *parquetSamples {
	return &parquetSamples{newParquet[ParquetSample](w)}
}

func (p *parquetSamples) sample(s *history.Sample) error {
	return p.put(ParquetSample{s.At.UTC(), s.Key.Topic, s.Key.Pointer, s.Value})
}

func (p *parquetSamples) message(*history.Message) error { return errWrongRow }
