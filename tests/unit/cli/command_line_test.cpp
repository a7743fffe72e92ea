#include <doctest/doctest.h>

#include "cli/session.hpp"

using namespace tidings;
using namespace tidings::cli;

namespace {

/// What the program says of a command line that it does not run.
Error refused(std::vector<std::string> words) {
  std::string program = "tidings";
  std::vector<char*> argv{program.data()};
  for (auto& word : words) argv.push_back(word.data());
  const auto result = run(static_cast<int>(argv.size()), argv.data());
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Errc::usage);
  CHECK(result.error().line().find('\n') == std::string::npos);
  return result.error();
}

}  // namespace

TEST_CASE("command_line: a command or an option that is not there is named, with the nearest") {
  CHECK(refused({"staus"}).line() == "there is no command \"tidings staus\" (did you mean \"status\"?)");
  CHECK(refused({"edition", "sow"}).what == "there is no command \"tidings edition sow\"");
  CHECK(refused({"status", "--jsn"}).line() ==
        "there is no option \"tidings status --jsn\" (did you mean \"--json\"?)");
  CHECK(refused({"edition", "list", "--xyzzyx"}).hint == "\"tidings edition list --help\" lists the options");
}

TEST_CASE("command_line: what is missing or has another form is told in one line") {
  CHECK(refused({}).hint == "\"tidings --help\" lists them");
  CHECK(refused({"edition"}).hint == "list, show, edit, approve, cancel, export");
  CHECK(refused({"edition", "show"}).hint == "usage: tidings edition show [OPTIONS] EDITION");
  CHECK_FALSE(refused({"edition", "list", "--limit", "many"}).what.empty());
  CHECK_FALSE(refused({"edition", "list", "--limit", "0"}).what.empty());
  CHECK(refused({"status", "--at", "yesterday"}).what.starts_with("--at: "));
}

TEST_CASE("command_line: terminal commands in a word are not repeated") {
  CHECK(refused({"st\x1b[2Jatus"}).what.find('\x1b') == std::string::npos);
}
