#!/usr/bin/env bash
# Fetches the jars of pom.xml, compiles the program into the cache folder, and prints the class path: run it with
# `java -cp "$(bench/streams/build.sh)" Main`. Does nothing but print when neither the program nor the contracts have
# changed since the last time. On Debian as root it installs the compiler and Maven where they are missing.
set -euo pipefail
streams=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=SCRIPTDIR/../../deploy/kafka/settings.sh
source "$streams/../../deploy/kafka/settings.sh"
contracts=$streams/../../schemas/avsc

needs="a Java 17 development kit or newer and Maven (on Debian: apt-get install openjdk-17-jdk-headless maven)"
log=$(mktemp)
trap 'rm -rf "$log" ${into:+"$into"}' EXIT

# complete FROM TO: moves a folder whole, so that what is there is complete; another run may have been quicker.
complete() { mv -T "$1" "$2" 2>/dev/null || [[ -d $2 ]]; }

jars=$cache/streams-jars-$(cksum <"$streams/pom.xml" | cut -d' ' -f1)
if [[ ! -d $jars ]]; then
  command -v mvn >/dev/null || install mvn maven
  say "fetching Kafka Streams into $jars …"
  mkdir -p "$cache"
  into=$(mktemp -d "$cache/fetching.XXXXXX")
  mvn -B -q -f "$streams/pom.xml" generate-resources -Dinto="$into" >"$log" 2>&1 || { cat "$log" >&2; fail "Maven could not fetch the jars of $streams/pom.xml"; }
  complete "$into" "$jars"
fi

classes=$cache/streams-classes-$(cat "$streams"/*.java "$streams"/*.properties "$streams"/pom.xml "$contracts"/*.avsc | cksum | cut -d' ' -f1)
if [[ ! -d $classes ]]; then
  javac=${JAVA_HOME:+$JAVA_HOME/bin/}javac
  command -v "$javac" >/dev/null || install javac openjdk-17-jdk-headless
  into=$(mktemp -d "$cache/compiling.XXXXXX")
  "$javac" --release 17 -Xlint:all -Werror -cp "$jars/*" -d "$into" "$streams"/*.java >"$log" 2>&1 || { cat "$log" >&2; fail "the Kafka Streams program does not compile"; }
  cp "$streams"/*.properties "$contracts"/*.avsc "$into"
  complete "$into" "$classes"
fi
printf '%s:%s/*\n' "$classes" "$jars"
