package state

// Cache keeps decoded values by key, bounded by their estimated bytes. One goroutine uses it.
//
// What has not been used for long makes room: the entries stand in a ring, a hand goes round, spares an entry that was used
// since it came by last, and drops one that was not. That comes close to dropping the least recently used, and a hit costs
// one look-up and a mark.
type Cache struct {
	bound   int
	bytes   int
	entries map[string]*cached
	ring    []*cached
	hand    int
}

type cached struct {
	key   string
	value any
	bytes int
	at    int // in the ring
	used  bool
}

// entryBytes estimates what an entry costs beside its key and value.
const entryBytes = 112

// NewCache returns a cache that keeps up to about so many bytes; 0 or less keeps nothing.
func NewCache(bytes int) *Cache {
	return &Cache{bound: bytes, entries: map[string]*cached{}}
}

// Get returns the value of a key, which may be nil, and whether it is kept. A hit allocates nothing.
func (c *Cache) Get(key []byte) (any, bool) {
	entry := c.entries[string(key)]
	if entry == nil {
		return nil, false
	}
	entry.used = true
	return entry.value, true
}

// Put keeps a value; bytes estimates what key and value take. A value larger than half of the bound is not kept.
func (c *Cache) Put(key string, value any, bytes int) {
	bytes += entryBytes
	entry := c.entries[key]
	switch {
	case bytes > c.bound/2:
		c.Delete(key)
	case entry != nil:
		entry.used = true
		c.bytes += bytes - entry.bytes
		entry.value, entry.bytes = value, bytes
		c.makeRoom(0)
	default:
		c.makeRoom(bytes)
		entry = &cached{key: key, value: value, bytes: bytes, at: len(c.ring)}
		c.entries[key], c.ring = entry, append(c.ring, entry)
		c.bytes += bytes
	}
}

// makeRoom drops entries until so many more bytes fit.
func (c *Cache) makeRoom(bytes int) {
	for c.bytes+bytes > c.bound && len(c.ring) > 0 {
		c.hand %= len(c.ring)
		if entry := c.ring[c.hand]; entry.used {
			entry.used = false
			c.hand++
		} else {
			c.drop(entry)
		}
	}
}

// drop takes the entry out; the last of the ring takes its place.
func (c *Cache) drop(entry *cached) {
	end := len(c.ring) - 1
	last := c.ring[end]
	c.ring[entry.at], last.at = last, entry.at
	c.ring[end] = nil
	c.ring = c.ring[:end]
	delete(c.entries, entry.key)
	c.bytes -= entry.bytes
}

// Delete forgets a key.
func (c *Cache) Delete(key string) {
	if entry := c.entries[key]; entry != nil {
		c.drop(entry)
	}
}

// Bytes estimates what is kept.
func (c *Cache) Bytes() int { return c.bytes }
