package dev

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestALiveDistributorBillsMoreAndMoreWithoutADeadLetter(t *testing.T) {
	ctx, enough := context.WithCancel(t.Context())
	e, err := StartEmbedded(t.Context(), embedded())
	if err != nil {
		t.Fatal(err)
	}
	var boards []*Board
	grown := 0 // how often more was billed than the time before
	options := LiveOptions{Seed: 3, Rate: 10, Hour: 20 * time.Millisecond, For: 5 * time.Minute, Every: 200 * time.Millisecond}
	if err := Live(ctx, e, options, func(board *Board) error {
		boards = append(boards, board)
		if n := len(boards); n > 1 && board.InvoiceReady > boards[n-2].InvoiceReady && board.Value["USD"] != boards[n-2].Value["USD"] {
			if grown++; grown == 3 {
				enough()
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if len(boards) == 0 || grown < 3 {
		t.Fatalf("shown %d times, more billed %d times in %s", len(boards), grown, options.For)
	}
	for n, board := range boards {
		if board.DeadLetters > 0 || board.Problem != "" {
			t.Errorf("%d dead letters, %s", board.DeadLetters, board.Problem)
		}
		if n > 0 && (board.InvoiceReady < boards[n-1].InvoiceReady || board.Orders < boards[n-1].Orders || board.Shipments < boards[n-1].Shipments) {
			t.Errorf("%s\nbecame\n%s", boards[n-1].Line(), board.Line())
		}
	}
	if last := boards[len(boards)-1]; last.Value["USD"] <= 0 || last.Orders == 0 || last.Shipments == 0 || last.Shipments > 2*last.Orders {
		t.Errorf("%s", last.Line())
	}
}

func TestALiveDistributorShowsWhatCameWhenItsTimeIsOver(t *testing.T) {
	e, err := StartEmbedded(t.Context(), embedded())
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	if err := Live(t.Context(), e, LiveOptions{Rate: 1, Hour: time.Second, For: time.Millisecond, Every: time.Hour}, func(*Board) error { shown++; return nil }); err != nil || shown != 1 {
		t.Errorf("shown %d times, %v", shown, err)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

func TestALiveDistributorEndsWhenItIsStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e, err := StartEmbedded(ctx, embedded())
	if err != nil {
		t.Fatal(err)
	}
	options := LiveOptions{Seed: 1, Rate: 50, Hour: 10 * time.Millisecond, Every: 300 * time.Millisecond}
	err = Live(ctx, e, options, func(*Board) error { cancel(); return nil })
	if closed := e.Close(); err != nil || closed != nil {
		t.Errorf("%v, %v", err, closed)
	}
	nothingRuns(t)
}

func TestALiveDistributorEndsWhenNobodyCanBeShownWhatCame(t *testing.T) {
	e, err := StartEmbedded(t.Context(), embedded())
	if err != nil {
		t.Fatal(err)
	}
	gone := errors.New("the terminal is gone")
	if err := Live(t.Context(), e, LiveOptions{Rate: 1, Hour: time.Second, Every: 10 * time.Millisecond}, func(*Board) error { return gone }); !errors.Is(err, gone) {
		t.Error(err)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

// aBoard has something of everything.
func aBoard() *Board {
	return &Board{
		Time: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), Running: 20 * time.Second, Orders: 99, Shipments: 108, InvoiceReady: 97, Credits: 2,
		Value: Money{"USD": 3249082100, "EUR": 1050000}, Resolved: 3, Lag: 11, Problem: "stage intake does not get on: the registry is away",
		Open: []OpenOf{{"not_accepted", "order management", 5, Money{"USD": 87025600}}, {"unreadable", "warehouse systems", 1, Money{}}},
	}
}

func TestABoardIsShownAsATableALineAndJSON(t *testing.T) {
	want := `A generated distributor, for 20s

orders  shipments  invoice-ready  credits  dead letters  lag
    99        108             97        2             0   11

Net value ready to be invoiced: 105.00 EUR, 324908.21 USD

Open exceptions: 6; 3 resolved

class         owner              open      at risk
not_accepted  order management      5  8702.56 USD
unreadable    warehouse systems     1

stage intake does not get on: the registry is away
`
	if text := aBoard().Text(80); text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	want = `2026-03-02T08:00:00Z orders=99 shipments=108 invoice_ready=97 credits=2 value="105.00 EUR, 324908.21 USD" exceptions_open=6 resolved=3 dead_letters=0 lag=11 problem="stage intake does not get on: the registry is away"`
	if line := aBoard().Line(); line != want {
		t.Errorf("got\n%s\nwant\n%s", line, want)
	}
	encoded, err := json.Marshal(aBoard())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"time":"2026-03-02T08:00:00Z"`, `"value":{"EUR":"105.00","USD":"324908.21"}`, `{"class":"not_accepted","owner":"order management","open":5,"at_risk":{"USD":"8702.56"}}`} {
		if !strings.Contains(string(encoded), want) {
			t.Errorf("%s has no %s", encoded, want)
		}
	}
	none := (&Board{Value: Money{}}).Text(80)
	if !strings.HasSuffix(none, "Net value ready to be invoiced: 0\n\nOpen exceptions: none\n") {
		t.Errorf("of nothing:\n%s", none)
	}
}

// screenOf is what a terminal shows after what was written to it: of the sequences that Screen uses.
func screenOf(t *testing.T, written string, height int) []string {
	t.Helper()
	screen, row := make([]string, height), 0
	for written != "" {
		switch {
		case strings.HasPrefix(written, "\x1b[K"):
			written = written[3:] // nothing stands behind the cursor: lines are written from their beginning
		case strings.HasPrefix(written, "\x1b[J"):
			for below := row; below < height; below++ {
				screen[below] = ""
			}
			written = written[3:]
		case strings.HasPrefix(written, "\r\x1b["):
			up, rest, _ := strings.Cut(written[3:], "A")
			n := 0
			for _, digit := range up {
				n = 10*n + int(digit-'0')
			}
			row, written = max(row-n, 0), rest
		default:
			line, rest, ended := strings.Cut(written, "\n")
			if !ended {
				t.Fatalf("%q does not end its line", written)
			}
			screen[row] = strings.TrimSuffix(line, "\x1b[K")
			if row++; row == height { // it scrolls
				screen, row = append(screen[1:], ""), height-1
			}
			written = rest
		}
	}
	return screen
}

func TestAScreenIsDrawnInItsPlaceAndCutAtTheEdges(t *testing.T) {
	const height = 6
	var written strings.Builder
	written.WriteString("what stood above\n")
	width := 10
	screen := &Screen{To: &written, Size: func() (int, int) { return width, height }}
	draw := func(text string, want ...string) {
		t.Helper()
		if err := screen.Draw(text); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(screenOf(t, written.String(), height), "\n"); got != strings.Join(want, "\n") {
			t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
		}
	}
	draw("one\ntwo\nthree\n", "what stood above", "one", "two", "three", "", "")
	draw("four\nfive\n", "what stood above", "four", "five", "", "", "")
	draw("a line that is too long\n×××××××××××\n", "what stood above", "a line tha", "××××××××××", "", "", "")
	width = 60
	draw("1\n2\n3\n4\n5\n6\n7\n", "1", "2", "3", "4", "… 3 more lines: they need a higher terminal", "")
	draw("1\n2\n", "1", "2", "", "", "", "")
}
