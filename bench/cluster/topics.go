package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"

	"waybill/stream"
	"waybill/topics"
)

// groupsGone bounds how long a group may still have members whose process was killed.
const groupsGone = 2 * time.Minute

// Clear deletes every group, and every topic that a run has written. With sources, what runs read goes too.
func (c *Cluster) Clear(ctx context.Context, sources bool) error {
	groups, err := c.Admin.ListGroups(ctx)
	if err != nil {
		return err
	}
	if err := c.deleteGroups(ctx, groups.Groups()); err != nil {
		return err
	}
	names, err := c.topics(ctx, sources)
	if err != nil || len(names) == 0 {
		return err
	}
	deleted, err := c.Admin.DeleteTopics(ctx, names...)
	if err = errors.Join(err, deleted.Error()); err != nil {
		return err
	}
	// The controller has deleted them; the broker shows them for a moment more, and a plan would find them.
	for {
		there, err := c.Admin.ListTopics(ctx)
		if err != nil || !slices.ContainsFunc(names, there.Has) {
			return err
		}
		if err := Pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

// deleteGroups waits for groups whose members are missed only after their session's time.
func (c *Cluster) deleteGroups(ctx context.Context, groups []string) error {
	deadline := time.Now().Add(groupsGone)
	for len(groups) > 0 {
		deleted, err := c.Admin.DeleteGroups(ctx, groups...)
		if err != nil {
			return err
		}
		groups = nil
		for _, one := range deleted {
			switch {
			case one.Err == nil, errors.Is(one.Err, kerr.GroupIDNotFound):
			case errors.Is(one.Err, kerr.NonEmptyGroup) && time.Now().Before(deadline):
				groups = append(groups, one.Group)
			default:
				return fmt.Errorf("deleting group %s: %w", one.Group, one.Err)
			}
		}
		if err := Pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// Apply makes the catalogue's topics that are missing, with the changelogs, and registers the contracts.
func (c *Cluster) Apply(ctx context.Context) error {
	plan, err := topics.Plan(ctx, c.client, c.Schemas, c.Catalogue, topics.Options{Extra: stream.Changelogs(c.Catalogue, c.Stages)})
	if err != nil {
		return err
	}
	return topics.Apply(ctx, c.client, c.Schemas, plan)
}

// Written are the topics that a run writes, those that a contestant makes for itself among them.
func (c *Cluster) Written(ctx context.Context) ([]string, error) { return c.topics(ctx, false) }

// topics are those that there are; without sources, those that a run reads are left out.
func (c *Cluster) topics(ctx context.Context, sources bool) ([]string, error) {
	there, err := c.Admin.ListTopics(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for name := range there {
		if entry, known := c.Catalogue.Topic(name); sources || !known || entry.Role != topics.Source && entry.Role != topics.Reference {
			names = append(names, name)
		}
	}
	return names, nil
}

// Bytes is how much the topics of a run take in the broker's log.
func (c *Cluster) Bytes(ctx context.Context) (bytes int64, err error) {
	names, err := c.Written(ctx)
	if err != nil {
		return 0, err
	}
	there, err := c.Admin.ListTopics(ctx, names...)
	if err != nil {
		return 0, err
	}
	described, err := c.Admin.DescribeAllLogDirs(ctx, there.TopicsSet())
	if err != nil {
		return 0, err
	}
	for _, dirs := range described {
		if err := dirs.Error(); err != nil {
			return 0, err
		}
		bytes += dirs.Size()
	}
	return bytes, nil
}

// partitioned writes the built-in catalogue into a folder, each topic with so many partitions, and loads it.
func partitioned(folder string, partitions int32) (topics.Catalogue, error) {
	err := fs.WalkDir(topics.Embedded(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		into := filepath.Join(folder, path)
		if entry.IsDir() {
			return os.MkdirAll(into, 0o700)
		}
		text, err := fs.ReadFile(topics.Embedded(), path)
		if err != nil {
			return err
		}
		var changed bytes.Buffer
		for line := range strings.Lines(string(text)) {
			changed.WriteString(line)
			if strings.HasPrefix(line, "    role:") {
				fmt.Fprintf(&changed, "    partitions: %d\n", partitions)
			}
		}
		return os.WriteFile(into, changed.Bytes(), 0o600)
	})
	if err != nil {
		return topics.Catalogue{}, err
	}
	return topics.Load(os.DirFS(folder))
}

// Pause waits; it returns at once, with its error, when ctx ends.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
