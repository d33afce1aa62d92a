package state

import "strings"

// Cache keeps decoded values by key, bounded by their estimated bytes. One goroutine uses it.
//
// It has two generations: values enter the young one, a value that is found in the old one is young again, and when the
// young one holds half of the bound it becomes the old one, whose values are dropped. That comes close to dropping the
// least recently used, without the list of it, which would cost every entry two pointers and every hit four writes; and
// a walk over a large table displaces no more than what has not been used since the last turn.
type Cache struct {
	half                 int // bytes of one generation
	young, old           map[string]cached
	youngBytes, oldBytes int
}

type cached struct {
	key   string // again, so that a hit by bytes need not make the text
	value any
	bytes int
}

// entryBytes estimates what an entry costs beside its key and value.
const entryBytes = 112

// NewCache returns a cache that keeps up to about so many bytes; 0 or less keeps nothing.
func NewCache(bytes int) *Cache {
	return &Cache{half: bytes / 2, young: map[string]cached{}, old: map[string]cached{}}
}

// Get returns the value of a key, which may be nil, and whether it is kept. A hit allocates nothing.
func (c *Cache) Get(key []byte) (any, bool) {
	if entry, ok := c.young[string(key)]; ok {
		return entry.value, true
	}
	entry, ok := c.old[string(key)]
	if !ok {
		return nil, false
	}
	delete(c.old, entry.key)
	c.oldBytes -= entry.bytes
	c.enter(entry)
	return entry.value, true
}

// Put keeps a value; bytes estimates what key and value take. A value larger than half of the bound is not kept.
func (c *Cache) Put(key string, value any, bytes int) {
	c.Delete(key)
	c.enter(cached{key, value, bytes + entryBytes})
}

func (c *Cache) enter(entry cached) {
	if entry.bytes > c.half {
		return
	}
	if c.youngBytes+entry.bytes > c.half {
		c.young, c.old = c.old, c.young
		c.youngBytes, c.oldBytes = 0, c.youngBytes
		clear(c.young)
	}
	c.young[entry.key] = entry
	c.youngBytes += entry.bytes
}

// Delete forgets a key.
func (c *Cache) Delete(key string) {
	if entry, ok := c.young[key]; ok {
		c.youngBytes -= entry.bytes
		delete(c.young, key)
	}
	if entry, ok := c.old[key]; ok {
		c.oldBytes -= entry.bytes
		delete(c.old, key)
	}
}

// DropPrefix forgets every key that begins with prefix. It looks at all keys: it is for whole tables and tasks.
func (c *Cache) DropPrefix(prefix string) {
	c.youngBytes -= dropPrefix(c.young, prefix)
	c.oldBytes -= dropPrefix(c.old, prefix)
}

func dropPrefix(generation map[string]cached, prefix string) (bytes int) {
	for key, entry := range generation {
		if strings.HasPrefix(key, prefix) {
			bytes += entry.bytes
			delete(generation, key)
		}
	}
	return bytes
}

// Bytes estimates what is kept.
func (c *Cache) Bytes() int { return c.youngBytes + c.oldBytes }
