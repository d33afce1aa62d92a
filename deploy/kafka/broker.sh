#!/usr/bin/env bash
# broker.sh NUMBER starts a broker of start.sh again, on the data that it left: for tests that kill one. It does not wait
# until the broker answers.
set -euo pipefail
# shellcheck source=SCRIPTDIR/settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

name=$(name_of "${1:?which broker?}")
[[ -f $run/$name.properties ]] || fail "there is no $run/$name.properties: run start.sh first"
! ours "$name" >/dev/null || fail "$name runs"
kafka_java
launch "$name" "${kafka[@]}" kafka.Kafka "$run/$name.properties"
