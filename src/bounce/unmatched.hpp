// Mail that is not ours, kept for people to look at: a folder with a limit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "base/result.hpp"

namespace tidings::bounce {

struct UnmatchedLimit {
  int files = 1000;
  std::int64_t bytes = 100 << 20;
};

/// A file of its own in the folder, named by the content: the same mail twice is one file.
[[nodiscard]] Result<void> put_unmatched(const std::filesystem::path& folder, std::string_view bytes);

struct Trimmed {
  int files = 0;  ///< that were deleted
  std::int64_t bytes = 0;
};

/// Which files of a folder are mails that were put there: ours by their names, or every file of a Maildir's
/// folder.
enum class UnmatchedKind { files, maildir };

/// Deletes the oldest until the limit holds; the newest stays whatever its size. Other files are not touched,
/// links are not followed. A folder that is not there has nothing to trim.
[[nodiscard]] Trimmed trim_unmatched(const std::filesystem::path& folder, UnmatchedKind kind,
                                     const UnmatchedLimit& limit);

}  // namespace tidings::bounce
