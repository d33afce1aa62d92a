#!/usr/bin/env bash
# Runs the tests that need a real Kafka: those whose name has Kafka in it, in files with the build tag kafka. They find the
# broker and the registry by WAYBILL_TEST_BROKERS and WAYBILL_TEST_REGISTRY. The two run on ports and in a folder of their
# own, beside those of `make kafka`, and are stopped at the end however the tests end. Each package has a new Kafka: the
# catalogue's topics are called the same in all of them. Arguments go to go test, for example
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

# complaints shows what the two complained of last.
complaints() {
  local name
  for name in kafka registry; do
    [[ ! -f $run/$name.log ]] || { say "--- $name.log:"; grep -E ' (WARN|ERROR|FATAL) ' "$run/$name.log" | tail -n 15 >&2 || true; }
  done
}
trap '"$here/stop.sh"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

failed=()
for package in "${packages[@]}"; do
  "$here/stop.sh"
  addresses=$("$here/start.sh")
  while IFS= read -r line; do export "${line?}"; done <<<"$addresses"
  go test -count=1 -timeout 20m -tags kafka -run Kafka "$@" "$package" || { failed+=("$package"); complaints; }
done
((${#failed[@]} == 0)) || fail "failed on a real Kafka: ${failed[*]}"
