package stream

// room is where an epoch's bytes are written one behind the other: keys and values of what it sends and changes. One large
// piece of memory serves hundreds of them, instead of one or two small ones each. What was written stays valid for as long
// as somebody holds it; nothing is ever written over it.
type room struct {
	free []byte
	next int // size of the next piece: a task that does little takes little
}

const (
	firstRoom = 4 << 10
	roomBytes = 64 << 10 // of a piece, once there is much to write
	roomLeft  = 2 << 10  // with less than this a new piece is begun
)

// write gives the writer the room to append to and returns what it has written. More than what is left moves elsewhere.
func (r *room) write(writer func(dst []byte) ([]byte, error)) ([]byte, error) {
	r.need(roomLeft)
	written, err := writer(r.free)
	if err != nil {
		return nil, err
	}
	return r.keep(written), nil
}

// need begins a new piece when less than so much is left of this one.
func (r *room) need(bytes int) {
	if cap(r.free) < bytes {
		r.next = min(max(2*r.next, firstRoom), roomBytes)
		r.free = make([]byte, 0, max(r.next, bytes))
	}
}

// keep makes what was appended to the free room its own.
func (r *room) keep(written []byte) []byte {
	n := len(written)
	if n > 0 && n <= cap(r.free) && &written[0] == &r.free[:1][0] {
		r.free = r.free[n:n]
	}
	return written[:n:n]
}

// place writes the key in the store of a task's row.
func (r *room) place(layout *Layout, partition int32, key []byte) []byte {
	r.need(placeBytes + len(key))
	return r.keep(layout.append(r.free, partition, key))
}

// copy copies a text into the room.
func (r *room) copy(text string) []byte {
	r.need(len(text))
	return r.keep(append(r.free, text...))
}
