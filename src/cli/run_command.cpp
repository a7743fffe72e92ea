// run: the scheduler, instead of cron; rehearse: the same on a copy, with a clock that jumps
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
#include "cli/job_objects.hpp"
#include "cli/job_words.hpp"
#include "cli/output.hpp"
#include "edition/rehearsal.hpp"

namespace tidings::cli {
namespace {

constexpr std::chrono::days rehearsal_length{7};

app::SchedulerSignals signals;
std::array<int, 2> wake_pipe{-1, -1};  // so that a signal that comes before the sleep also ends it

void wake_up() {
  const char byte = 0;
  [[maybe_unused]] const auto wrote = ::write(wake_pipe[1], &byte, 1);
}

Result<void> watch_signals() {
  if (::pipe2(wake_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) return fail(Errc::io, "cannot open a pipe");
  struct sigaction end {};
  end.sa_handler = [](int) {
    signals.end = true;
    signals.interrupt = true;
    wake_up();
  };
  end.sa_flags = static_cast<int>(SA_RESETHAND);  // a second one ends at once
  ::sigaction(SIGTERM, &end, nullptr);
  ::sigaction(SIGINT, &end, nullptr);
  struct sigaction reload {};
  reload.sa_handler = [](int) {
    signals.reload = true;
    signals.interrupt = true;
    wake_up();
  };
  reload.sa_flags = SA_RESTART;
  ::sigaction(SIGHUP, &reload, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return {};
}

/// Until then or until a signal, at most a minute.
void sleep_until(const Clock& clock, UtcTime when) {
  using namespace std::chrono_literals;
  const auto left = std::clamp<std::chrono::milliseconds>(when - clock.now(), 0ms, 60s);
  pollfd waiting{.fd = wake_pipe[0], .events = POLLIN, .revents = 0};
  ::poll(&waiting, 1, static_cast<int>(left.count()));
  std::array<char, 64> bytes{};
  while (::read(wake_pipe[0], bytes.data(), bytes.size()) > 0) {
  }
}

/// What a scheduler says, each line with the time of the newsletter's zone, or as objects.
class Reporter {
 public:
  explicit Reporter(const Clock& clock) : clock_(clock) {}

  void collected(const app::CollectReport& report, Told told, const Zone& zone) const {
    for (const auto& line : troubles_in_words(report, told)) trouble(line, zone);
    if (told == Told::news) return;
    for (const auto& each : report.sources) tell_at(collected_object(each), in_words(each), zone);
  }

  void composed(const edition::Composed& composed, const Zone& zone) const {
    tell_at(composed_object(composed), in_words(composed, zone), zone);
  }

  void delivered(const sending::DeliverReport& report, const Zone& zone) const {
    for (const auto& each : report.editions) {
      if (!each.held) tell_at(delivered_object(each), in_words(each), zone);
    }
    for (const auto& line : held_in_words(report, zone)) log::error(timed(line, zone));
    for (const auto& line : troubles_in_words(report, zone)) trouble(line, zone);
  }

  void said(const std::string& line, const Zone& zone) const { tell_at(said_object(line), line, zone); }

  void trouble(const std::string& line, const Zone& zone) const { log::warning(timed(line, zone)); }

 private:
  void tell_at(Json json, const std::string& line, const Zone& zone) const {
    json["at"] = json_time(clock_.now());
    tell(json, line.empty() ? line : timed(line, zone) + "\n");
  }

  /// Objects have their own times.
  [[nodiscard]] std::string timed(const std::string& line, const Zone& zone) const {
    return form() == Form::json ? line : local_time(zone, clock_.now()) + "  " + line;
  }

  const Clock& clock_;
};

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
    return fail(Errc::usage, "run --at requires --until",
                "the clock jumps from one event to the next until then");
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
  const Reporter reporter{session.clock()};
  const auto told = session.verbose > 0 ? Told::all : Told::news;
  const auto& zone = shared.config.newsletter.zone;
  scheduler.on_collected = [&](const app::CollectReport& report) { reporter.collected(report, told, zone); };
  scheduler.on_composed = [&](const edition::Composed& composed, const Zone& its) {
    reporter.composed(composed, its);
  };
  scheduler.on_delivered = [&](const sending::DeliverReport& report, const Zone& its) {
    reporter.delivered(report, its);
  };
  scheduler.on_said = [&](const std::string& line) { reporter.said(line, zone); };
  scheduler.on_trouble = [&](const std::string& line) { reporter.trouble(line, zone); };
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

/// Deleted with everything in it.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> make() {
    auto name = (std::filesystem::temp_directory_path() / "tidings-rehearsal-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      return fail(Errc::cannot_create, "cannot create the folder " + name);
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
  const Reporter reporter{clock};
  std::int64_t sent = 0;
  app::SchedulerOptions scheduler;
  scheduler.until = until;
  scheduler.reading = app::SchedulerOptions::Reading::once;
  scheduler.load = [&]() -> Result<config::Config> { return rehearsal; };
  scheduler.sleep_until = [&](UtcTime when) { clock.set(std::max(when, clock.now())); };
  const auto told = session.verbose > 0 ? Told::all : Told::news;
  scheduler.on_collected = [&](const app::CollectReport& report) { reporter.collected(report, told, zone); };
  scheduler.on_composed = [&](const edition::Composed& composed, const Zone&) {
    reporter.composed(composed, zone);
  };
  scheduler.on_delivered = [&](const sending::DeliverReport& report, const Zone&) {
    for (const auto& each : report.editions) sent += each.run.sent;
    reporter.delivered(report, zone);
  };
  scheduler.on_said = [&](const std::string& line) { reporter.said(line, zone); };
  scheduler.on_trouble = [&](const std::string& line) { reporter.trouble(line, zone); };
  app::SchedulerSignals never;
  TIDINGS_TRY(
      app::run_schedule({.config = rehearsal, .clock = clock, .random = session.random()}, scheduler, never));
  tell({{"event", "rehearsed"},
        {"from", json_time(from)},
        {"until", json_time(until)},
        {"sent_count", sent},
        {"folder", json_text(options.to_dir)}},
       fmt::format("{} would have been sent{}; nothing was sent, the database is unchanged\n",
                   plural(sent, "message"), options.to_dir.empty() ? "" : ", written to " + options.to_dir));
  return Exit::done;
}

}  // namespace

void add_run_command(Command app, Session& session) {
  add_command<RunOptions>(
      app, session, "run", "run jobs as they become due, instead of cron (SIGHUP rereads config.toml)",
      [](Command command, RunOptions& options) {
        command.add_option("--until", options.until, "stop then (RFC 3339); with --at the clock jumps there")
            .value_name("TIME");
      },
      run_scheduler);
  add_command<RehearseOptions>(
      app, session, "rehearse", "simulate days on a copy of the database and show what would be sent when",
      [](Command command, RehearseOptions& options) {
        command.add_option("--from", options.from, "start then (RFC 3339; default: now)").value_name("TIME");
        command.add_option("--until", options.until, "stop then (default: seven days later)")
            .value_name("TIME");
        command.add_option("--to-dir", options.to_dir, "write .eml files there").value_name("DIR");
      },
      rehearse);
}

}  // namespace tidings::cli
