#!/usr/bin/env bash
# Converts Northwind, plays it through every stage on the embedded broker, and prints what came out. Arguments go to the
# converter: `examples/northwind/demo.sh -shuffle 42 -double 30` bills the same.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

go run ./examples/northwind "$@" >"$work/events.ndjson"
# A day passes, so that what is past its grace time shows: items of which more is promised than there is.
echo '{"advance":"24h"}' >>"$work/events.ndjson"
go build -o "$work/waybill" ./cmd/waybill
# 3 says that exceptions are open: the report shows them.
"$work/waybill" dev --once "$work/events.ndjson" --output json >"$work/records.ndjson" || (($? == 3))
go run ./examples/northwind/report <"$work/records.ndjson"
