package reconcile

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

func TestWhateverFitsIntoMemoryTheOrderIsTheSame(t *testing.T) {
	for _, memory := range []int{1, 500, 5_000, 1 << 20} {
		s, err := newSorter(t.TempDir(), memory)
		if err != nil {
			t.Fatal(err)
		}
		random := rand.New(rand.NewPCG(1, 2))
		var want []string
		for i := range 400 {
			key := fmt.Sprintf("%d", random.IntN(60))
			want = append(want, fmt.Sprintf("%s\x00%06d", key, i))
			if err := s.Add([]byte(key), fmt.Appendf(nil, "%06d", i)); err != nil {
				t.Fatal(err)
			}
		}
		slices.Sort(want)
		var got []string
		if err := s.Each(func(key, value []byte) error {
			got = append(got, string(key)+"\x00"+string(value))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("with %d bytes: %d records, %d wanted, or in another order", memory, len(got), len(want))
		}
		if len(s.runs) > mergeWidth {
			t.Errorf("with %d bytes %d files are open", memory, len(s.runs))
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(s.folder); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("its folder is still there: %v", err)
		}
	}
}

func TestAnErrorOfTakeEndsIt(t *testing.T) {
	s, err := newSorter(t.TempDir(), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, key := range []string{"b", "a", "c"} {
		if err := s.Add([]byte(key), nil); err != nil {
			t.Fatal(err)
		}
	}
	enough, taken := errors.New("enough"), 0
	if err := s.Each(func(_, _ []byte) error { taken++; return enough }); !errors.Is(err, enough) || taken != 1 {
		t.Errorf("%v after %d", err, taken)
	}
}

func TestAFileThatIsCutIsAnError(t *testing.T) {
	for _, left := range []int64{1, 2, 4} { // in the lengths, behind them, in the key
		s, err := newSorter(t.TempDir(), 1)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for range 2 {
			if err := s.Add([]byte("key"), []byte("value")); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.runs[0].Truncate(left); err != nil {
			t.Fatal(err)
		}
		if err := s.Each(func(_, _ []byte) error { return nil }); err == nil {
			t.Errorf("with %d bytes left what is missing of a file went unnoticed", left)
		}
	}
}

func TestAFolderThatIsNotThereIsNamed(t *testing.T) {
	if _, err := newSorter(t.TempDir()+"/none", 1); err == nil {
		t.Error("no error")
	}
}
