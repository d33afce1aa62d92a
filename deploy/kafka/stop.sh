#!/usr/bin/env bash
# Stops what start.sh started and drops its data: the registry keeps its schemas in memory, and topics whose schemas are gone
# cannot be read. Does nothing when nothing runs.
set -euo pipefail
# shellcheck source=SCRIPTDIR/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

for name in registry kafka; do
  pid=$(ours "$name") || continue
  kill "$pid" 2>/dev/null || true
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
