// Safe reading and writing of files.
//
// Only the owner can read what we create: files have mode 0600 and folders 0700, whatever the umask, unless
// set_access() says otherwise. Our files are opened without following a symbolic link and closed in child
// programs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tidings {

/// The file's bytes; "-" is standard input. Errc::no_input if it does not exist or cannot be read, bad_data
/// above `max_bytes`.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path,
                                            std::int64_t max_bytes = 1LL << 30);

/// Who may read what we create.
struct Access {
  unsigned file_mode = 0600;
  std::optional<unsigned> group;  ///< group id; absent: the group that the system gives new files

  /// The file mode, plus the right to enter wherever there is one to read. With a group, also the
  /// set-group-id bit, so that files SQLite creates beside the database belong to that group.
  [[nodiscard]] unsigned folder_mode() const;
  bool operator==(const Access&) const = default;
};

/// Process-wide, like the umask. Called once, after the configuration is read.
void set_access(const Access& access);
[[nodiscard]] Access access();

/// Opens one of our files with the flags of open(2), O_CLOEXEC and O_NOFOLLOW. A file it creates has our
/// mode. The caller closes the descriptor. Errc::cannot_create names the path, also if it is not a regular
/// file.
[[nodiscard]] Result<int> open_ours(const std::filesystem::path& path, int flags);

/// Whether more people can use a file or folder than access() allows. False if it does not exist.
[[nodiscard]] bool is_too_wide(const std::filesystem::path& path);
/// Removes the permissions that access() does not allow.
[[nodiscard]] Result<void> narrow(const std::filesystem::path& path);

enum class Audience {
  ours,
  everybody,  ///< for a web server: follows the umask
};

enum class Durability { lazy, synced };

/// Writes beside the target and renames over it: readers see the old file or the new one, never a part.
/// Creates parent folders. Errc::cannot_create names the path and the system's reason.
[[nodiscard]] Result<void> write_file(const std::filesystem::path& path, std::string_view bytes,
                                      Durability durability = Durability::lazy,
                                      Audience audience = Audience::ours);

/// Creates a file that only its owner can read. Errc::cannot_create if it exists: a key is never overwritten.
[[nodiscard]] Result<void> write_secret_file(const std::filesystem::path& path, std::string_view bytes);

/// Creates a folder and its parents; existing ones are unchanged. Errc::cannot_create names the path.
[[nodiscard]] Result<void> make_folder(const std::filesystem::path& path, Audience audience = Audience::ours);

}  // namespace tidings
