#!/usr/bin/env bash
# Starts an Apache Kafka and a schema registry on the loopback address, waits until both answer, and prints their addresses.
# When both run already it only prints. Settings: settings.sh; with WAYBILL_BROKERS=3 Kafka is three brokers that keep three
# copies. Stop them with stop.sh, which also drops their data.
set -euo pipefail
# shellcheck source=SCRIPTDIR/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

addresses() {
  say "kafka $brokers, registry $registry (logs and data in $run)"
  printf 'WAYBILL_TEST_BROKERS=%s\nWAYBILL_TEST_REGISTRY=%s\n' "$brokers" "$registry"
}

# all_answer: they run already.
all_answer() {
  local number
  ours registry >/dev/null && registry_answers || return
  for ((number = 1; number <= broker_count; number++)); do
    ours "$(name_of "$number")" >/dev/null && kafka_answers "$number" || return
  done
  [[ ! -f $run/$(name_of $((broker_count + 1))).pid ]]
}

if all_answer; then
  addresses
  exit
fi
"$here/stop.sh"
# Failed or interrupted half-way it leaves nothing behind: what it starts does not hear the terminal's Ctrl-C.
trap '(($? == 0)) || "$here/stop.sh"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
ports=("$registry_port")
voters=
for ((number = 1; number <= broker_count; number++)); do
  ports+=("$(port_of "$kafka_port" "$number")" "$(port_of "$controller_port" "$number")")
  voters+=${voters:+,}$number@127.0.0.1:$(port_of "$controller_port" "$number")
done
for port in "${ports[@]}"; do
  ! port_taken "$port" || fail "port $port is taken by another process: set WAYBILL_KAFKA_PORT, WAYBILL_CONTROLLER_PORT or WAYBILL_REGISTRY_PORT"
done

kafka_java
mkdir -p "$run"

# The registry first: it takes longer, and goes up while Kafka formats its data folder.
jars=$("$here/fetch.sh")
QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT=$registry_port launch registry -Xmx512m -jar "$jars"/registry/*-runner.jar

# Three copies where there are brokers for them, and a write is taken when all but one have it.
copies=$((broker_count < 3 ? broker_count : 3))
insync=$((copies > 1 ? copies - 1 : 1))
cluster=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | head -c 22)
for ((number = 1; number <= broker_count; number++)); do
  name=$(name_of "$number")
  {
    cat "$here/server.properties"
    echo "node.id=$number"
    echo "log.dirs=$run/data-$number"
    echo "listeners=CLIENT://127.0.0.1:$(port_of "$kafka_port" "$number"),CONTROLLER://127.0.0.1:$(port_of "$controller_port" "$number")"
    echo "advertised.listeners=CLIENT://127.0.0.1:$(port_of "$kafka_port" "$number")"
    echo "controller.quorum.voters=$voters"
    echo "min.insync.replicas=$insync"
    printf '%s.replication.factor='"$copies"'\n' default offsets.topic transaction.state.log share.coordinator.state.topic
    printf '%s.min.isr='"$insync"'\n' transaction.state.log share.coordinator.state.topic
  } >"$run/$name.properties"
  "$java" "${kafka[@]}" kafka.tools.StorageTool format "--cluster-id=$cluster" -c "$run/$name.properties" >"$run/format.log" 2>&1 ||
    { cat "$run/format.log" >&2; fail "could not format $run/data-$number"; }
done
for ((number = 1; number <= broker_count; number++)); do
  launch "$(name_of "$number")" "${kafka[@]}" kafka.Kafka "$run/$(name_of "$number").properties"
done

# await NAME COMMAND…: waits until NAME answers, as COMMAND tells; its end, or a minute without an answer, is a failure that
# shows its log.
await() {
  local name=$1 deadline=$((SECONDS + 60))
  shift
  until "$@"; do
    if ! kill -0 "$(cat "$run/$name.pid")" 2>/dev/null || ((SECONDS > deadline)); then
      tail -n 40 "$run/$name.log" >&2
      fail "$name did not start, the end of its log is above"
    fi
    sleep 0.2
  done
}
for ((number = 1; number <= broker_count; number++)); do
  await "$(name_of "$number")" kafka_answers "$number"
done
await registry registry_answers
addresses
