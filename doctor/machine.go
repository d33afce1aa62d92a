package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"waybill/state"
	"waybill/topics"
)

// leastDisk is what is to be left: compactions of the store need room for a while.
const leastDisk = 1 << 30

// stateFolder checks that the folder can be written, and that its disk has room.
func (e *examination) stateFolder(context.Context) {
	const check = "state folder"
	folder, err := filepath.Abs(e.Config.State)
	if err != nil {
		e.problem(check, err.Error(), "name a folder by state in the configuration")
		return
	}
	existing, err := existingFolder(folder)
	if err == nil {
		err = writable(existing)
	}
	if err != nil {
		e.problem(check, fmt.Sprintf("%s cannot be written: %v", folder, err), "let the user that runs waybill write it, or name another by state")
		return
	}
	free, total, err := state.FreeDisk(existing)
	switch {
	case err != nil:
		e.unknown(check, err.Error())
	case free < leastDisk:
		e.problem(check, fmt.Sprintf("%s: %s of %s are free", folder, bytes(free), bytes(total)), "make room, or name a folder on another disk by state")
	default:
		note := ""
		if existing != folder {
			note = ", made at the first start"
		}
		e.ok(check, fmt.Sprintf("%s: %s of %s are free%s", folder, bytes(free), bytes(total), note))
	}
}

// existingFolder is the folder, or the nearest one above it that exists, in which it will be made.
func existingFolder(folder string) (string, error) {
	for {
		info, err := os.Stat(folder)
		switch {
		case err == nil && !info.IsDir():
			return "", fmt.Errorf("%s is no folder", folder)
		case err == nil:
			return folder, nil
		case !errors.Is(err, os.ErrNotExist) || folder == filepath.Dir(folder):
			return "", err
		}
		folder = filepath.Dir(folder)
	}
}

func writable(folder string) error {
	file, err := os.CreateTemp(folder, ".waybill-doctor-*")
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

func bytes(count uint64) string {
	const gibibyte = 1 << 30
	if count < gibibyte {
		return topics.FormatBytes(int(count) / (1 << 20) * (1 << 20))
	}
	return fmt.Sprintf("%.1fGiB", float64(count)/gibibyte)
}

// mostSkew is how far this machine's clock may be off: deadlines and graces are minutes.
const mostSkew = 30 * time.Second

// clock compares this machine's clock with the registry's, by the date of any answer of it.
func (e *examination) clock(ctx context.Context) {
	const check = "clock"
	if !e.registryAnswered {
		e.unknown(check, "the registry, by whose clock it is compared, does not answer")
		return
	}
	there, err := dateOf(ctx, e.Config.Registry[0])
	if err != nil {
		e.unknown(check, "the registry does not tell its time")
		return
	}
	skew := there.Sub(e.Now()).Round(time.Second)
	if skew.Abs() > mostSkew {
		e.problem(check, fmt.Sprintf("this machine and the registry's are %s apart", skew.Abs()), "set both by the network (NTP): deadlines run by the clock, and commands are compared by their time")
		return
	}
	e.ok(check, "within "+mostSkew.String()+" of the registry's")
}

func dateOf(ctx context.Context, url string) (time.Time, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(url, "/")+"/subjects", http.NoBody)
	if err != nil {
		return time.Time{}, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return time.Time{}, err
	}
	defer response.Body.Close()
	return http.ParseTime(response.Header.Get("Date"))
}
