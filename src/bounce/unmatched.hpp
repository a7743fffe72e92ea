// Foreign mail, kept for people to look at: a folder with a limit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace tidings::bounce {

struct UnmatchedLimit {
  int files = 1000;
  std::int64_t bytes = 100 << 20;
};

/// Writes a file into the folder, named by its content: the same mail twice is one file.
[[nodiscard]] Result<void> put_unmatched(const std::filesystem::path& folder, std::string_view bytes);

struct Trimmed {
  int files = 0;  ///< deleted files
  std::int64_t bytes = 0;
};

/// Which files of a folder count: ours by their names, or every file of a Maildir's folder.
enum class UnmatchedKind { files, maildir };

/// Deletes the oldest until the limit holds; keeps the newest whatever its size. Touches no other files and
/// follows no links. A missing folder needs no trimming.
[[nodiscard]] Trimmed trim_unmatched(const std::filesystem::path& folder, UnmatchedKind kind,
                                     const UnmatchedLimit& limit);

/// Deletes what was written before that time; returns how many files.
[[nodiscard]] int drop_unmatched(const std::filesystem::path& folder, UnmatchedKind kind, UtcTime before);

}  // namespace tidings::bounce
