package stream

import (
	"encoding/binary"
	"time"
)

// Due tells tests when the key's timer is due; false when none stands.
func (t *Timers) Due(s *Step, key string) (time.Time, bool) {
	old := s.task.getPlain(timersByKey, timerByKey(t.kind, key))
	if old == nil {
		return time.Time{}, false
	}
	return time.UnixMicro(int64(binary.BigEndian.Uint64(old))).UTC(), true
}
