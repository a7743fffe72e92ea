#include "config/theme_files.hpp"

#include <map>
#include <set>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace tidings::config {
namespace {

constexpr std::int64_t max_template_bytes = 1 << 20;

/// Hashes of the program's files as they were copied, by "THEME/FILE".
using Copied = std::map<std::string, std::string, std::less<>>;

std::filesystem::path list_of_copies(const std::filesystem::path& folder) {
  return folder / "templates" / ".copied";
}

std::string hash_of(std::string_view text) { return hex_encode(sha256(text)); }

/// Lines of hash, two blanks and name, as sha256sum writes them. Nothing for a folder that was filled by
/// hand.
Copied read_copied(const std::filesystem::path& folder) {
  Copied copied;
  const auto text = read_file(list_of_copies(folder), max_template_bytes);
  if (!text) return copied;
  for (const auto line : split(*text, '\n')) {
    const auto blank = line.find("  ");
    if (blank != std::string_view::npos) copied.emplace(line.substr(blank + 2), line.substr(0, blank));
  }
  return copied;
}

std::optional<std::string> read_own(const std::filesystem::path& folder, std::string_view path) {
  const auto file = folder / "templates" / path;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return std::nullopt;
  auto text = read_file(file, max_template_bytes);
  return text ? std::optional{*std::move(text)} : std::nullopt;
}

}  // namespace

Result<void> copy_templates(const std::filesystem::path& folder) {
  std::string list;
  std::error_code ignored;
  for (const auto& [key, text] : embedded_templates()) {
    const auto path = folder / "templates" / key;
    if (!std::filesystem::exists(path, ignored)) TIDINGS_TRY(write_file(path, text));
    list.append(hash_of(text)).append("  ").append(key).append("\n");
  }
  return write_file(list_of_copies(folder), list);
}

std::vector<std::string> outdated_templates(const std::filesystem::path& folder) {
  std::vector<std::string> outdated;
  const auto copied = read_copied(folder);
  for (const auto& [key, text] : embedded_templates()) {
    const auto copy = copied.find(key);
    if (copy == copied.end() || copy->second == hash_of(text)) continue;
    const auto own = read_own(folder, key);
    if (own && hash_of(*own) != copy->second && *own != text) outdated.emplace_back(key);
  }
  return outdated;
}

bool has_own_templates(const std::filesystem::path& folder) {
  std::error_code ignored;
  return std::filesystem::is_directory(folder / "templates", ignored);
}

message::Lookup template_lookup(const std::filesystem::path& folder) {
  if (!has_own_templates(folder)) return embedded_lookup();
  return [folder, copied = read_copied(folder)](std::string_view path) -> std::optional<std::string> {
    if (path.find("..") != std::string_view::npos || path.starts_with('/')) return std::nullopt;
    auto program = embedded_lookup()(path);
    auto own = read_own(folder, path);
    if (!own || !program) return own ? own : program;
    if (*own == *program) return program;
    const auto copy = copied.find(path);
    const bool is_unchanged = copy != copied.end() && copy->second == hash_of(*own);
    return is_unchanged ? program : own;
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
