#!/usr/bin/env bash
# Configures and builds one flavour into build/FLAVOUR:  scripts/build.sh [FLAVOUR [ninja arguments...]]
#   release   what people run (default)          dev       debug with AddressSanitizer and UBSan
#   tsan      ThreadSanitizer                    fuzz      libFuzzer targets, clang (Debian: clang, libclang-rt-14-dev)
#   coverage  gcov counters
set -euo pipefail
cd "$(dirname "$0")/.."
flavour=${1:-release}
[ $# -gt 0 ] && shift
case "$flavour" in
  release) options=(-D CMAKE_BUILD_TYPE=Release) ;;
  dev) options=(-D CMAKE_BUILD_TYPE=Debug -D TIDINGS_SANITIZE=address,undefined) ;;
  tsan) options=(-D CMAKE_BUILD_TYPE=RelWithDebInfo -D TIDINGS_SANITIZE=thread) ;;
  fuzz)
    options=(-D CMAKE_BUILD_TYPE=RelWithDebInfo -D TIDINGS_SANITIZE=address,undefined -D TIDINGS_FUZZ=ON
      -D CMAKE_C_COMPILER=clang -D CMAKE_CXX_COMPILER=clang++)
    ;;
  coverage) options=(-D CMAKE_BUILD_TYPE=Debug -D CMAKE_CXX_FLAGS=--coverage) ;;
  *)
    echo "build.sh: no flavour \"$flavour\" (release, dev, tsan, fuzz, coverage)" >&2
    exit 64
    ;;
esac
# The tests need doctest; who only wants the program does not.
tests=OFF
[ -e /usr/include/doctest/doctest.h ] && tests=ON
cmake -S . -B "build/$flavour" -G Ninja "${options[@]}" -D "TIDINGS_TESTS=$tests" ${CI:+-D TIDINGS_WERROR=ON} >"/tmp/tidings-configure.$$" 2>&1 || {
  cat "/tmp/tidings-configure.$$" >&2
  rm -f "/tmp/tidings-configure.$$"
  exit 1
}
rm -f "/tmp/tidings-configure.$$"
# ccache may serve objects that were built with a precompiled header.
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
ninja -C "build/$flavour" "$@"
