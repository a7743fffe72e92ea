#!/usr/bin/env bash
# Installs what is needed, builds with warnings as errors, and runs every test through CTest.
#   scripts/test.sh [FLAVOUR]     release (default) or dev, with AddressSanitizer and UBSan
set -euo pipefail
cd "$(dirname "$0")/.."
flavour=${1:-release}
scripts/install.sh build demo test
scripts/peers.sh
CI=1 scripts/build.sh "$flavour"
exec ctest --test-dir "build/$flavour" --output-on-failure -j "$(nproc)"
