// Where template files come from: the folder templates/ beside config.toml, else the copy built into the
// program. "tidings init" copies all of them into the folder for people to change. A copy that nobody has
// changed is not used, so that it never lags behind the program: templates/.copied tells what was copied.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "message/strings.hpp"

namespace tidings::config {

/// The files of templates/ as they were at build time; keys like "default/digest.html.mustache".
[[nodiscard]] std::span<const std::pair<std::string_view, std::string_view>> embedded_templates();

/// Copies the program's files to FOLDER/templates; those that are there already stay as they are.
[[nodiscard]] Result<void> copy_templates(const std::filesystem::path& folder);

/// Copies that somebody has changed and of which the program has another version by now, as "THEME/FILE".
[[nodiscard]] std::vector<std::string> outdated_templates(const std::filesystem::path& folder);

/// Whether there is a folder FOLDER/templates.
[[nodiscard]] bool has_own_templates(const std::filesystem::path& folder);

/// Finds "THEME/FILE": FOLDER/templates/THEME/FILE unless it is an unchanged copy, else the embedded one.
[[nodiscard]] message::Lookup template_lookup(const std::filesystem::path& folder);

/// Only the program's own files.
[[nodiscard]] message::Lookup embedded_lookup();

/// The languages of THEME/strings/LANGUAGE.toml, in FOLDER/templates and in the program, sorted.
[[nodiscard]] std::vector<std::string> known_languages(const std::filesystem::path& folder,
                                                       std::string_view theme);

/// Names of all themes, sorted.
[[nodiscard]] std::vector<std::string> known_themes(const std::filesystem::path& folder);

}  // namespace tidings::config
