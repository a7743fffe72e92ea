#!/usr/bin/env bash
# Installs what is needed, builds with warnings as errors, and runs tests.
#   scripts/test.sh [FLAVOUR]
#     release   every test, as people run the program (default)
#     asan      unit and system tests under AddressSanitizer and UBSan (also: dev)
#     tsan      delivery and web under ThreadSanitizer
#     fuzz      each fuzz target for FUZZ_SECONDS (60)
#     tidy      clang-tidy over the files that differ from TIDY_SINCE (origin/main), or all of src/ with TIDY_SINCE=
#     coverage  every test, and the lines of each room that they ran
# A test that skips fails the run, unless the kernel refused it a right; the number of skips is printed last.
set -euo pipefail
cd "$(dirname "$0")/.."
flavour=${1:-release}

# run_ctest BUILD [ctest arguments...]
run_ctest() {
  local build=build/$1 status=0
  shift
  ctest --test-dir "$build" --output-on-failure -j "$(nproc)" --output-junit tests.xml "$@" || status=$?
  python3 tests/support/skips.py "$build/tests.xml" || status=1
  return $status
}

# fuzz TARGET [arguments...]: with what earlier runs have found interesting
fuzz() {
  local target=$1 corpus=build/fuzz/corpus/$1
  shift
  mkdir -p "$corpus"
  echo "$target"
  build/fuzz/"$target" -max_total_time="${FUZZ_SECONDS:-60}" -print_final_stats=0 -verbosity=0 -artifact_prefix=build/fuzz/"$target"- "$@"
}

case "$flavour" in
  release | asan | dev)
    [ "$flavour" = asan ] && flavour=dev
    scripts/install.sh build demo test
    scripts/peers.sh
    CI=1 scripts/build.sh "$flavour"
    run_ctest "$flavour"
    ;;
  tsan)
    scripts/install.sh build demo test
    CI=1 scripts/build.sh tsan tidings unit_base unit_delivery unit_web unit_store unit_members
    TSAN_OPTIONS=halt_on_error=1 run_ctest tsan -R \
      '^(unit_(base|delivery|web|store|members)|system_(sending|crash|refusals|stopping|hooks|scheduler|web|web_load|webhooks|metrics))$'
    ;;
  fuzz)
    scripts/install.sh build test clang
    scripts/build.sh fuzz fuzz_article fuzz_calendar fuzz_feed fuzz_date fuzz_front_matter fuzz_opml fuzz_html fuzz_picture fuzz_url fuzz_bounce
    fuzz fuzz_feed -dict=tests/fuzz/feed.dict build/fuzz/corpus/fuzz_feed tests/data/feeds
    fuzz fuzz_article build/fuzz/corpus/fuzz_article tests/data/articles
    fuzz fuzz_calendar -dict=tests/fuzz/calendar.dict build/fuzz/corpus/fuzz_calendar tests/data/calendars
    fuzz fuzz_html -max_len=512 -dict=tests/fuzz/html.dict build/fuzz/corpus/fuzz_html
    fuzz fuzz_bounce build/fuzz/corpus/fuzz_bounce tests/data/bounce
    for each in date front_matter opml picture url; do fuzz "fuzz_$each" "build/fuzz/corpus/fuzz_$each"; done
    ;;
  tidy)
    scripts/install.sh build test clang
    cmake -S . -B build/tidy -G Ninja -D CMAKE_BUILD_TYPE=Debug -D CMAKE_CXX_COMPILER=clang++-16 -D CMAKE_C_COMPILER=clang-16 \
      -D CMAKE_EXPORT_COMPILE_COMMANDS=ON -D CMAKE_DISABLE_PRECOMPILE_HEADERS=ON -D TIDINGS_TESTS=OFF >/dev/null
    since=${TIDY_SINCE-origin/main}
    mapfile -t files < <(if [ -n "$since" ]; then git diff --name-only --diff-filter=d "$since" -- 'src/*.cpp'; else git ls-files 'src/*.cpp'; fi)
    [ ${#files[@]} -eq 0 ] && echo "no file differs from $since" && exit 0
    printf '%s\n' "${files[@]}" | xargs -P "$(nproc)" -n 4 clang-tidy-16 -p build/tidy --quiet --warnings-as-errors='*'
    ;;
  coverage)
    scripts/install.sh build demo test
    scripts/peers.sh
    scripts/build.sh coverage
    find build/coverage -name '*.gcda' -delete
    run_ctest coverage
    python3 tests/support/coverage.py build/coverage
    ;;
  *)
    echo "test.sh: no flavour \"$flavour\" (release, asan, tsan, fuzz, tidy, coverage)" >&2
    exit 64
    ;;
esac
