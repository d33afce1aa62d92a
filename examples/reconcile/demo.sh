#!/usr/bin/env bash
# Plays a small day on the embedded broker and compares what came of it with extracts of ERP, WMS and AR. Arguments go to
# each comparison: `examples/reconcile/demo.sh --in-flight 15m` finds more, `--show all` shows more.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

work=$(mktemp -d)
go build -o "$work/waybill" ../../cmd/waybill
waybill=$work/waybill

# The generated distributor beside it has other orders, and a clock that is the real one.
"$waybill" dev --rate 1 --output json >/dev/null 2>"$work/log" &
running=$!
trap 'kill $running; wait $running || true; rm -rf "$work"' EXIT
until grep -q 'Others can read along' "$work/log"; do
  kill -0 $running || { cat "$work/log" >&2; exit 1; }
  sleep 0.2
done
WAYBILL_BROKERS=$(sed -n 's/.*--brokers \([^ ]*\) .*/\1/p' "$work/log")
WAYBILL_REGISTRY=$(sed -n 's/.*--registry \([^ ]*\).*/\1/p' "$work/log")
export WAYBILL_BROKERS WAYBILL_REGISTRY

for file in events/*.ndjson; do
  "$waybill" produce "$(basename "$file" .ndjson)" "$file" >/dev/null
done
# Until what the events say of each has come out.
while read -r topic key says; do
  until "$waybill" tail "$topic" --key "$key" --until-end | grep -qF "$says"; do sleep 0.2; done
done <<'EXPECTED'
o2c.order-status O-1 "shipped":"10"
o2c.order-status O-2 "shipped":"4"
o2c.order-status O-3 "shipped":"2"
o2c.order-status O-4 "shipped":"5"
o2c.invoice-ready O-1 "total":"185"
o2c.invoice-ready O-2 "total":"396"
o2c.invoice-ready O-3 "total":"37"
o2c.invoice-ready O-4 "total":"36.25"
o2c.receivables INV-1 "paid":"185"
o2c.receivables INV-2 "paid":"97"
o2c.availability HAMMER@east "on_hand":"88"
o2c.availability SAW@east "on_hand":"16"
o2c.availability NAILS@east "on_hand":"495"
EXPECTED

for extract in invoiced.csv shipped.csv paid.csv stock.ndjson; do
  kind=${extract%.*}
  printf '\n$ waybill reconcile %s %s --as-of 2025-11-24T18:00:00Z\n\n' "$kind" "$extract"
  comma=()
  [[ $extract == paid.csv ]] && comma=(--decimal-comma)
  # 3 says that there are findings: they are what this shows.
  "$waybill" reconcile "$kind" "$extract" --as-of 2025-11-24T18:00:00Z "${comma[@]}" "$@" || (($? == 3))
done
