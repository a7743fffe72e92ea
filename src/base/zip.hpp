// ZIP archives in memory, the same bytes for the same files: no clock, no names of users, no extra fields. By
// libzip.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace tidings {

enum class Packing {
  deflated,
  stored,  ///< as it is: for what is compressed already, and for what others must find without unpacking
};

struct ZipFile {
  std::string name;  ///< ASCII, with '/' between folders
  std::string bytes;
  Packing packing = Packing::deflated;
};

/// All files in the given order, dated `time` (to two seconds, UTC; years 1980 to 2107). Errc::io if libzip
/// fails.
[[nodiscard]] Result<std::string> make_zip(const std::vector<ZipFile>& files, UtcTime time);

}  // namespace tidings
