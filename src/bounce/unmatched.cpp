#include "bounce/unmatched.hpp"

#include <algorithm>
#include <system_error>
#include <vector>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/file.hpp"

namespace tidings::bounce {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t name_length = 32;

bool is_ours(const std::string& name, UnmatchedKind kind) {
  if (kind == UnmatchedKind::maildir) return !name.starts_with(".");
  return name.size() == name_length + 4 && name.ends_with(".eml") &&
         name.find_first_not_of("0123456789abcdef") == name_length;
}

struct Kept {
  fs::file_time_type at;
  fs::path path;
  std::int64_t bytes = 0;

  auto operator<=>(const Kept&) const = default;
};

}  // namespace

Result<void> put_unmatched(const fs::path& folder, std::string_view bytes) {
  TIDINGS_TRY(make_folder(folder));
  return write_file(folder / (hex_encode(sha256(bytes)).substr(0, name_length) + ".eml"), bytes);
}

namespace {

/// Oldest first.
std::vector<Kept> kept_in(const fs::path& folder, UnmatchedKind kind) {
  std::vector<Kept> kept;
  std::error_code error;
  for (fs::directory_iterator at{folder, error}, end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (!is_ours(at->path().filename().string(), kind) ||
        at->symlink_status(ignored).type() != fs::file_type::regular)
      continue;
    const auto size = at->file_size(ignored);
    if (ignored) continue;
    kept.push_back(
        {.at = at->last_write_time(ignored), .path = at->path(), .bytes = static_cast<std::int64_t>(size)});
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

}  // namespace

int drop_unmatched(const fs::path& folder, UnmatchedKind kind, UtcTime before) {
  int dropped = 0;
  for (const auto& each : kept_in(folder, kind)) {
    if (std::chrono::file_clock::to_sys(each.at) >= before) break;
    std::error_code failed;
    if (fs::remove(each.path, failed)) ++dropped;
  }
  return dropped;
}

Trimmed trim_unmatched(const fs::path& folder, UnmatchedKind kind, const UnmatchedLimit& limit) {
  const auto kept = kept_in(folder, kind);
  std::int64_t total = 0;
  for (const auto& each : kept) total += each.bytes;
  Trimmed trimmed;
  auto files = static_cast<std::int64_t>(kept.size());
  for (const auto& each : kept) {
    if ((files <= limit.files && total <= limit.bytes) || files == 1) break;
    --files;
    total -= each.bytes;
    std::error_code failed;
    if (!fs::remove(each.path, failed)) continue;
    ++trimmed.files;
    trimmed.bytes += each.bytes;
  }
  return trimmed;
}

}  // namespace tidings::bounce
