// run: the scheduler for those without cron; rehearse: the same on a copy, with a clock that jumps
#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <fmt/format.h>

#include "app/scheduler.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/job_words.hpp"
#include "cli/output.hpp"
#include "edition/rehearsal.hpp"

namespace tidings::cli {
namespace {

constexpr std::chrono::days rehearsal_length{7};

app::SchedulerSignals signals;
std::array<int, 2> bell{-1, -1};  // a pipe: a signal that comes before the sleep begins ends it all the same

void ring() {
  const char byte = 0;
  [[maybe_unused]] const auto wrote = ::write(bell[1], &byte, 1);
}

Result<void> watch_signals() {
  if (::pipe2(bell.data(), O_CLOEXEC | O_NONBLOCK) != 0) return fail(Errc::io, "no pipe can be opened");
  struct sigaction end {};
  end.sa_handler = [](int) {
    signals.end = true;
    signals.interrupt = true;
    ring();
  };
  end.sa_flags = static_cast<int>(SA_RESETHAND);  // a second one ends at once
  ::sigaction(SIGTERM, &end, nullptr);
  ::sigaction(SIGINT, &end, nullptr);
  struct sigaction reload {};
  reload.sa_handler = [](int) {
    signals.reload = true;
    signals.interrupt = true;
    ring();
  };
  reload.sa_flags = SA_RESTART;
  ::sigaction(SIGHUP, &reload, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return {};
}

/// Until then or until the bell rings, at most a minute.
void sleep_until(const Clock& clock, UtcTime when) {
  using namespace std::chrono_literals;
  const auto left = std::clamp<std::chrono::milliseconds>(when - clock.now(), 0ms, 60s);
  pollfd waiting{.fd = bell[0], .events = POLLIN, .revents = 0};
  ::poll(&waiting, 1, static_cast<int>(left.count()));
  std::array<char, 64> rung{};
  while (::read(bell[0], rung.data(), rung.size()) > 0) {
  }
}

template <class Tell>
void report_delivered(const sending::DeliverReport& report, const Zone& zone, const Tell& tell) {
  for (const auto& each : report.editions) {
    if (!each.held) tell(in_words(each));
  }
  for (const auto& line : held_in_words(report, zone)) log::error(line);
  for (const auto& line : troubles_in_words(report, zone)) log::warning(line);
}

struct RunOptions {
  std::string until;
};

Result<std::optional<UtcTime>> time_option(std::string_view name, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto time = parse_rfc3339(text);
  if (!time) return fail(Errc::usage, fmt::format("{}: {}", name, time.error().what), time.error().hint);
  return *time;
}

Result<Exit> run_scheduler(Session& session, const RunOptions& options) {
  TIDINGS_LET(const auto shared, session.shared());
  app::SchedulerOptions scheduler;
  TIDINGS_LET(scheduler.until, time_option("--until", options.until));
  auto* const manual = session.manual_clock();
  if (manual != nullptr && !scheduler.until) {
    return fail(Errc::usage, "run --at: a clock that stands still needs an end",
                "--until TIME: it jumps from one thing to the next until then");
  }
  TIDINGS_TRY(watch_signals());
  scheduler.load = [&session]() -> Result<config::Config> {
    TIDINGS_LET(const auto file, config::find_config(session.config_option));
    return config::load_config(file);
  };
  scheduler.sleep_until = [&](UtcTime when) {
    if (manual != nullptr) return manual->set(std::max(when, manual->now()));
    sleep_until(session.clock(), when);
  };
  const bool verbose = session.verbose > 0;
  const auto tell = [](const std::string& line) { say(line + "\n"); };
  scheduler.on_collected = [verbose](const app::CollectReport& report) { report_collected(report, verbose); };
  scheduler.on_composed = [tell](const edition::Composed& composed, const Zone& zone) {
    tell(in_words(composed, zone));
  };
  scheduler.on_delivered = [tell](const sending::DeliverReport& report, const Zone& zone) {
    report_delivered(report, zone, tell);
  };
  scheduler.on_said = tell;
  scheduler.on_trouble = [](const std::string& line) { log::warning(line); };
  TIDINGS_TRY(app::run_schedule(shared, scheduler, signals));
  return Exit::done;
}

// ---- rehearse
// -------------------------------------------------------------------------------------------------------

struct RehearseOptions {
  std::string from;
  std::string until;
  std::string to_dir;
};

/// Deleted with all that is in it.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> make() {
    auto name = (std::filesystem::temp_directory_path() / "tidings-rehearsal-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) return fail(Errc::cannot_create, "cannot make the folder " + name);
    return TemporaryFolder{name};
  }
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

Result<Exit> rehearse(Session& session, const RehearseOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(const auto asked_from, time_option("--from", options.from));
  TIDINGS_LET(const auto asked_until, time_option("--until", options.until));
  const auto from = asked_from.value_or(session.clock().now());
  const auto until = asked_until.value_or(from + rehearsal_length);
  if (until < from) return fail(Errc::usage, "rehearse: --until is before --from");
  TIDINGS_LET(const auto folder, TemporaryFolder::make());
  const auto mails = options.to_dir.empty() ? folder.path() / "mails" : std::filesystem::path{options.to_dir};
  TIDINGS_LET(const auto rehearsal, edition::copy_for_rehearsal(*config, folder.path(), mails));

  ManualClock clock{from};
  const auto& zone = config->newsletter.zone;
  const auto tell = [&](const std::string& line) {
    say(fmt::format("{}  {}\n", local_time(zone, clock.now()), line));
  };
  std::int64_t sent = 0;
  app::SchedulerOptions scheduler;
  scheduler.until = until;
  scheduler.reading = app::SchedulerOptions::Reading::once;
  scheduler.load = [&]() -> Result<config::Config> { return rehearsal; };
  scheduler.sleep_until = [&](UtcTime when) { clock.set(std::max(when, clock.now())); };
  scheduler.on_collected = [&](const app::CollectReport& report) {
    report_collected(report, session.verbose > 0);
  };
  scheduler.on_composed = [&](const edition::Composed& composed, const Zone&) {
    tell(in_words(composed, zone));
  };
  scheduler.on_delivered = [&](const sending::DeliverReport& report, const Zone&) {
    for (const auto& each : report.editions) sent += each.run.sent;
    report_delivered(report, zone, tell);
  };
  scheduler.on_said = tell;
  scheduler.on_trouble = [&](const std::string& line) {
    log::warning(local_time(zone, clock.now()) + "  " + line);
  };
  app::SchedulerSignals never;
  TIDINGS_TRY(
      app::run_schedule({.config = rehearsal, .clock = clock, .random = session.random()}, scheduler, never));
  say(fmt::format("{} would have gone out{}; nothing was sent, and the database is as it was\n",
                  plural(sent, "message"), options.to_dir.empty() ? "" : ", written to " + options.to_dir));
  return Exit::done;
}

}  // namespace

void add_run_command(Command app, Session& session) {
  add_command<RunOptions>(
      app, session, "run",
      "do what is due, as it becomes due: for those without cron (SIGHUP reads config.toml again)",
      [](Command command, RunOptions& options) {
        command.add_option("--until", options.until, "end then (RFC 3339); with --at the clock jumps there")
            .value_name("TIME");
      },
      run_scheduler);
  add_command<RehearseOptions>(
      app, session, "rehearse", "let days go by on a copy of the database, and say what would go out when",
      [](Command command, RehearseOptions& options) {
        command.add_option("--from", options.from, "begin then (RFC 3339; default: now)").value_name("TIME");
        command.add_option("--until", options.until, "end then (default: seven days later)")
            .value_name("TIME");
        command.add_option("--to-dir", options.to_dir, "keep the messages there as .eml").value_name("DIR");
      },
      rehearse);
}

}  // namespace tidings::cli
