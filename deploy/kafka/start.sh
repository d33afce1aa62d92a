#!/usr/bin/env bash
# Starts an Apache Kafka and a schema registry on the loopback address, waits until both answer, and prints their addresses.
# When both run already it only prints. Settings: settings.sh. Stop them with stop.sh, which also drops their data.
set -euo pipefail
# shellcheck source=SCRIPTDIR/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

addresses() {
  say "kafka $brokers, registry $registry (logs and data in $run)"
  printf 'WAYBILL_TEST_BROKERS=%s\nWAYBILL_TEST_REGISTRY=%s\n' "$brokers" "$registry"
}

if ours kafka >/dev/null && ours registry >/dev/null && kafka_answers && registry_answers; then
  addresses
  exit
fi
"$here/stop.sh"
# Failed or interrupted half-way it leaves nothing behind: what it starts does not hear the terminal's Ctrl-C.
trap '(($? == 0)) || "$here/stop.sh"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
for port in "$kafka_port" "$controller_port" "$registry_port"; do
  ! port_taken "$port" || fail "port $port is taken by another process: set WAYBILL_KAFKA_PORT, WAYBILL_CONTROLLER_PORT or WAYBILL_REGISTRY_PORT"
done

jars=$("$here/fetch.sh")
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
mkdir -p "$run"

# launch NAME ARGUMENT…: starts Java in the background, marked as ours, with its log and process number in the run folder.
launch() {
  local name=$1
  shift
  nohup "$java" "-Dwaybill.run=$run" "$@" >"$run/$name.log" 2>&1 </dev/null &
  echo $! >"$run/$name.pid"
}

# The registry first: it takes longer, and goes up while Kafka formats its data folder.
QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT=$registry_port launch registry -Xmx512m -jar "$jars"/registry/*-runner.jar

{
  cat "$here/server.properties"
  echo "log.dirs=$run/data"
  echo "listeners=CLIENT://127.0.0.1:$kafka_port,CONTROLLER://127.0.0.1:$controller_port"
  echo "advertised.listeners=CLIENT://127.0.0.1:$kafka_port"
  echo "controller.quorum.voters=1@127.0.0.1:$controller_port"
} >"$run/server.properties"
kafka=(-Xmx1g "-Dlog4j2.configurationFile=$here/log4j2.properties" -cp "$jars/kafka/*")
cluster=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | head -c 22)
"$java" "${kafka[@]}" kafka.tools.StorageTool format -t "$cluster" -c "$run/server.properties" >"$run/format.log" 2>&1 ||
  { cat "$run/format.log" >&2; fail "could not format $run/data"; }
launch kafka "${kafka[@]}" kafka.Kafka "$run/server.properties"

# await NAME: waits until NAME answers; its end, or a minute without an answer, is a failure that shows its log.
await() {
  local deadline=$((SECONDS + 60))
  until "$1_answers"; do
    if ! kill -0 "$(cat "$run/$1.pid")" 2>/dev/null || ((SECONDS > deadline)); then
      tail -n 40 "$run/$1.log" >&2
      fail "$1 did not start, the end of its log is above"
    fi
    sleep 0.2
  done
}
await kafka
await registry
addresses
