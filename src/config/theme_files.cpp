#include "config/theme_files.hpp"

#include <set>

#include "base/file.hpp"

namespace tidings::config {

message::Lookup template_lookup(const std::filesystem::path& folder) {
  return [folder](std::string_view path) -> std::optional<std::string> {
    constexpr std::int64_t max_template_bytes = 1 << 20;
    if (path.find("..") != std::string_view::npos || path.starts_with('/')) return std::nullopt;
    const auto file = folder / "templates" / path;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(file, ignored)) {
      if (auto text = read_file(file, max_template_bytes)) return std::move(*text);
    }
    return embedded_lookup()(path);
  };
}

message::Lookup embedded_lookup() {
  return [](std::string_view path) -> std::optional<std::string> {
    for (const auto& [key, text] : embedded_templates()) {
      if (key == path) return std::string{text};
    }
    return std::nullopt;
  };
}

std::vector<std::string> known_languages(const std::filesystem::path& folder, std::string_view theme) {
  std::set<std::string> names;
  const auto strings = std::string{theme} + "/strings/";
  for (const auto& [key, text] : embedded_templates()) {
    if (key.starts_with(strings) && key.ends_with(".toml"))
      names.emplace(key.substr(strings.size(), key.size() - strings.size() - 5));
  }
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator{folder / "templates" / strings, ignored}) {
    if (entry.path().extension() == ".toml") names.insert(entry.path().stem().string());
  }
  return {names.begin(), names.end()};
}

std::vector<std::string> known_themes(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& [key, text] : embedded_templates()) names.emplace(key.substr(0, key.find('/')));
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator{folder / "templates", ignored}) {
    if (entry.is_directory(ignored)) names.insert(entry.path().filename().string());
  }
  return {names.begin(), names.end()};
}

}  // namespace tidings::config
