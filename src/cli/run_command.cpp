// run: the scheduler for those without cron
#include <algorithm>
#include <array>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <fmt/format.h>

#include "app/scheduler.hpp"
#include "base/log.hpp"
#include "cli/command.hpp"
#include "cli/job_words.hpp"
#include "cli/output.hpp"

namespace tidings::cli {
namespace {

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
  while (::read(bell[0], rung.data(), rung.size()) > 0) {}
}

struct RunOptions {
  std::string until;
};

Result<Exit> run_scheduler(Session& session, const RunOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  app::SchedulerOptions scheduler;
  if (!options.until.empty()) {
    const auto until = parse_rfc3339(options.until);
    if (!until) return fail(Errc::usage, "--until: " + until.error().what, until.error().hint);
    scheduler.until = *until;
  }
  auto* const manual = session.manual_clock();
  if (manual != nullptr && !scheduler.until) {
    return fail(Errc::usage, "run --at: a clock that stands still needs an end", "--until TIME: it jumps from one thing to the next until then");
  }
  TIDINGS_TRY(watch_signals());
  scheduler.load = [&session]() -> Result<app::Config> {
    TIDINGS_LET(const auto file, app::find_config(session.config_option));
    return app::load_config(file);
  };
  scheduler.sleep_until = [&](UtcTime when) {
    if (manual != nullptr) return manual->set(std::max(when, manual->now()));
    sleep_until(session.clock(), when);
  };
  const bool verbose = session.verbose > 0;
  const auto say = [quiet = session.quiet](const std::string& line) {
    if (!quiet) print(line + "\n");
  };
  scheduler.on_collected = [verbose](const app::CollectReport& report) { report_collected(report, verbose); };
  scheduler.on_composed = [say](const app::Composed& composed, const Zone& zone) { say(in_words(composed, zone)); };
  scheduler.on_delivered = [say](const app::DeliverReport& report, const Zone& zone) {
    for (const auto& each : report.editions) {
      if (!each.held) {
        say(in_words(each));
        continue;
      }
      log::warning(held_in_words(each, zone));
    }
    for (const auto& line : troubles_in_words(report, zone)) log::warning(line);
  };
  scheduler.on_said = say;
  scheduler.on_trouble = [](const std::string& line) { log::warning(line); };
  TIDINGS_TRY(app::run_schedule(*config, session.clock(), session.random(), scheduler, signals));
  return Exit::done;
}

}  // namespace

void add_run_command(Command app, Session& session) {
  add_command<RunOptions>(app, session, "run", "do what is due, as it becomes due: for those without cron (SIGHUP reads config.toml again)",
                          [](Command command, RunOptions& options) {
                            command.add_option("--until", options.until, "end then (RFC 3339); with --at a rehearsal: the clock jumps")
                                .value_name("TIME");
                          },
                          run_scheduler);
}

}  // namespace tidings::cli
