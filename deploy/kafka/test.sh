#!/usr/bin/env bash
# Runs the tests that need a real Kafka: those whose name has Kafka in it, in files with the build tag kafka. They find the
# broker and the registry by WAYBILL_TEST_BROKERS and WAYBILL_TEST_REGISTRY. The two run on ports and in a folder of their
# own, beside those of `make kafka`, and are stopped at the end however the tests end. Arguments go to go test, for example
# `deploy/kafka/test.sh -run KafkaKilled -v`.
set -euo pipefail

export WAYBILL_KAFKA_PORT=${WAYBILL_KAFKA_PORT:-19192}
export WAYBILL_CONTROLLER_PORT=${WAYBILL_CONTROLLER_PORT:-$((WAYBILL_KAFKA_PORT + 1))}
export WAYBILL_REGISTRY_PORT=${WAYBILL_REGISTRY_PORT:-18181}
export WAYBILL_KAFKA_DIR=${WAYBILL_KAFKA_DIR:-${TMPDIR:-/tmp}/waybill-kafka-test-$(id -u)}
# shellcheck source=SCRIPTDIR/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

cd "$here/../.."
packages=()
while IFS= read -r folder; do
  packages+=("$folder")
done < <(grep -rl --include='*_test.go' '^//go:build .*kafka' . | sed 's|/[^/]*$||' | sort -u)
((${#packages[@]})) || fail "no test file has the build tag kafka"

# end STATUS: after a failure shows what the two complained of last, then stops them.
end() {
  if (($1 > 0 && $1 < 128)); then
    for name in kafka registry; do
      [[ ! -f $run/$name.log ]] || { say "--- $name.log:"; grep -E ' (WARN|ERROR|FATAL) ' "$run/$name.log" | tail -n 15 >&2 || true; }
    done
  fi
  "$here/stop.sh"
}
trap 'end $?' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

addresses=$("$here/start.sh")
while IFS= read -r line; do export "${line?}"; done <<<"$addresses"
# One package at a time: the topics' names are the same for all of them.
go test -count=1 -p 1 -timeout 30m -tags kafka -run Kafka "$@" "${packages[@]}"
