#include "config/secret.hpp"

#include <cstdlib>

#include <sys/stat.h>

#include <fmt/format.h>

#include "base/file.hpp"
#include "source/feed_command.hpp"

namespace tidings::config {
namespace {

Result<std::string> output_of(const std::string& command, std::string_view what) {
  auto text = source::output_of_command({"/bin/sh", "-c", command}, {.max_bytes = 65536});
  if (!text) return fail(Errc::config, fmt::format("{}: the command: {}", what, text.error().what));
  return text;
}

Result<std::string> content_of(const std::filesystem::path& file, std::string_view what) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) {
    return fail(Errc::config, fmt::format("{}: there is no file {}", what, file.string()));
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO) & ~static_cast<unsigned>(S_IRGRP)) != 0) {
    return fail(Errc::not_permitted, fmt::format("{}: other users can read or write {}", what, file.string()),
                fmt::format("chmod 600 {}", file.string()));
  }
  auto text = read_file(file, 65536);
  if (!text) return fail(Errc::config, fmt::format("{}: {}", what, text.error().what));
  return text;
}

}  // namespace

Result<std::string> read_secret(const SecretPlace& place, std::string_view what) {
  std::string text;
  if (!place.file.empty()) {
    TIDINGS_LET(text, content_of(place.file, what));
  } else if (!place.environment.empty()) {
    const char* const value = std::getenv(place.environment.c_str());
    if (value == nullptr)
      return fail(Errc::config, fmt::format("{}: the variable {} is not set", what, place.environment));
    text = value;
  } else if (!place.command.empty()) {
    TIDINGS_LET(text, output_of(place.command, what));
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty()) return fail(Errc::config, fmt::format("{} is empty", what));
  return text;
}

}  // namespace tidings::config
