#!/usr/bin/env bash
# fuzz.sh SECONDS: looks for so long for an input that breaks each fuzz target of the project. What it finds is in the
# target's testdata/fuzz, from where every later `go test` tries it again; give it a name, and keep it with the fix.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
time=${1:?usage: fuzz.sh SECONDS}
output=$(mktemp)
trap 'rm -f "$output"' EXIT

mapfile -t packages < <(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n 1 dirname | sort -u)
broken=()
for package in "${packages[@]}"; do
  mapfile -t targets < <(grep -ho '^func Fuzz[A-Za-z]*' "$package"/*_test.go | cut -d ' ' -f 2)
  for target in "${targets[@]}"; do
    if CGO_ENABLED=0 go test "$package" -run '^$' -fuzz "^$target\$" -fuzztime "${time}s" >"$output" 2>&1; then
      echo "$package $target: $(grep -o 'execs: [0-9]*' "$output" | tail -n 1)"
    elif grep -q 'context deadline exceeded' "$output" && ! grep -q 'Failing input' "$output"; then
      echo "$package $target: the time was over while an input was being tried" # go test calls that a failure
    else
      cat "$output"
      broken+=("$package $target")
    fi
  done
done
if ((${#broken[@]})); then
  printf 'broken: %s\n' "${broken[@]}"
  exit 1
fi
