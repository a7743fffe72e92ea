#include "app/theme_files.hpp"

#include <set>

#include "base/file.hpp"

namespace tidings::app {
namespace {

constexpr std::int64_t max_template_bytes = 1 << 20;

bool is_plain_path(std::string_view file) { return file.find("..") == std::string_view::npos && !file.starts_with('/'); }

}  // namespace

std::optional<ThemeFile> find_theme_file(const std::filesystem::path& folder, std::string_view theme, std::string_view file) {
  if (!is_plain_path(theme) || !is_plain_path(file)) return std::nullopt;
  for (const auto name : {theme, std::string_view{"default"}}) {
    const auto key = std::string{name} + "/" + std::string{file};
    const auto path = folder / "templates" / key;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored)) {
      if (auto text = read_file(path, max_template_bytes)) return ThemeFile{.text = std::move(*text), .place = path.string()};
    }
    for (const auto& [known, text] : embedded_templates()) {
      if (known == key) return ThemeFile{.text = std::string{text}, .place = "templates/" + key + " (built in)"};
    }
  }
  return std::nullopt;
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

}  // namespace tidings::app
