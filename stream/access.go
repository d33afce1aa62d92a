package stream

import "slices"

// Access is one thing that a stage has to be allowed on a cluster whose access is restricted. Read and write include to
// describe.
type Access struct {
	Resource  string `json:"resource"` // topic, group or transactional-id
	Name      string `json:"name"`
	Prefix    bool   `json:"prefix"` // the name is what the resource's begins with
	Operation string `json:"operation"`
}

// Access is the least that the stage has to be allowed, and all that it needs: it creates nothing and changes no config.
// The name of a process ends its transactional id, so those are allowed by their prefix.
func (t Topology) Access() []Access {
	var access []Access
	add := func(resource, operation string, names ...string) {
		for _, name := range names {
			one := Access{Resource: resource, Name: name, Operation: operation}
			if !slices.Contains(access, one) {
				access = append(access, one)
			}
		}
	}
	add("topic", "read", t.Inputs...)
	add("topic", "read", t.References...)
	add("topic", "read", t.Changelog)
	add("topic", "write", t.Outputs...)
	add("topic", "write", t.Changelog)
	add("group", "read", t.Group)
	return append(access, Access{Resource: "transactional-id", Name: t.Group + "-", Prefix: true, Operation: "write"})
}
