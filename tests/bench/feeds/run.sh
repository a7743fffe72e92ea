#!/usr/bin/env bash
# The feed bench on this machine: builds it in the release flavour and runs it.
set -euo pipefail
cd "$(dirname "$0")/../../.."
scripts/build.sh release -j2 bench_feeds >/dev/null
grep -m1 "model name" /proc/cpuinfo
build/release/bench_feeds
