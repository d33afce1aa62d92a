package reconcile

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// How much a sorter keeps in memory and how many sorted files it lets stand beside each other: what it needs is
// sortMemory plus two buffers of fileBuffer for each of mergeWidth files, however much is sorted.
const (
	sortMemory = 16 << 20
	mergeWidth = 64
	fileBuffer = 64 << 10
)

// sorter sorts more records than memory holds: full buffers are sorted and written to files, which are merged. Records
// come out by the bytes of their keys; those of one key in the order in which they were added.
type sorter struct {
	folder string // of its own
	memory int    // bytes
	arena  []byte // the buffered records, each: key length, value length, key, value
	spans  []span
	runs   []*os.File
	named  int
	count  int64
}

// span is where a record lies in the arena.
type span struct{ key, value, end int }

// newSorter makes a folder for what does not fit into memory, below the given one; the system's when empty. Close it.
func newSorter(folder string, memory int) (*sorter, error) {
	made, err := os.MkdirTemp(folder, "waybill-reconcile-")
	if err != nil {
		return nil, fmt.Errorf("a folder for sorting: %w: TMPDIR says where", err)
	}
	return &sorter{folder: made, memory: memory}, nil
}

// Close removes the files.
func (s *sorter) Close() error {
	for _, run := range s.runs {
		run.Close()
	}
	s.runs, s.arena, s.spans = nil, nil, nil
	return os.RemoveAll(s.folder)
}

// Add takes a record; it keeps neither slice.
func (s *sorter) Add(key, value []byte) error {
	if len(s.arena) > 0 && len(s.arena)+len(key)+len(value)+len(s.spans)*24 > s.memory {
		if err := s.spill(); err != nil {
			return err
		}
	}
	s.count++
	begin := len(s.arena)
	s.arena = append(append(s.arena, key...), value...)
	s.spans = append(s.spans, span{begin, begin + len(key), len(s.arena)})
	return nil
}

// spill writes the buffered records to a file, sorted.
func (s *sorter) spill() error {
	s.sortBuffer()
	err := s.write(func(put func(key, value []byte) error) error {
		for _, at := range s.spans {
			if err := put(s.arena[at.key:at.value], s.arena[at.value:at.end]); err != nil {
				return err
			}
		}
		return nil
	})
	s.arena, s.spans = s.arena[:0], s.spans[:0]
	if err == nil && len(s.runs) == mergeWidth {
		err = s.join()
	}
	return err
}

func (s *sorter) sortBuffer() {
	slices.SortFunc(s.spans, func(a, b span) int {
		return cmp.Or(bytes.Compare(s.arena[a.key:a.value], s.arena[b.key:b.value]), a.key-b.key)
	})
}

// join merges all files into one.
func (s *sorter) join() error {
	joined := s.runs
	s.runs = nil
	err := s.write(func(put func(key, value []byte) error) error { return merge(fileSources(joined), put) })
	for _, run := range joined {
		err = errors.Join(err, run.Close(), os.Remove(run.Name()))
	}
	return err
}

// write makes a file of what fill puts, and adds it to those to be merged.
func (s *sorter) write(fill func(put func(key, value []byte) error) error) error {
	s.named++
	file, err := os.Create(filepath.Join(s.folder, fmt.Sprintf("run-%06d", s.named)))
	if err != nil {
		return err
	}
	s.runs = append(s.runs, file)
	to := bufio.NewWriterSize(file, fileBuffer)
	var head []byte
	err = fill(func(key, value []byte) error {
		head = binary.AppendUvarint(binary.AppendUvarint(head[:0], uint64(len(key))), uint64(len(value)))
		for _, part := range [][]byte{head, key, value} {
			if _, err := to.Write(part); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = to.Flush()
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("sorting in %s: %w: TMPDIR says where", s.folder, err)
	}
	return nil
}

// Each gives all records, sorted; the slices hold until take returns. Nothing can be added after it.
func (s *sorter) Each(take func(key, value []byte) error) error {
	s.sortBuffer()
	return merge(append(fileSources(s.runs), &bufferSource{of: s}), take)
}

// source gives records that are sorted already.
type source interface {
	// next moves to the next record; io.EOF: there is none.
	next() error
	record() (key, value []byte)
}

// merge gives the records of several sources in one order; of equal keys, those of an earlier source first.
func merge(sources []source, take func(key, value []byte) error) error {
	var order mergeOrder
	for rank, from := range sources {
		switch err := from.next(); {
		case err == nil:
			order = append(order, ranked{from, rank})
		case !errors.Is(err, io.EOF):
			return err
		}
	}
	heap.Init(&order)
	for len(order) > 0 {
		if err := take(order[0].record()); err != nil {
			return err
		}
		switch err := order[0].next(); {
		case err == nil:
			heap.Fix(&order, 0)
		case errors.Is(err, io.EOF):
			heap.Pop(&order)
		default:
			return err
		}
	}
	return nil
}

type ranked struct {
	source
	rank int
}

type mergeOrder []ranked

func (o mergeOrder) Len() int      { return len(o) }
func (o mergeOrder) Swap(a, b int) { o[a], o[b] = o[b], o[a] }
func (o *mergeOrder) Push(one any) { *o = append(*o, one.(ranked)) }
func (o mergeOrder) Less(a, b int) bool {
	keyA, _ := o[a].record()
	keyB, _ := o[b].record()
	return cmp.Or(bytes.Compare(keyA, keyB), o[a].rank-o[b].rank) < 0
}

func (o *mergeOrder) Pop() any {
	last := (*o)[len(*o)-1]
	*o = (*o)[:len(*o)-1]
	return last
}

// bufferSource gives what a sorter has in memory.
type bufferSource struct {
	of *sorter
	at int
}

func (b *bufferSource) next() error {
	if b.at == len(b.of.spans) {
		return io.EOF
	}
	b.at++
	return nil
}

func (b *bufferSource) record() (key, value []byte) {
	at := b.of.spans[b.at-1]
	return b.of.arena[at.key:at.value], b.of.arena[at.value:at.end]
}

// fileSource gives what a file holds.
type fileSource struct {
	from  *bufio.Reader
	buf   []byte
	inKey int
}

func fileSources(runs []*os.File) (sources []source) {
	for _, run := range runs {
		sources = append(sources, &fileSource{from: bufio.NewReaderSize(run, fileBuffer)})
	}
	return sources
}

func (f *fileSource) next() error {
	inKey, err := binary.ReadUvarint(f.from)
	if err != nil {
		return err // io.EOF between two records
	}
	inValue, err := binary.ReadUvarint(f.from)
	if err == nil {
		f.inKey, f.buf = int(inKey), slices.Grow(f.buf[:0], int(inKey+inValue))[:inKey+inValue]
		_, err = io.ReadFull(f.from, f.buf)
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return err
}

func (f *fileSource) record() (key, value []byte) { return f.buf[:f.inKey], f.buf[f.inKey:] }
