#!/usr/bin/env bash
# benchcheck.sh [BEFORE [AFTER]]: runs the micro benchmarks of two commits (HEAD~1 and HEAD) in turn, several times, and fails
# when the time per operation of one has grown significantly and by more than PERCENT. Each runs on one core, so that the
# collector's work counts: it is time of a CPU. What seems slower is measured again, with twice the runs, before it is said
# to be. COUNT, PERCENT and TIME (of one run) are taken from the environment.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
before=$(git rev-parse --short --verify "${1:-HEAD~1}^{commit}")
after=$(git rev-parse --short --verify "${2:-HEAD}^{commit}")
count=${COUNT:-6} percent=${PERCENT:-10} time=${TIME:-0.2s}
root=$PWD

work=$(mktemp -d)
clean() {
  for commit in before after; do
    git -C "$root" worktree remove --force "$work/$commit" >/dev/null 2>&1 || true
  done
  rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
git worktree add --quiet --detach "$work/before" "$before"
git worktree add --quiet --detach "$work/after" "$after"

# Packages that have benchmarks in both: what is new has nothing to be compared with.
packages=()
while IFS= read -r package; do
  grep -rqs '^func Benchmark' --include='*_test.go' "$work/before/$package" || continue
  name=${package//\//-}
  for commit in before after; do
    (cd "$work/$commit" && CGO_ENABLED=0 go test -c -o "$work/$name.$commit" "./$package")
  done
  packages+=("$package")
done < <(cd "$work/after" && grep -rl --include='*_test.go' '^func Benchmark' schemas state stream processors | xargs -n 1 dirname | sort -u)
((${#packages[@]})) || { printf 'error: there are no benchmarks in both commits\n' >&2; exit 1; }

# measure COUNT PATTERN: runs the benchmarks of both in turn.
measure() {
  : >"$work/before.txt"
  : >"$work/after.txt"
  local package commit
  for ((run = 1; run <= $1; run++)); do
    printf 'run %d of %d\n' "$run" "$1" >&2
    for package in "${packages[@]}"; do
      for commit in before after; do
        # In its own folder: tests find their files from there.
        (cd "$work/$commit/$package" && "$work/${package//\//-}.$commit" -test.run '^$' -test.bench "$2" -test.benchmem -test.cpu 1 -test.benchtime "$time") >"$work/output" 2>&1 ||
          { cat "$work/output" >&2; exit 1; }
        # The package's name goes before the benchmark's: two packages may have one of the same name.
        grep -v '^pkg:' "$work/output" | sed "s|^Benchmark|Benchmark${package//\//.}.|" >>"$work/$commit.txt"
      done
    done
  done
}

# slower: prints the benchmarks whose time has grown by more than PERCENT; benchstat's ~ is a change that may be chance.
slower() {
  go tool -modfile=deploy/tools/bench.mod benchstat -format csv -filter '.unit:ns/op OR .unit:sec/op' "$work/before.txt" "$work/after.txt" 2>/dev/null |
    awk -F, -v percent="$percent" '$1 != "geomean" && $6 ~ /^\+/ { change = $6; gsub(/[+%]/, "", change); if (change + 0 > percent) print $1 " " $6 }'
}

measure "$count" .
go tool -modfile=deploy/tools/bench.mod benchstat "before=$work/before.txt" "after=$work/after.txt"
found=$(slower)
if [[ -n $found ]]; then
  printf '\nslower by more than %s %%, measured again:\n%s\n' "$percent" "$found"
  # benchstat leaves out the word Benchmark; the package's name before the last dot is ours.
  measure $((2 * count)) "^Benchmark($(printf '%s\n' "$found" | sed 's/ .*//; s/-[0-9]*$//; s|/.*||; s/.*\.//' | sort -u | paste -sd '|'))\$"
  found=$(slower)
fi
if [[ -n $found ]]; then
  printf '\nbetween %s and %s the time per operation grew by more than %s %%:\n%s\n' "$before" "$after" "$percent" "$found"
  exit 1
fi
printf '\nnothing is slower by more than %s %% than at %s\n' "$percent" "$before"
