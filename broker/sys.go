package broker

import (
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/model"
)

// This file has the broker's account of itself, under $SYS and the names that
// mosquitto gave them. A new subscription gets all of them at once, as if they
// were retained; later those that changed, at an interval. Nothing is stored, and
// while nobody listens only the averages are kept.

// sysInterval is the default of Options.SysInterval, and sysRoot the start of all
// topics.
const (
	sysInterval = 10 * time.Second
	sysRoot     = "$SYS/broker/"
)

// sysReport is what the account needs from one time to the next.
type sysReport struct {
	interval time.Duration
	version  string
	pub      *model.Publisher

	mu    sync.Mutex
	at    time.Time
	rates []sysRate
	said  map[string]string // what was published last
}

// sysRate is averages over 1, 5 and 15 minutes of something that is counted, per
// minute.
type sysRate struct {
	name    string
	count   func() uint64
	last    uint64
	average [3]float64
}

var sysMinutes = [3]int{1, 5, 15}

// startSys begins the account.
func (b *Broker) startSys(interval time.Duration, version string) {
	if interval < 0 {
		return
	}
	if interval == 0 {
		interval = sysInterval
	}
	c := &b.counts
	dropped := func() (n uint64) {
		for i := range c.drops {
			n += c.drops[i].Load()
		}
		return n
	}
	b.sys = &sysReport{interval: interval, version: version, at: b.started, said: make(map[string]string),
		pub: &model.Publisher{ClientID: "broker", Addr: model.InProcess}, rates: []sysRate{
			{name: "messages/received", count: c.packets.Load},
			{name: "publish/received", count: c.in.Load},
			{name: "publish/sent", count: c.out.Load},
			{name: "publish/dropped", count: dropped},
			{name: "bytes/received", count: c.wireIn.Load},
			{name: "bytes/sent", count: c.wireOut.Load},
			{name: "sockets", count: c.connections.Load},
			{name: "connections", count: c.opened.Load},
		}}
	b.timers.after(interval, b.sysTick)
}

// sysTick brings the averages up to date and publishes what has changed.
func (b *Broker) sysTick() {
	t := time.Now()
	b.sys.measure(t)
	if b.subs.hasSys() {
		b.publishSys(t)
	}
	b.timers.after(b.sys.interval, b.sysTick)
}

// measure brings the averages up to date.
func (r *sysReport) measure(t time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	passed := t.Sub(r.at).Minutes()
	if passed <= 0 {
		return
	}
	r.at = t
	for i := range r.rates {
		rate := &r.rates[i]
		n := rate.count()
		now := float64(n-rate.last) / passed
		rate.last = n
		for j, minutes := range sysMinutes {
			rate.average[j] = now + math.Exp(-passed/float64(minutes))*(rate.average[j]-now)
		}
	}
}

// publishSys publishes what has changed to those who subscribed.
func (b *Broker) publishSys(t time.Time) {
	r := router{b: b, pub: b.sys.pub, trusted: true, system: true, now: t}
	for topic, value := range b.sysValues(t) {
		if !b.sys.news(topic, value) {
			continue
		}
		r.publish(r.lookup([]byte(topic)), &inbound{payload: []byte(value), at: t, from: r.pub})
	}
	r.settle()
	r.rest()
}

// news notes a value, and reports whether it is another one than before.
func (r *sysReport) news(topic, value string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.said[topic] == value {
		return false
	}
	r.said[topic] = value
	return true
}

// sysMessages are all values whose topics match filter.
func (b *Broker) sysMessages(filter string, t time.Time) (found []*message) {
	if b.sys == nil || !strings.HasPrefix(filter, "$SYS/") {
		return nil
	}
	for topic, value := range b.sysValues(t) {
		if model.MatchTopic(filter, topic) {
			found = append(found, &message{topic: topic, payload: []byte(value), at: t, from: b.sys.pub, retain: true})
		}
	}
	slices.SortFunc(found, func(a, b *message) int { return strings.Compare(a.topic, b.topic) })
	return found
}

// sysValues is the account by topic.
func (b *Broker) sysValues(t time.Time) map[string]string {
	values := make(map[string]string)
	set := func(name string, n uint64) { values[sysRoot+name] = strconv.FormatUint(n, 10) }
	st, c := b.Stats(), &b.counts
	connected, maximum := b.present()
	values[sysRoot+"version"] = b.sys.version
	values[sysRoot+"uptime"] = strconv.Itoa(int(t.Sub(b.started).Seconds())) + " seconds"
	set("clients/connected", uint64(connected))
	set("clients/active", uint64(connected))
	set("clients/disconnected", uint64(st.Sessions-connected))
	set("clients/inactive", uint64(st.Sessions-connected))
	set("clients/total", uint64(st.Sessions))
	set("clients/maximum", uint64(maximum))
	set("clients/expired", c.expired.Load())
	set("messages/received", c.packets.Load())
	set("publish/messages/received", st.Received)
	set("publish/messages/sent", st.Sent)
	set("publish/bytes/received", st.ReceivedBytes)
	set("publish/bytes/sent", st.SentBytes)
	dropped := uint64(0)
	for _, d := range st.Dropped {
		dropped += d.Count
	}
	set("publish/messages/dropped", dropped)
	set("bytes/received", c.wireIn.Load())
	set("bytes/sent", c.wireOut.Load())
	set("subscriptions/count", uint64(st.Subscriptions))
	set("shared_subscriptions/count", uint64(b.subs.sharedLen()))
	set("retained messages/count", uint64(st.Retained))
	set("store/messages/bytes", uint64(st.RetainedBytes+st.QueuedBytes)+uint64(st.SpooledBytes))
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	set("heap/current", memory.HeapAlloc)
	b.sys.averages(values)
	return values
}

func (r *sysReport) averages(values map[string]string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rate := range r.rates {
		for j, minutes := range sysMinutes {
			values[sysRoot+"load/"+rate.name+"/"+strconv.Itoa(minutes)+"min"] = strconv.FormatFloat(rate.average[j], 'f', 2, 64)
		}
	}
}

// present is how many clients are connected, those inside the process included,
// and the most that ever were.
func (b *Broker) present() (connected, maximum int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.sessions {
		if s.online() {
			connected++
		}
	}
	b.most = max(b.most, connected)
	return connected, b.most
}

// hasSys reports whether anybody subscribed to $SYS.
func (x *index) hasSys() bool {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.root.children["$SYS"] != nil
}

// sharedLen is the number of shared subscriptions.
func (x *index) sharedLen() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.sharedCount
}
