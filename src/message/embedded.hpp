// The templates that the program carries inside itself, keyed by their path below templates/: "default/subject.mustache".
//
// Made by scripts/embed.cmake from the files listed in CMakeLists.txt.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace tidings::message {

[[nodiscard]] std::span<const std::pair<std::string_view, std::string_view>> embedded_templates();

/// A Lookup (strings.hpp) of the embedded files alone.
[[nodiscard]] std::optional<std::string> find_embedded(std::string_view path);

}  // namespace tidings::message
