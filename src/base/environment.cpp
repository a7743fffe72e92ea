#include "base/environment.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "base/text.hpp"

namespace tidings {
namespace {

std::vector<std::string> hidden;

bool is_program(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) == 0;
}

}  // namespace

void hide_variables(std::vector<std::string> names) { hidden = std::move(names); }

ChildEnvironment::ChildEnvironment() {
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    const auto name = text.substr(0, text.find('='));
    if (std::ranges::find(hidden, name) == hidden.end()) entries_.push_back(*entry);
  }
  entries_.push_back(nullptr);
}

std::string find_program(std::string_view name) {
  if (name.find('/') != std::string_view::npos) return is_program(name) ? std::string{name} : std::string{};
  const char* const path = std::getenv("PATH");
  for (const auto folder : split(path == nullptr ? "/usr/bin:/bin" : path, ':')) {
    const auto file = std::filesystem::path{folder.empty() ? "." : folder} / name;
    if (is_program(file)) return file.string();
  }
  return {};
}

}  // namespace tidings
