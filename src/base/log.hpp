// One line per event, to standard error. Never secrets; never a subscriber's full address at info or below.
#pragma once

#include <string_view>

namespace tidings::log {

enum class Level { error, warning, info, debug };

/// Process-wide; set once by the command line (-q: error, -v: info, -vv: debug) before threads start.
void set_level(Level level);
[[nodiscard]] Level level();

/// "tidings: warning: LINE". Line breaks and control characters become '?'. Thread-safe: one write per line.
void write(Level level, std::string_view line);

inline void error(std::string_view line) { write(Level::error, line); }
inline void warning(std::string_view line) { write(Level::warning, line); }
inline void info(std::string_view line) { write(Level::info, line); }
inline void debug(std::string_view line) { write(Level::debug, line); }

}  // namespace tidings::log
