// Where template files come from: the folder templates/THEME beside config.toml, else the copy inside the program.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::app {

/// The files of templates/ as they were at build time; keys like "default/digest.html.mustache".
[[nodiscard]] std::span<const std::pair<std::string_view, std::string_view>> embedded_templates();

/// A file of a theme, found in this order: FOLDER/templates/THEME, the embedded THEME, FOLDER/templates/default, the
/// embedded default.
struct ThemeFile {
  std::string text;
  std::string place;  ///< for messages: the path, or "templates/... (built in)"
};
[[nodiscard]] std::optional<ThemeFile> find_theme_file(const std::filesystem::path& folder, std::string_view theme,
                                                       std::string_view file);

/// Names of all themes there are, sorted.
[[nodiscard]] std::vector<std::string> known_themes(const std::filesystem::path& folder);

}  // namespace tidings::app
