package state

// Cache keeps decoded values by key, bounded by their estimated bytes. One goroutine uses it.
//
// It has two generations: values enter the young one, a value that is found in the old one is young again, and when the
// young one holds half of the bound it becomes the old one, whose values are dropped. That approximates least recently
// used without a list to maintain on every hit.
type Cache struct {
	half       int
	young, old map[string]cached
	youngBytes int
}

type cached struct {
	value any
	bytes int
}

// entryBytes estimates what an entry costs beside its key and value.
const entryBytes = 96

// NewCache returns a cache that keeps up to about so many bytes; 0 or less keeps nothing.
func NewCache(bytes int) *Cache {
	return &Cache{half: bytes / 2, young: map[string]cached{}, old: map[string]cached{}}
}

// Get returns the value of a key.
func (c *Cache) Get(key string) (any, bool) {
	if entry, ok := c.young[key]; ok {
		return entry.value, true
	}
	entry, ok := c.old[key]
	if !ok {
		return nil, false
	}
	delete(c.old, key)
	c.enter(key, entry)
	return entry.value, true
}

// Put keeps a value; bytes estimates what key and value take.
func (c *Cache) Put(key string, value any, bytes int) {
	c.Delete(key)
	c.enter(key, cached{value, bytes + entryBytes})
}

func (c *Cache) enter(key string, entry cached) {
	if entry.bytes > c.half {
		return
	}
	if c.youngBytes+entry.bytes > c.half {
		c.young, c.old, c.youngBytes = c.old, c.young, 0
		clear(c.young)
	}
	c.young[key] = entry
	c.youngBytes += entry.bytes
}

// Delete forgets a key.
func (c *Cache) Delete(key string) {
	if entry, ok := c.young[key]; ok {
		c.youngBytes -= entry.bytes
		delete(c.young, key)
	}
	delete(c.old, key)
}
