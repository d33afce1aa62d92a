#!/usr/bin/env bash
# Makes sure that Java 17 and the jars of pom.xml are there, and prints the folder that holds them:
# kafka/*.jar and registry/*-runner.jar. Needs Maven, and a package registry, only when pom.xml has changed since the last time.
set -euo pipefail
# shellcheck source=SCRIPTDIR/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

needs="Java 17 or newer and Maven (on Debian: apt-get install openjdk-17-jre-headless maven)"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
command -v "$java" >/dev/null || install java openjdk-17-jre-headless
version=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
((${version:-0} >= 17)) || fail "Kafka needs Java 17 or newer, $java is version ${version:-unknown}: set JAVA_HOME"

jars=$cache/kafka-$(cksum <"$here/pom.xml" | cut -d' ' -f1)
if [[ ! -d $jars ]]; then
  command -v mvn >/dev/null || install mvn maven
  say "fetching Kafka and the registry into $jars …"
  mkdir -p "$cache"
  into=$(mktemp -d "$cache/fetching.XXXXXX")
  trap 'rm -rf "$log" "$into"' EXIT
  mvn -B -q -f "$here/pom.xml" generate-resources -Dinto="$into" >"$log" 2>&1 || { cat "$log" >&2; fail "Maven could not fetch the jars of $here/pom.xml"; }
  mkdir "$into/registry"
  tar -xzf "$into/registry.tar.gz" -C "$into/registry"
  rm "$into/registry.tar.gz"
  # Moved whole, so that what is there is complete; another run may have been quicker.
  mv -T "$into" "$jars" 2>/dev/null || mv "$into" "$jars" 2>/dev/null || [[ -d $jars ]]
fi
printf '%s\n' "$jars"
