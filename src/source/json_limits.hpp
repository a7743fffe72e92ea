// What is asked of JSON before it becomes a tree. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace tidings::source {

/// The place of the next bracket at or after `at` outside of strings; npos if there is none. `at` itself is
/// outside of strings.
[[nodiscard]] std::size_t next_bracket(std::string_view text, std::size_t at);

[[nodiscard]] bool is_opening_bracket(char bracket);

/// nlohmann's parser does not recurse, but destroying odd trees is expensive.
[[nodiscard]] bool is_json_nested_too_deeply(std::string_view text);

/// More values than the largest feed has; each costs some hundred octets in the tree.
[[nodiscard]] bool has_too_many_json_values(std::string_view text);

}  // namespace tidings::source
