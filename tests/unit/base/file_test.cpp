#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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

namespace {

unsigned mode_of(const std::filesystem::path& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 ? info.st_mode & 07777U : 0;
}

}  // namespace

TEST_CASE("file: what we make is private whatever the umask, and as wide as set_access() says") {
  const test::TempFolder folder;
  const auto before = ::umask(0);
  REQUIRE(write_file(folder / "new/file", "x"));
  REQUIRE(write_file(folder / "site/page", "x", Durability::lazy, Audience::everybody));
  set_access({.file_mode = 0640, .group = {}});
  REQUIRE(write_file(folder / "group/file", "x"));
  CHECK_FALSE(is_too_wide(folder / "group/file"));
  set_access({});
  ::umask(before);
  CHECK(mode_of(folder / "new") == 0700);
  CHECK(mode_of(folder / "new/file") == 0600);
  CHECK(mode_of(folder / "site/page") == 0666);
  CHECK(mode_of(folder / "group") == 0750);
  CHECK(mode_of(folder / "group/file") == 0640);
  CHECK(is_too_wide(folder / "group/file"));
  REQUIRE(narrow(folder / "group/file"));
  CHECK(mode_of(folder / "group/file") == 0600);
}

TEST_CASE("file: a link or a pipe in the place of our file is refused, an older file keeps its mode") {
  const test::TempFolder folder;
  REQUIRE(write_file(folder / "victim", "precious"));
  std::filesystem::create_symlink(folder / "victim", folder / "link");
  CHECK(open_ours(folder / "link", O_RDWR | O_CREAT).error().code == Errc::cannot_create);
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(open_ours(folder / "pipe", O_RDWR).error().code == Errc::cannot_create);
  CHECK(*read_file(folder / "victim") == "precious");
  std::filesystem::permissions(folder / "victim", std::filesystem::perms{0644});
  const auto fd = open_ours(folder / "victim", O_RDWR | O_CREAT);
  REQUIRE(fd);
  ::close(*fd);
  CHECK(mode_of(folder / "victim") == 0644);
  CHECK_FALSE(open_ours(folder / "victim", O_RDWR | O_CREAT | O_EXCL));
}
