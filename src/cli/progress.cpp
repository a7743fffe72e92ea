#include "cli/progress.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <unistd.h>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/terminal.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/output.hpp"

namespace tidings::cli {
namespace {

constexpr std::chrono::milliseconds line_every{10'000};
constexpr std::chrono::milliseconds redraw_every{100};
constexpr int widest_bar = 30;

constexpr std::chrono::milliseconds least_measured{100};

/// ", 30/s, 9s left"; nothing while it would be a guess.
std::string pace(const Step& step, std::chrono::milliseconds elapsed) {
  if (elapsed < least_measured) return {};
  const auto seconds = static_cast<double>(elapsed.count()) / 1000.0;
  const auto rate = static_cast<double>(step.done - step.before) / seconds;
  auto out = rate < 10 ? fmt::format(", {:.1f}/s", rate) : fmt::format(", {:.0f}/s", rate);
  if (step.all > step.done && rate > 0) {
    const auto left = static_cast<double>(step.all - step.done) / rate;
    out += fmt::format(", {} left", format_duration(std::chrono::seconds{static_cast<std::int64_t>(left)}));
  }
  return out;
}

std::string count(const Step& step) {
  return step.all > 0 ? fmt::format("{} of {} {}", step.done, std::max(step.all, step.done), step.unit)
                      : fmt::format("{} {}", step.done, step.unit);
}

std::chrono::milliseconds interval() {
  const char* const wanted = std::getenv("TIDINGS_PROGRESS");
  if (wanted == nullptr) return line_every;
  return parse_duration(wanted).value_or(line_every);
}

void to_stderr(std::string_view text) {
  [[maybe_unused]] const auto wrote = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

std::string in_words(const Step& step, std::chrono::milliseconds elapsed) {
  return fmt::format("{}: {}{}", step.what, count(step), pace(step, elapsed));
}

std::string drawn(const Step& step, std::chrono::milliseconds elapsed, int columns) {
  const auto before = step.what + " ";
  const auto after = fmt::format(" {}{}", count(step), pace(step, elapsed));
  const int room = columns - display_width(before) - display_width(after) - 2;
  if (step.all <= 0 || room < 5) return shorten(step.what + after, columns);
  const auto width = std::min(room, widest_bar);
  const auto full = static_cast<int>(std::clamp<std::int64_t>(step.done * width / step.all, 0, width));
  return fmt::format("{}[{}{}]{}", before, std::string(static_cast<std::size_t>(full), '#'),
                     std::string(static_cast<std::size_t>(width - full), '.'), after);
}

Progress::Progress() {
  const bool is_terminal = ::isatty(STDERR_FILENO) == 1 && form() == Form::text;
  options_.place = log::level() == log::Level::error ? Place::nowhere
                   : is_terminal                     ? Place::terminal
                                                     : Place::lines;
  options_.every = is_terminal ? redraw_every : interval();
  options_.columns = columns_of(STDERR_FILENO).value_or(80);
  options_.write = to_stderr;
  last_ = options_.now();
}

void Progress::end() {
  if (options_.place == Place::terminal && has_open_line.exchange(false)) options_.write(erase_line);
}

void Progress::show(const Step& step) {
  if (options_.place == Place::nowhere) return;
  const auto now = options_.now();
  const auto began = std::exchange(last_, now);
  if (const auto what = step.what + '\n' + step.unit; what != what_) {
    what_ = what;
    began_ = began;
    // On a terminal at once; a first line elsewhere only when a job takes its time.
    written_ = options_.place == Place::terminal ? now - options_.every : began;
  }
  if (now - written_ < options_.every) return;
  written_ = now;
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - began_);
  if (options_.place == Place::terminal) {
    has_open_line = true;
    return options_.write("\r" + terminal_line(drawn(step, elapsed, options_.columns - 1)) + "\x1b[K");
  }
  const auto words = terminal_line(in_words(step, elapsed));
  options_.write(form() == Form::json ? json_line({{"level", "progress"},
                                                   {"code", nullptr},
                                                   {"what", words},
                                                   {"hint", nullptr},
                                                   {"place", nullptr}})
                                      : fmt::format("tidings: {}\n", words));
}

}  // namespace tidings::cli
