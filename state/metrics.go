package state

// Metrics is what a Pebble store says of itself. Counts begin at opening.
type Metrics struct {
	DiskBytes             uint64 // tables and log
	LogBytes              uint64 // of which the log of what is not yet in tables
	MemTableBytes         uint64
	BlockCacheBytes       int64
	BlockCacheHits        int64
	BlockCacheMisses      int64
	Flushes               int64
	Compactions           int64
	CompactionDebtBytes   uint64 // what is left to compact
	ReadAmplification     int    // tables that a read of one key looks at, at most
	FilterHits            int64  // reads of a table that a filter saved
	FilterMisses          int64
	CompactionsInProgress int64
}

// Metrics returns the store's numbers; zeros when it is closed or failed.
func (p *Pebble) Metrics() Metrics {
	if p.enter() != nil {
		return Metrics{}
	}
	defer p.leave()
	var m Metrics
	err := p.failure.guard(func() error {
		from := p.db.Metrics()
		m = Metrics{
			DiskBytes:             from.DiskSpaceUsage(),
			LogBytes:              from.WAL.PhysicalSize,
			MemTableBytes:         from.MemTable.Size,
			BlockCacheBytes:       from.BlockCache.Size,
			Flushes:               from.Flush.Count,
			Compactions:           from.Compact.Count,
			CompactionDebtBytes:   from.Compact.EstimatedDebt,
			CompactionsInProgress: from.Compact.NumInProgress,
			ReadAmplification:     from.ReadAmp(),
			FilterHits:            from.Filter.Hits,
			FilterMisses:          from.Filter.Misses,
		}
		m.BlockCacheHits, m.BlockCacheMisses = from.BlockCache.Hits, from.BlockCache.Misses
		return nil
	})
	if err != nil {
		return Metrics{} // given up: m may still be written to
	}
	return m
}
