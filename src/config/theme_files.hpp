// Where template files come from: the folder templates/ beside config.toml, else the copy built into the
// program.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "message/strings.hpp"

namespace tidings::config {

/// The files of templates/ as they were at build time; keys like "default/digest.html.mustache".
[[nodiscard]] std::span<const std::pair<std::string_view, std::string_view>> embedded_templates();

/// Finds "THEME/FILE": FOLDER/templates/THEME/FILE, else the embedded one.
[[nodiscard]] message::Lookup template_lookup(const std::filesystem::path& folder);

/// Only the program's own files.
[[nodiscard]] message::Lookup embedded_lookup();

/// The languages of THEME/strings/LANGUAGE.toml, in FOLDER/templates and in the program, sorted.
[[nodiscard]] std::vector<std::string> known_languages(const std::filesystem::path& folder,
                                                       std::string_view theme);

/// Names of all themes, sorted.
[[nodiscard]] std::vector<std::string> known_themes(const std::filesystem::path& folder);

}  // namespace tidings::config
