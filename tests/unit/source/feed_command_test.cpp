#include "source/feed_command.hpp"

#include <csignal>

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::source;

namespace {

std::string failure_of(const std::vector<std::string>& arguments, const CommandOptions& options = {}) {
  const auto output = output_of_command(arguments, options);
  REQUIRE(!output);
  CHECK(output.error().code == Errc::unavailable);
  return output.error().what;
}

}  // namespace

TEST_CASE("feed command: standard output is the feed, arguments are never interpreted") {
  CHECK(output_of_command({"printf", "%s", "<rss/> $HOME `id` \"; exit 1"}, {}).value() ==
        "<rss/> $HOME `id` \"; exit 1");
  CHECK(output_of_command({"pwd"}, {.folder = "/"}).value() == "/\n");
  CHECK(output_of_command({"cat"}, {}).value().empty());
}

TEST_CASE("feed command: what goes wrong is told with the program's own last words") {
  CHECK(failure_of({"no-such-program-here"}).starts_with("no-such-program-here cannot be started"));
  CHECK(failure_of({"sh", "-c", "echo half; echo one >&2; echo 'no network' >&2; exit 3"}) ==
        "sh exited with status 3: no network");
  CHECK(failure_of({"sh", "-c", "kill -9 $$"}) == "sh was killed by signal 9");
}

TEST_CASE("feed command: time and size are limited, and its children end with it") {
  CHECK(failure_of({"sh", "-c", "sleep 600 & sleep 600"}, {.timeout = std::chrono::milliseconds{100}}) ==
        "sh ran longer than 100ms");
  CHECK(failure_of({"yes"}, {.max_bytes = 1024}) == "yes wrote more than 1 kB");
}
