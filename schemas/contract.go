package schemas

import (
	"embed"
	"sort"
	"strings"
)

//go:embed all:avsc
var contractFiles embed.FS

// Contract returns the schema of a topic's value as its .avsc file has it.
func Contract(topic string) (schemaJSON string, ok bool) {
	text, err := contractFiles.ReadFile("avsc/" + topic + ".avsc")
	return string(text), err == nil
}

// ContractTopics lists the topics that have a contract, sorted.
func ContractTopics() []string {
	files, err := contractFiles.ReadDir("avsc")
	if err != nil {
		panic(err) // embedded
	}
	var topics []string
	for _, file := range files {
		if name, isContract := strings.CutSuffix(file.Name(), ".avsc"); isContract {
			topics = append(topics, name)
		}
	}
	sort.Strings(topics)
	return topics
}

// Subject is the name under which a topic's value schemas are registered.
func Subject(topic string) string { return topic + "-value" }
