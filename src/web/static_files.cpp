#include "web/static_files.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"

namespace tidings::web {
namespace {

constexpr std::int64_t max_bytes = 16 << 20;

constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kinds{{
    {".html", "text/html; charset=utf-8"},
    {".txt", "text/plain; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".atom", "application/atom+xml; charset=utf-8"},
    {".xml", "application/xml; charset=utf-8"},
    {".rss", "application/rss+xml; charset=utf-8"},
    {".json", "application/json"},
    {".ics", "text/calendar; charset=utf-8"},
    {".epub", "application/epub+zip"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".webp", "image/webp"},
    {".avif", "image/avif"},
    {".ico", "image/x-icon"},
}};

bool is_harmless(std::string_view path) {
  if (path.size() > 1000 || !is_valid_utf8(path)) return false;
  if (std::ranges::any_of(
          path, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\\' || c == 0x7F; })) {
    return false;
  }
  return std::ranges::none_of(split(path, '/'), [](std::string_view part) { return part.starts_with('.'); });
}

}  // namespace

std::optional<StaticFile> static_file(const std::filesystem::path& folder, std::string_view path) {
  if (folder.empty() || path.starts_with('/') || !is_harmless(path)) return std::nullopt;
  std::error_code error;
  const auto root = std::filesystem::canonical(folder, error);
  if (error) return std::nullopt;
  auto file = std::filesystem::canonical(root / path, error);
  if (error) return std::nullopt;
  if (std::filesystem::is_directory(file, error))
    file = std::filesystem::canonical(file / "index.html", error);
  if (error || !std::filesystem::is_regular_file(file, error)) return std::nullopt;
  const auto inside = std::mismatch(root.begin(), root.end(), file.begin(), file.end());
  if (inside.first != root.end()) return std::nullopt;
  const auto extension = ascii_lower(file.extension().string());
  const auto* const kind = std::ranges::find(kinds, extension, [](const auto& each) { return each.first; });
  if (kind == kinds.end()) return std::nullopt;
  auto bytes = read_file(file, max_bytes);
  if (!bytes) return std::nullopt;
  return StaticFile{.content_type = std::string{kind->second}, .bytes = std::move(*bytes)};
}

}  // namespace tidings::web
