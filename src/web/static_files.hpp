// Public files of one folder (the archive of editions): no access outside the folder, no hidden files, no
// listings.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace tidings::web {

struct StaticFile {
  std::string content_type;
  std::string bytes;
};

/// `path` is decoded, relative, and may be empty: a folder means its index.html. Nothing unless it is a plain
/// file of a known type inside `folder` (symbolic links are followed and must stay inside), not hidden, and
/// at most 16 MiB.
[[nodiscard]] std::optional<StaticFile> static_file(const std::filesystem::path& folder,
                                                    std::string_view path);

}  // namespace tidings::web
