package state

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// entries is the bound of a cache for so many entries of no bytes of their own.
func entries(count int) int { return count * entryBytes }

func kept(c *Cache, keys ...string) string {
	var found []string
	for _, key := range keys {
		if c.entries[key] != nil {
			found = append(found, key)
		}
	}
	return strings.Join(found, " ")
}

func TestCacheSparesWhatWasUsedSinceTheHandCameBy(t *testing.T) {
	c := NewCache(entries(3))
	for _, key := range []string{"a", "b", "c"} {
		c.Put(key, key, 0)
	}
	if value, ok := c.Get([]byte("a")); !ok || value != "a" {
		t.Fatalf("got %v, %v", value, ok)
	}
	c.Put("d", "d", 0)
	expect(t, "kept", kept(c, "a", "b", "c", "d"), "a c d")
}

func TestCacheMakesRoomForAValueThatHasGrown(t *testing.T) {
	c := NewCache(entries(4))
	for _, key := range []string{"a", "b", "c", "d"} {
		c.Put(key, key, 0)
	}
	c.Put("a", "more", entryBytes)
	expect(t, "kept", kept(c, "a", "b", "c", "d"), "a c d")
	expect(t, "bytes", c.Bytes(), entries(4))
}

func TestCachePutReplacesAndDeleteForgets(t *testing.T) {
	c := NewCache(entries(8))
	c.Put("a", 1, 0)
	c.Put("a", 2, 0)
	value, ok := c.Get([]byte("a"))
	expect(t, "value", fmt.Sprint(value, ok), "2 true")
	expect(t, "bytes", c.Bytes(), entryBytes)
	c.Delete("a")
	c.Delete("a")
	_, ok = c.Get([]byte("a"))
	expect(t, "after deletion", fmt.Sprint(ok, c.Bytes()), "false 0")
}

func TestCacheNeverAnswersWithAValueThatWasTooLargeToReplace(t *testing.T) {
	c := NewCache(entries(4))
	c.Put("a", "small", 0)
	c.Put("a", "large", entries(3))
	if value, ok := c.Get([]byte("a")); ok {
		t.Fatalf("got %v", value)
	}
}

func TestCacheOfNothingKeepsNothing(t *testing.T) {
	c := NewCache(0)
	c.Put("a", 1, 0)
	if _, ok := c.Get([]byte("a")); ok {
		t.Fatal("kept")
	}
}

func TestCacheHitAllocatesNothing(t *testing.T) {
	c, key := NewCache(entries(10)), []byte(strings.Repeat("long key ", 10))
	c.Put(string(key), t, 0)
	if got := testing.AllocsPerRun(100, func() { c.Get(key) }); got != 0 {
		t.Fatalf("%v allocations", got)
	}
}

// TestCacheIsNeverStaleNorOverItsBound compares with a map that forgets nothing.
func TestCacheIsNeverStaleNorOverItsBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bound := entries(rapid.IntRange(0, 12).Draw(t, "bound"))
		c, all := NewCache(bound), map[string]int{}
		key := rapid.StringMatching(`[ab]/[0-9]`)
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				k, v := key.Draw(t, "key"), rapid.Int().Draw(t, "value")
				c.Put(k, v, rapid.IntRange(0, 300).Draw(t, "bytes"))
				all[k] = v
			},
			"delete": func(t *rapid.T) {
				k := key.Draw(t, "key")
				c.Delete(k)
				delete(all, k)
			},
			"get": func(t *rapid.T) {
				k := key.Draw(t, "key")
				if value, ok := c.Get([]byte(k)); ok {
					expect(t, k, value, all[k])
					if _, there := all[k]; !there {
						t.Fatalf("%s was deleted", k)
					}
				}
			},
			"": func(t *rapid.T) {
				if c.Bytes() < 0 || c.Bytes() > bound {
					t.Fatalf("%d bytes of %d", c.Bytes(), bound)
				}
			},
		})
		for k := range all {
			c.Delete(k)
		}
		expect(t, "bytes of nothing", c.Bytes(), 0)
	})
}

func BenchmarkCacheHit(b *testing.B) {
	c := NewCache(64 << 20)
	keys := make([][]byte, 10_000)
	for i := range keys {
		keys[i] = fmt.Appendf(nil, "task/table/SO-%08d", i)
		c.Put(string(keys[i]), &keys[i], 200)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.Get(keys[i%len(keys)])
	}
}
