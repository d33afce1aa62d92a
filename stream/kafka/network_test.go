//go:build synctests

package kafka

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// treatment is what a network, or the broker at its end, does to a request.
type treatment string

const (
	refused     treatment = "refused"      // the broker answers with an error
	requestLost treatment = "request lost" // the connection is cut before the broker sees the request
	answerLost  treatment = "answer lost"  // the broker does what it is asked, the connection is cut before the client hears of it
	slow        treatment = "slow"         // the answer takes its time
	answerLate  treatment = "answer late"  // it comes when the client has given up
	requestLate treatment = "request late" // the broker is asked when the client has given up
)

// How long a treatment keeps a frame. A client gives up a request 10 s after what it allows the broker to take, which is
// 45 s at the most (a join).
const (
	slowBy = 3 * time.Second
	lateBy = 70 * time.Second
)

// fault is a treatment of some of the requests of a runner.
type fault struct {
	key kmsg.Key
	err *kerr.Error // of refused
	treatment
	count int    // of requests; 0: one
	topic string // only requests that name it; empty: all
}

// stop is where a process is to stand still: before a request of its reaches the broker, or its answer the process.
type stop struct {
	key      kmsg.Key
	answered bool
	armed    bool
}

// wire is the network between a runner and the fake broker. It reads the frames that pass: so it knows which request each
// is, and what becomes of it is a fault's to say.
type wire struct {
	fake    *kfake.Cluster
	network *kfake.VirtualNetwork
	topics  map[[16]byte]string
	closed  context.Context
	close   context.CancelFunc

	mu     sync.Mutex
	calls  map[kmsg.Key]int // since the last arm
	fault  fault
	left   int // requests that the fault still has to treat
	hits   int
	frozen chan struct{} // closed when frames flow again; nil: they flow
	stops  stop
}

func newWire(fake *kfake.Cluster, network *kfake.VirtualNetwork, topics map[[16]byte]string) *wire {
	closed, cancel := context.WithCancel(context.Background())
	return &wire{fake: fake, network: network, topics: topics, closed: closed, close: cancel, calls: map[kmsg.Key]int{}}
}

// arm begins to treat requests as the fault says, and to count calls anew.
func (w *wire) arm(f fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault, w.left, w.calls = f, max(f.count, 1), map[kmsg.Key]int{}
}

// disarm ends that and tells which requests were made meanwhile.
func (w *wire) disarm() map[kmsg.Key]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	calls := w.calls
	w.left, w.calls = 0, map[kmsg.Key]int{}
	return calls
}

func (w *wire) treated() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.hits
}

// freezeAt has all frames stop in both directions, as if the process stood still, when it next comes to a place.
func (w *wire) freezeAt(key kmsg.Key, answered bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stops = stop{key, answered, true}
}

// at stops all frames when this is the place.
func (w *wire) at(key kmsg.Key, answered bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stops == (stop{key, answered, true}) {
		w.stops.armed, w.frozen = false, make(chan struct{})
	}
}

func (w *wire) standsStill() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.frozen != nil
}

// thaw lets them flow again.
func (w *wire) thaw() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.frozen != nil {
		close(w.frozen)
		w.frozen = nil
	}
}

func (w *wire) flowing() {
	w.mu.Lock()
	frozen := w.frozen
	w.mu.Unlock()
	if frozen != nil {
		select {
		case <-frozen:
		case <-w.closed.Done():
		}
	}
}

// judge decides the fate of a request.
func (w *wire) judge(frame []byte) sent {
	key := kmsg.Key(binary.BigEndian.Uint16(frame[4:]))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls[key]++
	if w.left == 0 || key != w.fault.key || w.fault.topic != "" && !w.names(frame, w.fault.topic) {
		return sent{key: key}
	}
	w.left--
	if w.fault.treatment != refused {
		w.hits++
		return sent{key: key, treatment: w.fault.treatment}
	}
	return sent{key: key, treatment: refused, handle: w.fake.Fault(kfake.Fault{
		Keys: []kmsg.Key{key}, Err: w.fault.err, Count: 1, Topic: w.fault.topic, TopLevel: topLevelOnly[w.fault.err],
		When: func(request kmsg.Request) bool {
			produce, ok := request.(*kmsg.ProduceRequest)
			return !ok || produce.TransactionID != nil // not the test's own producer
		},
	})}
}

// topLevelOnly are the errors that stand beside what a request names.
var topLevelOnly = map[*kerr.Error]bool{
	kerr.FetchSessionIDNotFound: true, kerr.InvalidFetchSessionEpoch: true,
}

// names tells whether a request that reads is about a topic.
func (w *wire) names(frame []byte, topic string) bool {
	request := kmsg.RequestForKey(int16(binary.BigEndian.Uint16(frame[4:])))
	request.SetVersion(int16(binary.BigEndian.Uint16(frame[6:])))
	body := frame[12:]
	body = body[2+max(int16(binary.BigEndian.Uint16(body)), 0):] // behind the client's name
	if request.IsFlexible() {
		body = body[1:]
	}
	if request.ReadFrom(body) != nil {
		return false
	}
	switch request := request.(type) {
	case *kmsg.FetchRequest:
		for _, named := range request.Topics {
			if named.Topic == topic || w.topics[named.TopicID] == topic {
				return true
			}
		}
	case *kmsg.ListOffsetsRequest:
		for _, named := range request.Topics {
			if named.Topic == topic {
				return true
			}
		}
	}
	return false
}

// sent is a request that waits for its answer.
type sent struct {
	key kmsg.Key
	treatment
	handle *kfake.FaultHandle
}

// line is one connection over a wire.
type line struct {
	wire           *wire
	client, broker net.Conn
	sent           chan sent
}

func (w *wire) dial(ctx context.Context, network, address string) (net.Conn, error) {
	broker, err := w.network.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	near, far := net.Pipe()
	l := &line{wire: w, client: far, broker: broker, sent: make(chan sent, 1<<10)}
	go l.requests()
	go l.answers()
	return near, nil
}

func (l *line) requests() {
	defer l.broker.Close()
	for {
		frame, err := readFrame(l.client)
		if err != nil {
			return
		}
		l.wire.flowing()
		s := l.wire.judge(frame)
		l.wire.at(s.key, false)
		l.wire.flowing()
		switch s.treatment {
		case requestLost:
			l.client.Close()
			return
		case requestLate:
			pause(l.wire.closed, lateBy)
		}
		l.sent <- s
		if _, err := l.broker.Write(frame); err != nil {
			return
		}
	}
}

func (l *line) answers() {
	defer l.client.Close()
	for {
		frame, err := readFrame(l.broker)
		if err != nil {
			return
		}
		s := <-l.sent
		l.wire.at(s.key, true)
		l.wire.flowing()
		switch s.treatment {
		case refused:
			l.wire.mu.Lock()
			l.wire.hits += s.handle.Hits()
			l.wire.mu.Unlock()
			s.handle.Remove()
		case answerLost:
			l.broker.Close()
			return
		case slow:
			pause(l.wire.closed, slowBy)
		case answerLate:
			pause(l.wire.closed, lateBy)
		}
		if _, err := l.client.Write(frame); err != nil {
			return
		}
	}
}

// readFrame reads a request or an answer with its length.
func readFrame(from io.Reader) ([]byte, error) {
	length := make([]byte, 4)
	if _, err := io.ReadFull(from, length); err != nil {
		return nil, err
	}
	frame := make([]byte, 4+binary.BigEndian.Uint32(length))
	copy(frame, length)
	_, err := io.ReadFull(from, frame[4:])
	return frame, err
}
