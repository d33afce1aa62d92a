#!/usr/bin/env bash
# program.sh NAME PACKAGE: prints where the program NAME is. When it is not on the PATH it is unpacked from Debian's PACKAGE
# into the cache: nothing is installed and nothing is started (the package of promtool would start a server). Elsewhere than
# on Debian it says what is missing, and fails.
set -euo pipefail

name=$1 package=$2
cache=${WAYBILL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/waybill}/debian
fail() { printf 'error: %s is missing: %s\n' "$name" "$1" >&2; exit 1; }

if command -v "$name"; then exit; fi
if [[ ! -x $cache/$package/usr/bin/$name ]]; then
  command -v apt-get >/dev/null || fail "install it and put it on the PATH"
  printf '%s is missing: unpacking it from Debian'\''s package %s …\n' "$name" "$package" >&2
  mkdir -p "$cache"
  into=$(mktemp -d "$cache/unpacking.XXXXXX")
  trap 'rm -rf "$into"' EXIT
  cd "$into"
  # Without lists of packages there is nothing to download; only root may fetch them.
  apt-get download -q "$package" >log 2>&1 ||
    { [[ $(id -u) == 0 ]] && apt-get update -q >>log 2>&1 && apt-get download -q "$package" >>log 2>&1; } ||
    { cat log >&2; fail "apt-get cannot download $package"; }
  dpkg-deb -x ./*.deb "$into"
  rm -f ./*.deb log
  "usr/bin/$name" --version >/dev/null || fail "what $package brings does not run here: apt-get install $package"
  # Moved whole; another run may have been quicker.
  mv -T "$into" "$cache/$package" 2>/dev/null || [[ -x $cache/$package/usr/bin/$name ]]
fi
printf '%s\n' "$cache/$package/usr/bin/$name"
