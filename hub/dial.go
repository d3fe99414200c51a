package hub

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/pilothouse/pilothouse/model"
	"github.com/pilothouse/pilothouse/model/history/replay"
	"github.com/pilothouse/pilothouse/mqttlink"
)

// PasswordVariable is the environment variable of the password for a broker
// elsewhere, which so stands in no list of arguments.
const PasswordVariable = "PILOTHOUSE_PASSWORD"

// dialTime is how long a broker may take to let a publisher in.
const dialTime = 20 * time.Second

// publisher sends messages to a broker elsewhere.
type publisher struct{ link *mqttlink.Remote }

// Publish implements replay.Publisher.
func (p publisher) Publish(ctx context.Context, topic string, payload []byte, qos byte, retain bool) error {
	_, err := p.link.Publish(ctx, mqttlink.Outgoing{Topic: topic, Payload: payload, QoS: qos, Retain: retain})
	return err
}

// DialPublisher connects to a broker by its URL, to publish alone; end
// disconnects.
func DialPublisher(ctx context.Context, url string) (_ replay.Publisher, end func() error, err error) {
	// A link has to listen to something: the broker's version is a message at most.
	profile := mqttlink.Profile{URL: url, Filters: []string{"$SYS/broker/version"}, Password: mqttlink.NewSecret(os.Getenv(PasswordVariable))}
	link, err := mqttlink.NewRemote(profile, func([]model.Message) {})
	if err != nil {
		return nil, nil, err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- link.Run(running) }()
	end = func() error {
		stop()
		return <-ended
	}
	if err := awaitLink(ctx, link); err != nil {
		return nil, nil, errors.Join(err, end())
	}
	return publisher{link}, end, nil
}

// awaitLink waits until a link is up.
func awaitLink(ctx context.Context, link *mqttlink.Remote) error {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	beat := time.NewTicker(20 * time.Millisecond)
	defer beat.Stop()
	for {
		s := link.Status()
		if s.State == model.LinkUp {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("connect to %s: %w", s.URL, errors.Join(s.Err, ctx.Err()))
		case <-beat.C:
		}
	}
}
