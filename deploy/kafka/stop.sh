#!/usr/bin/env bash
# Stops what start.sh started and drops its data: the registry keeps its schemas in memory, and topics whose schemas are gone
# cannot be read. Does nothing when nothing runs.
set -euo pipefail
# shellcheck source=SCRIPTDIR/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

# All at once, the registry first: of three brokers the last one would wait for the others to take over from it.
names=
for file in "$run/registry.pid" "$run"/kafka*.pid; do
  name=$(basename "$file" .pid)
  pid=$(ours "$name") || continue
  kill "$pid" 2>/dev/null || true
  names+=" $name"
done
for name in $names; do
  pid=$(cat "$run/$name.pid")
  for ((tenths = 0; tenths < 100; tenths++)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  ! kill -9 "$pid" 2>/dev/null || say "$name did not stop within 10 s and was killed"
done
# Only a folder that start.sh made is dropped, whatever WAYBILL_KAFKA_DIR says.
if [[ -f $run/registry.log ]]; then
  rm -rf "$run"
fi
