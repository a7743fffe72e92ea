// Durations and sizes as people write them in config.toml: "30m", "36h", "2d", "2MiB".
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tidings {

/// A whole number with ms, s, m, h, d or w; several may follow each other ("1h30m"). Errc::bad_data names the
/// text and the units.
[[nodiscard]] Result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The shortest exact form: "36h", "1h30m", "0s".
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

/// A whole number with B, kB, MB, GB (powers of 1000) or KiB, MiB, GiB (powers of 1024).
[[nodiscard]] Result<std::int64_t> parse_size(std::string_view text);

/// For people: "27 kB", "1.4 MB"; powers of 1000.
[[nodiscard]] std::string format_size(std::int64_t size_bytes);

}  // namespace tidings
