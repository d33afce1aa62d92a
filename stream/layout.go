package stream

import "encoding/binary"

// Layout tells where a task's rows lie in the store. The changelog and the overlay name a row by its table and its key. In
// the store the rows of tables whose keys begin with a text lie by that text first: all that is kept of an order (header,
// lines, shipments) is side by side, whatever table it is in, so that a step finds it in one block. The kernel's tables and
// windows lie by table.
type Layout [256]bool // by number of the table: whether its rows lie by entity

// What a store holds: tasks' rows, by table and by entity, reference data, and how far each of them is.
const (
	rowsByTable    = 'T'
	rowsByEntity   = 'E'
	referenceRows  = 'R'
	positions      = 'P'
	changelogsRead = 'd' // 'c' was a store in which every row lay by table
	referencesRead = 'r'
)

// placeBytes stand in front of every row: the kind of its place, and its task.
const placeBytes = 1 + 4

func appendPlace(dst []byte, kind byte, partition int32) []byte {
	return binary.BigEndian.AppendUint32(append(dst, kind), uint32(partition))
}

// taskRows are the two ranges of a store in which a task's rows are, by what they begin with.
func taskRows(partition int32) [2][]byte {
	return [2][]byte{appendPlace(nil, rowsByTable, partition), appendPlace(nil, rowsByEntity, partition)}
}

// append appends the row's key in the store. A key that begins as another does in the task does so in the store too, as long
// as both have the whole text that they begin with.
func (l *Layout) append(dst []byte, partition int32, key []byte) []byte {
	end := -1
	if len(key) > 0 && l[key[0]] {
		end = textEnd(key[1:])
	}
	if end < 0 {
		return append(appendPlace(dst, rowsByTable, partition), key...)
	}
	end++ // the table's number stands in front
	dst = append(appendPlace(dst, rowsByEntity, partition), key[1:end]...)
	return append(append(dst, key[0]), key[end:]...)
}

// appendTaskKey appends what the task calls the row that has a key in the store.
func appendTaskKey(dst, place []byte) []byte {
	kind, key := place[0], place[placeBytes:]
	end := textEnd(key)
	if kind != rowsByEntity || end < 0 || end == len(key) {
		return append(dst, key...)
	}
	dst = append(append(dst, key[end]), key[:end]...)
	return append(dst, key[end+1:]...)
}

// textEnd is where the text ends that the bytes begin with, as state.AppendString wrote it; −1: nowhere.
func textEnd(key []byte) int {
	for i := 0; i+1 < len(key); i++ {
		if key[i] == 0 && key[i+1] == 1 { // a zero in the text is followed by 0xFF
			return i + 2
		}
	}
	return -1
}
