#include "app/metrics.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include <fmt/format.h>

#include "app/status.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "bounce/bounce_table.hpp"
#include "delivery/ledger.hpp"
#include "digest/edition_table.hpp"
#include "source/source_table.hpp"
#include "store/instance.hpp"
#include "subscriber/subscriber_table.hpp"
#include "subscriber/suppression.hpp"

namespace tidings::app {
namespace {

using web::Metric;

constexpr std::array<std::string_view, 5> jobs{"collect", "deliver", "prune", "run", "send"};

double seconds_of(UtcTime time) { return static_cast<double>(to_ms(time)) / 1000.0; }

Metric gauge(std::string name, std::string help, std::string unit = {}) {
  return {.name = std::move(name), .unit = std::move(unit), .help = std::move(help), .samples = {}};
}

class Collector {
 public:
  explicit Collector(const config::Context& context)
      : context_(context), ledger_(context.database, context.clock), now_(context.clock.now()) {}

  Result<std::vector<Metric>> collect() {
    TIDINGS_LET(status_, status(context_));
    auto info = gauge("tidings_build_info", "The program, as a label.");
    info.samples.push_back({.labels = {{"version", std::string{version()}}}, .value = 1});
    out_.push_back(std::move(info));
    TIDINGS_TRY(list());
    digests();
    TIDINGS_TRY(queue());
    TIDINGS_TRY(bounces());
    TIDINGS_TRY(sources());
    relays();
    TIDINGS_TRY(last_jobs());
    TIDINGS_TRY(database());
    return std::move(out_);
  }

 private:
  void add_one(Metric metric, double value) {
    metric.samples.push_back({.labels = {}, .value = value});
    out_.push_back(std::move(metric));
  }

  Result<void> list() {
    TIDINGS_LET(const auto counts, subscriber::SubscriberTable(context_.database, context_.clock).counts());
    auto subscriptions = gauge("tidings_subscriptions", "Subscriptions by digest and state.");
    for (const auto& each : counts.digests) {
      const auto add = [&](const char* state, std::int64_t value) {
        subscriptions.samples.push_back(
            {.labels = {{"digest", each.digest}, {"state", state}}, .value = static_cast<double>(value)});
      };
      add("confirmed", each.confirmed);
      add("pending", each.pending);
      add("paused", each.paused);
      add("withdrawn", each.withdrawn);
    }
    out_.push_back(std::move(subscriptions));
    auto suppressions = gauge("tidings_suppressions", "Addresses that are never mailed again, by cause.");
    TIDINGS_LET(const auto causes, subscriber::Suppressions(context_.database, context_.clock).counts());
    for (const auto& [cause, count] : causes)
      suppressions.samples.push_back({.labels = {{"cause", cause}}, .value = static_cast<double>(count)});
    out_.push_back(std::move(suppressions));
    add_one(gauge("tidings_notices_open", "Sign-ups and mails that wait to be sent."),
            static_cast<double>(status_.notices_open));
    add_one(gauge("tidings_notices_failing", "Of them, those that failed at least once."),
            static_cast<double>(status_.notices_trouble.failing));
    return {};
  }

  void digests() {
    auto deliveries = gauge("tidings_deliveries", "Deliveries of each digest's newest edition, by state.");
    auto number = gauge("tidings_edition_number", "The number of each digest's newest edition.");
    auto scheduled =
        gauge("tidings_edition_scheduled_timestamp_seconds", "When that edition was due.", "seconds");
    auto finished = gauge("tidings_edition_finished_timestamp_seconds",
                          "When its last delivery was settled; absent while it is open.", "seconds");
    auto next = gauge("tidings_next_run_timestamp_seconds", "When each digest runs next.", "seconds");
    auto overdue = gauge("tidings_overdue_seconds",
                         "For how long an edition has been due and is not composed.", "seconds");
    auto held = gauge("tidings_editions_held", "Editions that wait for an admin, since they are too late.");
    for (const auto& each : status_.digests) {
      const std::vector<std::pair<std::string_view, std::string>> name{{"digest", each.name}};
      next.samples.push_back({.labels = name, .value = seconds_of(each.next_run)});
      const auto due = each.late ? each.late : each.due;
      overdue.samples.push_back({.labels = name, .value = due ? seconds_of(now_) - seconds_of(*due) : 0});
      held.samples.push_back(
          {.labels = name, .value = static_cast<double>(each.held.size() + (each.late ? 1 : 0))});
      if (!each.newest) continue;
      const auto& counts = each.counts;
      for (const auto& [state, count] :
           {std::pair{"sent", counts.sent}, std::pair{"failed", counts.failed},
            std::pair{"suppressed", counts.suppressed}, std::pair{"in_doubt", counts.in_doubt},
            std::pair{"bounced", counts.bounced}, std::pair{"open", counts.open()}}) {
        deliveries.samples.push_back(
            {.labels = {{"digest", each.name}, {"state", state}}, .value = static_cast<double>(count)});
      }
      number.samples.push_back(
          {.labels = name, .value = static_cast<double>(each.newest->number.value_or(0))});
      scheduled.samples.push_back({.labels = name, .value = seconds_of(each.newest->scheduled)});
      if (each.newest->finished)
        finished.samples.push_back({.labels = name, .value = seconds_of(*each.newest->finished)});
    }
    for (auto* const metric : {&deliveries, &number, &scheduled, &finished, &next, &overdue, &held})
      out_.push_back(std::move(*metric));
  }

  Result<void> queue() {
    std::int64_t open = 0;
    std::optional<UtcTime> oldest;
    TIDINGS_LET(const auto unfinished, digest::EditionTable(context_.database).unfinished());
    for (const auto& edition : unfinished) {
      TIDINGS_LET(const auto counts, ledger_.counts(edition.id));
      open += counts.open();
      if (counts.open() > 0) oldest = std::min(oldest.value_or(edition.scheduled), edition.scheduled);
    }
    std::int64_t held = 0;
    for (const auto& [edition, count] : status_.in_doubt) held += count;
    add_one(gauge("tidings_queue_deliveries", "Deliveries of all editions that are still to be made."),
            static_cast<double>(open));
    add_one(
        gauge("tidings_queue_age_seconds", "How long ago the oldest of their editions was due.", "seconds"),
        oldest ? std::max(0.0, seconds_of(now_) - seconds_of(*oldest)) : 0);
    add_one(gauge("tidings_in_doubt_deliveries", "Deliveries in doubt that wait for an admin."),
            static_cast<double>(held));
    return {};
  }

  Result<void> bounces() {
    TIDINGS_LET(const auto counts, bounce::BounceTable(context_.database).counts());
    Metric metric{.name = "tidings_bounces",
                  .kind = Metric::Kind::counter,
                  .help = "Reports about mails that came back, by kind.",
                  .samples = {}};
    for (const auto* const kind : {"hard", "soft", "complaint"}) {
      const auto found = std::ranges::find(counts, kind, &std::pair<std::string, std::int64_t>::first);
      metric.samples.push_back({.labels = {{"kind", kind}},
                                .value = found == counts.end() ? 0 : static_cast<double>(found->second)});
    }
    out_.push_back(std::move(metric));
    return {};
  }

  Result<void> sources() {
    auto failures = gauge("tidings_source_failures", "Readings in a row of each source that failed.");
    auto last =
        gauge("tidings_source_last_success_timestamp_seconds", "When each source was last read.", "seconds");
    auto silent = gauge("tidings_source_silent", "1 if a source has been silent for far longer than usual.");
    TIDINGS_LET(const auto known, source::SourceTable(context_.database).list());
    for (const auto& source : known) {
      if (context_.config.find_source(source.name) == nullptr) continue;
      const std::vector<std::pair<std::string_view, std::string>> name{{"source", source.name}};
      failures.samples.push_back({.labels = name, .value = static_cast<double>(source.error_streak)});
      const bool is_silent = std::ranges::any_of(status_.sources, [&](const SourceStatus& each) {
        return each.name == source.name && !each.failing;
      });
      silent.samples.push_back({.labels = name, .value = is_silent ? 1.0 : 0.0});
      if (source.last_good) last.samples.push_back({.labels = name, .value = seconds_of(*source.last_good)});
    }
    for (auto* const metric : {&failures, &last, &silent}) out_.push_back(std::move(*metric));
    return {};
  }

  void relays() {
    auto state = gauge("tidings_relay_up", "0 while a relay is paused, refuses to work or is out of reach.");
    auto paused = gauge("tidings_relay_paused_until_timestamp_seconds",
                        "Until when a relay is left alone; absent if it is not.", "seconds");
    for (const auto& relay : status_.relays) {
      const std::vector<std::pair<std::string_view, std::string>> name{{"relay", relay.name}};
      const bool rests = relay.paused_until && *relay.paused_until > now_;
      state.samples.push_back({.labels = name, .value = rests || relay.out || relay.refuses() ? 0.0 : 1.0});
      if (rests) paused.samples.push_back({.labels = name, .value = seconds_of(*relay.paused_until)});
    }
    out_.push_back(std::move(state));
    out_.push_back(std::move(paused));
  }

  Result<void> last_jobs() {
    auto ended = gauge("tidings_job_end_timestamp_seconds", "When each job ended last.", "seconds");
    auto good =
        gauge("tidings_job_success_timestamp_seconds", "When each job last did all it could.", "seconds");
    for (const auto job : jobs) {
      for (const auto& [suffix, metric] : {std::pair{"ended", &ended}, std::pair{"good", &good}}) {
        TIDINGS_LET(const auto text, store::fact(context_.database, fmt::format("job_{}_{}", job, suffix)));
        std::int64_t at = 0;
        std::from_chars(text.data(), text.data() + text.size(), at);
        if (at > 0)
          metric->samples.push_back(
              {.labels = {{"job", std::string{job}}}, .value = seconds_of(from_ms(at))});
      }
    }
    out_.push_back(std::move(ended));
    out_.push_back(std::move(good));
    return {};
  }

  Result<void> database() {
    std::error_code unknown;
    const auto size = std::filesystem::file_size(context_.config.store.path, unknown);
    if (!unknown)
      add_one(gauge("tidings_database_bytes", "Size of the database file.", "bytes"),
              static_cast<double>(size));
    TIDINGS_LET(const auto spare, context_.database.free_bytes());
    add_one(gauge("tidings_database_spare_bytes", "Of it, space that deleted rows have left.", "bytes"),
            static_cast<double>(spare));
    return {};
  }

  const config::Context context_;
  delivery::Ledger ledger_;
  UtcTime now_;
  Status status_;
  std::vector<Metric> out_;
};

}  // namespace

Result<std::vector<Metric>> metrics(const config::Context& context) { return Collector{context}.collect(); }

Result<void> note_job(const config::Context& context, std::string_view job, JobEnd end) {
  const auto now = std::to_string(to_ms(context.clock.now()));
  TIDINGS_TRY(store::set_fact(context.database, fmt::format("job_{}_ended", job), now));
  if (end == JobEnd::bad) return {};
  return store::set_fact(context.database, fmt::format("job_{}_good", job), now);
}

}  // namespace tidings::app
