#include "base/environment.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

extern "C" char** environ;

namespace tidings {
namespace {

std::vector<std::string> hidden;

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

}  // namespace tidings
