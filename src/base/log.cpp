#include "base/log.hpp"

#include <atomic>
#include <string>

#include <unistd.h>

#include "base/terminal.hpp"

namespace tidings::log {
namespace {

std::atomic<Level> current{Level::warning};

std::string_view name_of(Level level) {
  switch (level) {
    case Level::error: return "error: ";
    case Level::warning: return "warning: ";
    case Level::info: return "";
    case Level::debug: return "debug: ";
  }
  return "";
}

}  // namespace

void set_level(Level level) { current = level; }
Level level() { return current; }

void write(Level level, std::string_view line) {
  if (level > current.load()) return;
  std::string text = "tidings: ";
  text += name_of(level);
  // A feed or relay must not be able to write its own lines or terminal commands into the log.
  text += terminal_line(line);
  text += '\n';
  [[maybe_unused]] const auto wrote = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace tidings::log
