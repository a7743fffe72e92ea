// Deflated bytes and checksums (zlib).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tidings {

/// In the zlib format (RFC 1950).
[[nodiscard]] std::string compress(std::string_view bytes);

/// What compress() wrote. Errc::bad_data if it is damaged, or larger than `max_bytes`.
[[nodiscard]] Result<std::string> decompress(std::string_view bytes, std::size_t max_bytes);

/// CRC-32 (RFC 1952 section 8): finds every flipped bit and each burst up to 32 bits.
[[nodiscard]] std::uint32_t crc32_of(std::string_view bytes);

}  // namespace tidings
