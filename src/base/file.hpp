// Whole files, read and written safely.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tidings {

/// The file's bytes; "-" is standard input. Errc::no_input if it is not there or cannot be read, bad_data above
/// `max_bytes`.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path, std::int64_t max_bytes = 1LL << 30);

enum class Durability { lazy, synced };

/// Writes beside the target and renames over it: readers see the old file or the new one, never a part. Parent folders
/// are made. Errc::cannot_create names the path and the system's reason.
[[nodiscard]] Result<void> write_file(const std::filesystem::path& path, std::string_view bytes,
                                      Durability durability = Durability::lazy);

/// Makes a new file that only its owner can read. Errc::cannot_create if it is there already: a key is never overwritten.
[[nodiscard]] Result<void> write_secret_file(const std::filesystem::path& path, std::string_view bytes);

/// Errc::cannot_create names the path.
[[nodiscard]] Result<void> make_folder(const std::filesystem::path& path);

}  // namespace tidings
