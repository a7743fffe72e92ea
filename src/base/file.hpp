// Files, read and written safely.
//
// What we make is for its owner alone: files 0600 and folders 0700, whatever the umask, unless set_access()
// says otherwise. Files of ours are opened without following a symbolic link and are closed in programs that
// we start.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tidings {

/// The file's bytes; "-" is standard input. Errc::no_input if it is not there or cannot be read, bad_data
/// above `max_bytes`.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path,
                                            std::int64_t max_bytes = 1LL << 30);

/// Who may read what we make.
struct Access {
  unsigned file_mode = 0600;
  std::optional<unsigned> group;  ///< id; absent: the group that the system gives a new file

  /// The files' mode with the right to enter wherever there is one to read. With a group the set-group-id
  /// bit: what SQLite makes beside the database belongs to that group too.
  [[nodiscard]] unsigned folder_mode() const;
  bool operator==(const Access&) const = default;
};

/// For the whole process, as the umask is. Called once, when the configuration has been read.
void set_access(const Access& access);
[[nodiscard]] Access access();

/// Opens a file of ours, by the flags of open(2), with O_CLOEXEC and O_NOFOLLOW. A file that it makes has our
/// mode. The caller closes the descriptor. Errc::cannot_create names the path, also if it is not a regular
/// file.
[[nodiscard]] Result<int> open_ours(const std::filesystem::path& path, int flags);

/// Whether more people may use a file or folder than access() allows. False if it is not there.
[[nodiscard]] bool is_too_wide(const std::filesystem::path& path);
/// Takes from others what access() does not allow.
[[nodiscard]] Result<void> narrow(const std::filesystem::path& path);

enum class Audience {
  ours,
  everybody,  ///< for a web server: the umask decides
};

enum class Durability { lazy, synced };

/// Writes beside the target and renames over it: readers see the old file or the new one, never a part.
/// Parent folders are made. Errc::cannot_create names the path and the system's reason.
[[nodiscard]] Result<void> write_file(const std::filesystem::path& path, std::string_view bytes,
                                      Durability durability = Durability::lazy,
                                      Audience audience = Audience::ours);

/// Makes a new file that only its owner can read. Errc::cannot_create if it is there already: a key is never
/// overwritten.
[[nodiscard]] Result<void> write_secret_file(const std::filesystem::path& path, std::string_view bytes);

/// Makes a folder and its parents; those that are there stay as they are. Errc::cannot_create names the path.
[[nodiscard]] Result<void> make_folder(const std::filesystem::path& path, Audience audience = Audience::ours);

}  // namespace tidings
