#!/usr/bin/env bash
# Checks what is deployed besides the program: the alert rules and their examples by promtool, the compose file by docker
# compose (by its parts in `go test ./deploy` where there is none), scripts by shellcheck. Where a tool is missing and cannot
# be had its check is skipped, loudly; with CI set that is a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

skip() {
  printf 'SKIPPED: %s\n' "$*" >&2
  [[ -z ${CI:-} ]] || exit 1
}

if promtool=$(deploy/tools/program.sh promtool prometheus); then
  "$promtool" check rules deploy/prometheus/alerts.yaml
  "$promtool" test rules deploy/prometheus/alerts_test.yaml
  "$promtool" check config --syntax-only deploy/prometheus/prometheus.yaml
else
  skip "the alert rules are not checked"
fi

if shellcheck=$(deploy/tools/program.sh shellcheck shellcheck); then
  "$shellcheck" -x .ci/run deploy/*.sh deploy/*/*.sh bench/*/*.sh examples/*/*.sh
  printf 'shellcheck: no findings\n'
else
  skip "the shell scripts are not checked"
fi

if docker compose version >/dev/null 2>&1; then
  docker compose -f deploy/compose.yaml --profile watch config --quiet
  printf 'docker compose: no findings\n'
fi
go test ./deploy
