// One line per event, to standard error. Never secrets; never a subscriber's full address at info or below.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tidings::log {

enum class Level { error, warning, info, debug };

/// Process-wide; set once by the command line (-q: error, -v: info, -vv: debug) before threads start.
void set_level(Level level);
[[nodiscard]] Level level();

/// How an event is written, without its line end. `error` if a failure is told, `what` is then empty.
using Format = std::string (*)(Level level, std::string_view what, const Error* error);

/// Process-wide, before threads start; nullptr is "tidings: warning: LINE", "error" in red on a terminal.
void set_format(Format format);

/// "tidings: warning: LINE", or what the format makes of it. Line breaks and control characters become '?'.
/// Thread-safe: one write per line.
void write(Level level, std::string_view line);

/// An Error as the result of a command, or of a part of its work.
void failure(const Error& error);

inline void error(std::string_view line) { write(Level::error, line); }
inline void warning(std::string_view line) { write(Level::warning, line); }
inline void info(std::string_view line) { write(Level::info, line); }
inline void debug(std::string_view line) { write(Level::debug, line); }

}  // namespace tidings::log
