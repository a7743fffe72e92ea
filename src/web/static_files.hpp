// Files of one folder (the archive of editions) for everybody: no way out of the folder, nothing hidden, no
// listing.
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

/// `path` is decoded, relative, may be empty: a folder stands for its index.html. Nothing for what is not a
/// plain file of a known kind inside `folder` (symbolic links are followed and must stay inside), is hidden,
/// or is larger than 16 MiB.
[[nodiscard]] std::optional<StaticFile> static_file(const std::filesystem::path& folder,
                                                    std::string_view path);

}  // namespace tidings::web
