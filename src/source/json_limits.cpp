#include "source/json_limits.hpp"

#include <algorithm>

namespace tidings::source {

std::size_t next_bracket(std::string_view text, std::size_t at) {
  bool in_string = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string && c == '\\') {
      ++at;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '[' || c == '{' || c == ']' || c == '}')) {
      return at;
    }
  }
  return std::string_view::npos;
}

bool is_opening_bracket(char bracket) { return bracket == '[' || bracket == '{'; }

bool is_json_nested_too_deeply(std::string_view text) {
  constexpr int limit = 200;
  int depth = 0;
  for (auto at = next_bracket(text, 0); at != std::string_view::npos; at = next_bracket(text, at + 1)) {
    depth += is_opening_bracket(text[at]) ? 1 : -1;
    if (depth > limit) return true;
  }
  return false;
}

bool has_too_many_json_values(std::string_view text) {
  constexpr std::ptrdiff_t limit = 600'000;
  return std::count(text.begin(), text.end(), ',') + std::count(text.begin(), text.end(), '{') > limit;
}

}  // namespace tidings::source
