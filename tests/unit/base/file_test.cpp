#include "base/file.hpp"

#include <doctest/doctest.h>

#include "support/temp_folder.hpp"

using namespace tidings;

TEST_CASE("file: what was written is read, in folders that are made") {
  const test::TempFolder folder;
  const std::string bytes("a\0b\n", 4);
  REQUIRE(write_file(folder / "x/y/file", bytes, Durability::synced));
  CHECK(*read_file(folder / "x/y/file") == bytes);
  CHECK(std::distance(std::filesystem::directory_iterator{folder / "x/y"}, {}) == 1);
}

TEST_CASE("file: failures name the path") {
  const test::TempFolder folder;
  const auto absent = read_file(folder / "absent");
  REQUIRE_FALSE(absent);
  CHECK(absent.error().code == Errc::no_input);
  CHECK(absent.error().what.find("absent") != std::string::npos);
  REQUIRE(write_file(folder / "file", "x"));
  const auto below = write_file(folder / "file/below", "x");
  REQUIRE_FALSE(below);
  CHECK(below.error().code == Errc::cannot_create);
  CHECK(read_file(folder / "file", 0).error().code == Errc::bad_data);
}
