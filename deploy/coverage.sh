#!/usr/bin/env bash
# coverage.sh PER_CENT PACKAGES: runs the tests of packages and fails when they cover fewer of the packages' statements.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

least=$1 packages=$2
profile=$(mktemp)
trap 'rm -f "$profile"' EXIT
# A package's statements count as covered when the test of another one runs them: stages are tested together, too.
go test -coverpkg="$packages" -coverprofile="$profile" "$packages"

# One line per block and test program: a block is covered when any of them ran it.
awk -v least="$least" -v packages="$packages" '
  NR > 1 { statements[$1] = $2; if ($3 > 0) ran[$1] = 1 }
  END {
    for (block in statements) {
      folder = block; sub(/\/[^\/]*:.*/, "", folder); sub(/^waybill\//, "", folder)
      all[folder] += statements[block]; total += statements[block]
      if (block in ran) { covered[folder] += statements[block]; sum += statements[block] }
    }
    for (folder in all) printf "%6.1f %%  %s\n", 100 * covered[folder] / all[folder], folder | "sort -k 3"
    close("sort -k 3")
    if (total == 0) { print "no statements"; exit 1 }
    printf "%6.1f %%  of the statements of %s; at least %s %% are asked for\n", 100 * sum / total, packages, least
    exit 100 * sum / total < least
  }' "$profile"
