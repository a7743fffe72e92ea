#include "cli/progress.hpp"

#include <doctest/doctest.h>

#include "base/text.hpp"

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::cli;

namespace {

/// Progress whose clock is set by hand.
struct Watched {
  Progress::Clock::time_point now{};
  std::string text;
  Progress progress;

  explicit Watched(Progress::Place place, std::chrono::milliseconds every)
      : progress({.place = place,
                  .every = every,
                  .columns = 60,
                  .now = [this] { return now; },
                  .write = [this](std::string_view piece) { text += piece; }}) {}
};

}  // namespace

TEST_CASE("progress: a rate is of this run alone, and what is left follows from it") {
  const Step step{.what = "weekly#2", .unit = "messages", .done = 150, .all = 400, .before = 100};
  CHECK(in_words(step, 2s) == "weekly#2: 150 of 400 messages, 25/s, 10s left");
  CHECK(in_words({.what = "ingest", .unit = "mails", .done = 3}, 2s) == "ingest: 3 mails, 1.5/s");
  CHECK(in_words({.what = "a", .unit = "b", .done = 0, .all = 9}, 1s) == "a: 0 of 9 b, 0.0/s");
  CHECK(in_words({.what = "a", .unit = "b", .done = 5, .all = 9}, 1ms) == "a: 5 of 9 b");
}

TEST_CASE("progress: a drawn line has a bar if there is room, and is never wider than its terminal") {
  const Step step{.what = "weekly#2", .unit = "messages", .done = 150, .all = 400, .before = 100};
  CHECK(drawn(step, 2s, 79) ==
        "weekly#2 [###########...................] 150 of 400 messages, 25/s, 10s left");
  for (int columns = 5; columns < 100; ++columns) CHECK(display_width(drawn(step, 2s, columns)) <= columns);
}

TEST_CASE("progress: without a terminal a line comes every ten seconds, and none of a short job") {
  Watched watched{Progress::Place::lines, 10s};
  for (int second = 1; second <= 25; ++second) {
    watched.now += 1s;
    watched.progress.show({.what = "import", .unit = "lines", .done = second * 100, .all = 5000});
  }
  CHECK(watched.text ==
        "tidings: import: 1000 of 5000 lines, 100/s, 40s left\n"
        "tidings: import: 2000 of 5000 lines, 100/s, 30s left\n");
}

TEST_CASE("progress: on a terminal the line is there at once, is written over, and goes in the end") {
  Watched watched{Progress::Place::terminal, 100ms};
  watched.now += 1s;
  watched.progress.show({.what = "a", .unit = "b", .done = 1, .all = 2});
  watched.now += 50ms;
  watched.progress.show({.what = "a", .unit = "b", .done = 2, .all = 2});  // too soon
  watched.progress.end();
  watched.progress.end();
  CHECK(watched.text.starts_with("\ra ["));
  CHECK(watched.text.ends_with("1 of 2 b, 1.0/s, 1s left\x1b[K\r\x1b[K"));
}

TEST_CASE("progress: nothing is written where nobody wants it") {
  Watched watched{Progress::Place::nowhere, 0s};
  watched.progress.show({.what = "a", .unit = "b", .done = 1});
  CHECK(watched.text.empty());
}
