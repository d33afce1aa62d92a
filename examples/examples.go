// Package examples holds what `waybill dev` plays when it is given nothing else.
package examples

import "embed"

// Files are the scenarios of this folder with the schemas that they name.
//
//go:embed *.ndjson schemas
var Files embed.FS

// SplitSubstitute is the scenario that waybill exists for.
const SplitSubstitute = "split-substitute.ndjson"
