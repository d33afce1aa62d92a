package checks

import (
	"bytes"
	"fmt"
	"strconv"

	"waybill/stream"
	"waybill/topics"
)

// endings are the outcomes that end a source record.
var endings = []string{"applied", "duplicate", "held", "dead_lettered"}

// nothingLost: what the committed epochs counted adds up to what was sent, topic by topic, and each dead letter has its
// record's bytes.
func nothingLost(run *Run) (broken []string) {
	if left := run.Cluster.Unsettled(); left != "" {
		broken = append(broken, left)
	}
	sent := map[string]int64{}
	records := map[string]Sent{}
	for _, one := range run.Sent {
		sent[one.Place.Topic]++
		records[placeText(one.Place.Topic, one.Place.Partition, one.Offset)] = one
	}
	counts := run.Cluster.Counts()
	letters := map[string]int64{}
	for _, letter := range run.Cluster.Log().Committed(topics.DeadLetters) {
		header := map[string]string{}
		for _, h := range letter.Headers {
			header[h.Key] = string(h.Value)
		}
		partition, _ := strconv.ParseInt(header["waybill.original.partition"], 10, 32)
		offset, _ := strconv.ParseInt(header["waybill.original.offset"], 10, 64)
		topic := header["waybill.original.topic"]
		letters[topic]++
		original, known := records[placeText(topic, int32(partition), offset)]
		if known && !bytes.Equal(original.Event.Bytes, letter.Value) {
			broken = append(broken, fmt.Sprintf("the dead letter of %s partition %d offset %d has other bytes", topic, partition, offset))
		}
	}
	for topic, n := range sent {
		if topic == topics.Commands.Name() || topic == topics.Repairs.Name() {
			continue // commands are counted by what they did
		}
		total := int64(0)
		for _, ending := range endings {
			total += counts[stream.Outcome{Topic: topic, Outcome: ending}]
		}
		if total != n {
			broken = append(broken, fmt.Sprintf("%s: %d records were sent, %d ended: %s", topic, n, total, countText(counts, topic)))
		}
		if counted := counts[stream.Outcome{Topic: topic, Outcome: "dead_lettered"}]; counted != letters[topic] {
			broken = append(broken, fmt.Sprintf("%s: %d records were dead-lettered, and %d letters are there", topic, counted, letters[topic]))
		}
	}
	return broken
}

func countText(counts map[stream.Outcome]int64, topic string) string {
	text := ""
	for _, ending := range endings {
		text += fmt.Sprintf(" %s %d", ending, counts[stream.Outcome{Topic: topic, Outcome: ending}])
	}
	return text[1:]
}

func placeText(topic string, partition int32, offset int64) string {
	return topic + "/" + strconv.Itoa(int(partition)) + "/" + strconv.FormatInt(offset, 10)
}
