# shellcheck shell=bash disable=SC2034
# Settings of start.sh, broker.sh, stop.sh and test.sh, which source this file. Each can be set by the environment.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Where the jars are kept between runs.
cache=${WAYBILL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/waybill}

# Where data, logs and process numbers are while they run. stop.sh removes it.
run=${WAYBILL_KAFKA_DIR:-${TMPDIR:-/tmp}/waybill-kafka-$(id -u)}

# How many brokers. Three keep three copies of everything and take a write when two have it.
broker_count=${WAYBILL_BROKERS:-1}

# All listen on the loopback address only. The controller's port is Kafka's own business. Further brokers have the next odd
# and even ports.
kafka_port=${WAYBILL_KAFKA_PORT:-19092}
controller_port=${WAYBILL_CONTROLLER_PORT:-$((kafka_port + 1))}
registry_port=${WAYBILL_REGISTRY_PORT:-18081}

# port_of FIRST NUMBER: the port of the broker of that number, when the first one has FIRST.
port_of() { echo $(($1 + 2 * ($2 - 1))); }

# name_of NUMBER: what the broker's log and process number are called: kafka, kafka-2, kafka-3.
name_of() { if (($1 == 1)); then echo kafka; else echo "kafka-$1"; fi; }

brokers=127.0.0.1:$kafka_port
for ((number = 2; number <= broker_count; number++)); do
  brokers+=,127.0.0.1:$(port_of "$kafka_port" "$number")
done
registry=http://127.0.0.1:$registry_port/apis/ccompat/v7

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $*"; exit 1; }

# install COMMAND PACKAGE: on Debian as root installs the package that brings the command, elsewhere says what the
# script needs. What apt-get says goes to $log.
install() {
  if ! command -v apt-get >/dev/null || [[ $(id -u) != 0 ]]; then
    fail "$1 is missing: install ${needs:?}"
  fi
  say "$1 is missing: installing Debian's $2 …"
  {
    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$2"
  } >"${log:?}" 2>&1 || { cat "$log" >&2; fail "could not install $2"; }
}

# port_taken PORT: something listens there.
port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# kafka_answers NUMBER: the broker answers a request (ApiVersions, version 0) on its port, not merely accepts connections.
# The answer begins with its length, of which the first byte is zero.
kafka_answers() {
  (
    exec 3<>"/dev/tcp/127.0.0.1/$(port_of "$kafka_port" "$1")" || exit 1
    printf '\0\0\0\012\0\022\0\0\0\0\0\001\377\377' >&3
    IFS= read -r -t 2 -d '' _ <&3
  ) 2>/dev/null
}

# registry_answers: the registry lists its subjects.
registry_answers() {
  (
    exec 3<>"/dev/tcp/127.0.0.1/$registry_port" || exit 1
    printf 'GET /apis/ccompat/v7/subjects HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
    IFS= read -r -t 2 status <&3 && [[ $status == *' 200 '* ]]
  ) 2>/dev/null
}

# arguments PID: prints the command line of a process; nothing when it is gone. Slim images have no ps.
arguments() {
  if [[ -d /proc/self ]]; then
    tr '\0' ' ' <"/proc/$1/cmdline"
  else
    ps -o args= -p "$1"
  fi 2>/dev/null
}

# ours NAME: prints the number of the running process that was started as NAME (kafka, kafka-2, registry). A number that the
# system has given to another process since is not ours.
ours() {
  local pid
  pid=$(cat "$run/$1.pid" 2>/dev/null) || return 1
  [[ $(arguments "$pid") == *"-Dwaybill.run=$run "* ]] && printf '%s\n' "$pid"
}

# launch NAME ARGUMENT…: starts Java in the background, marked as ours, with its log and process number in the run folder.
launch() {
  local name=$1
  shift
  nohup "$java" "-Dwaybill.run=$run" "$@" >>"$run/$name.log" 2>&1 </dev/null &
  echo $! >"$run/$name.pid"
}

# kafka_java: sets java and kafka, the options and class path of a broker.
kafka_java() {
  local jars heap=1g
  ((broker_count == 1)) || heap=512m
  jars=$("$here/fetch.sh")
  java=${JAVA_HOME:+$JAVA_HOME/bin/}java
  kafka=("-Xmx$heap" "-Dlog4j2.configurationFile=$here/log4j2.properties" -cp "$jars/kafka/*")
}
