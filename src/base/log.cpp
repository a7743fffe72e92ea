#include "base/log.hpp"

#include <atomic>
#include <string>

#include <unistd.h>

#include "base/terminal.hpp"

namespace tidings::log {
namespace {

std::atomic<Level> current{Level::warning};
std::atomic<Format> format{nullptr};

std::string_view name_of(Level level) {
  switch (level) {
    case Level::error: return "error: ";
    case Level::warning: return "warning: ";
    case Level::info: return "";
    case Level::debug: return "debug: ";
  }
  return "";
}

std::string line_of(Level level, std::string_view what, const Error* error) {
  std::string text = "tidings: ";
  const bool red = level == Level::error && takes_colour(STDERR_FILENO);
  text += red ? in_red("error: ") : std::string{name_of(level)};
  // A feed or relay must not be able to write its own lines or terminal commands into the log.
  return text + terminal_line(error == nullptr ? std::string{what} : error->line());
}

void put(Level level, std::string_view what, const Error* error) {
  if (level > current.load()) return;
  const auto chosen = format.load();
  auto text = (chosen == nullptr ? line_of : chosen)(level, what, error) + '\n';
  if (has_open_line.exchange(false)) text.insert(0, erase_line);
  [[maybe_unused]] const auto wrote = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

void set_level(Level level) { current = level; }
Level level() { return current; }
void set_format(Format chosen) { format = chosen; }

void write(Level level, std::string_view line) { put(level, line, nullptr); }

void failure(const Error& error) { put(Level::error, {}, &error); }

}  // namespace tidings::log
