#include "app/scheduler.hpp"
#include "app/compose_all.hpp"
#include "app/retention.hpp"
#include "app/upkeep.hpp"
#include "app/watch.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "bounce/intake.hpp"
#include "digest/edition_table.hpp"
#include "digest/late_joins.hpp"
#include "edition/archive.hpp"
#include "edition/reader_hours.hpp"
#include "edition/review.hpp"
#include "members/notices.hpp"
#include "returns/forward.hpp"
#include "returns/intake.hpp"
#include "returns/mailbox.hpp"
#include "sending/clock_guard.hpp"
#include "site/pages.hpp"
#include "source/source_table.hpp"
#include "store/instance.hpp"

namespace tidings::app {
namespace {

using namespace std::chrono_literals;

constexpr auto chores_every = 1min;
constexpr auto poll_every = 1h;           // the default interval of a source, as in source_table
constexpr auto poll_files_every = 15min;  // files, folders and commands, which give no time themselves
constexpr auto ask_lock_every = 1s;
constexpr auto ask_mailbox_every = 5min;  // on another host: a login each time
constexpr auto tidy_every = 1h;
constexpr auto longest_pause = 15min;
constexpr auto ping_every = 10min;

class Scheduler {
 public:
  Scheduler(const config::SharedContext& shared, const SchedulerOptions& options, SchedulerSignals& signals)
      : config_(std::make_unique<config::Config>(shared.config)),
        clock_(shared.clock),
        random_(shared.random),
        options_(options),
        signals_(signals) {}

  Result<void> run() {
    TIDINGS_TRY(open());
    TIDINGS_TRY(store::check_instance(*database_, store::Guard::refuse));
    TIDINGS_TRY(sending::allow_work(context()));
    next_round_ = next_chores_ = clock_.now();
    options_.on_said(
        fmt::format("running: {}", plural(static_cast<long long>(config_->digests.size()), "digest")));
    for (;;) {
      // In this order, so that a signal in between is seen by one or the other.
      signals_.interrupt = false;
      if (signals_.end) break;
      if (signals_.reload.exchange(false)) reload();
      step();
      if (signals_.end || signals_.reload) continue;
      const auto wake = std::min(next_round_, next_chores_);
      if (options_.until && wake > *options_.until) break;
      options_.sleep_until(wake);
    }
    for (const auto& line : watch_->finish()) trouble(line);
    options_.on_said("ended");
    return {};
  }

 private:
  /// Made anew for each use: "reload" changes the configuration, and perhaps the database.
  [[nodiscard]] config::Context context() {
    return {.config = *config_, .database = *database_, .clock = clock_, .random = random_};
  }

  Result<void> open() {
    TIDINGS_LET(auto opened, store::Database::open(config_->store, store::Create::yes));
    watch_.reset();
    database_.emplace(std::move(opened));
    watch_.emplace(context());
    return edition::meet_digests(*config_, *database_, clock_.now());
  }

  void reload() {
    auto loaded = options_.load();
    if (!loaded) return options_.on_trouble("the configuration is unchanged: " + loaded.error().line());
    const bool moved = loaded->store != config_->store;
    auto old = std::move(config_);
    pages_.reset();
    watch_.reset();
    config_ = std::make_unique<config::Config>(*std::move(loaded));
    auto met = moved ? open() : edition::meet_digests(*config_, *database_, clock_.now());
    if (!met) config_ = std::move(old);
    watch_.emplace(context());
    if (!met) {
      return options_.on_trouble("the configuration is unchanged: " + met.error().line());
    }
    said_.clear();
    waits_.clear();
    archive_is_old_ = true;
    start_anew(clock_.now());
    options_.on_said(fmt::format("configuration read again: {}",
                                 plural(static_cast<long long>(config_->digests.size()), "digest")));
  }

  void start_anew(UtcTime now) {
    next_round_ = next_chores_ = next_bounces_ = next_tidy_ = next_ping_ = now;
    trouble_until_.reset();
    relay_troubles_ = 0;
  }

  void trouble(const std::string& line) {
    if (said_.insert(line).second) options_.on_trouble(line);
  }

  void step() {
    const auto now = clock_.now();
    for (const auto& line : watch_->news()) trouble(line);
    if (next_chores_ > now + 2 * chores_every) start_anew(now);  // the clock was set back
    if (now >= next_chores_) {
      next_chores_ = now + chores_every;
      if (auto done = chores(); !done) trouble(done.error().line());
      if (next_round_ > now) look_for_deliveries(now);
    }
    if (!signals_.end && now >= next_round_) round_under_lock(now);
    if (!signals_.end) tell_how_it_goes();
  }

  void round_under_lock(UtcTime now) {
    next_round_ = now + chores_every;
    auto lock = store::SenderLock::take(*database_, "run", config_->newsletter.zone);
    if (!lock) {
      trouble("waits: " + lock.error().line());
      if (lock.error().code == Errc::try_again) next_round_ = now + ask_lock_every;
      return;
    }
    const auto done = round();
    if (!done) trouble(done.error().line());
    wrong_ = done ? std::nullopt : std::optional{done.error()};
  }

  /// At once when it has changed, else every ten minutes: a watchman elsewhere notices when that stops.
  void tell_how_it_goes() {
    const auto now = clock_.now();
    const bool is_good = !wrong_ && relay_error_.empty();
    if (std::exchange(was_good_, is_good) == is_good && now < next_ping_) return;
    next_ping_ = now + ping_every;
    const Error relay{.code = Errc::unavailable, .what = relay_error_, .hint = {}};
    watch_->ended("run", is_good ? nullptr : wrong_ ? &*wrong_ : &relay);
    watch_->mail(signals_.interrupt);
  }

  // ---- every minute, without the lock ----

  Result<void> chores() {
    if (clock_.now() >= next_tidy_) {
      TIDINGS_TRY(members::tidy_up(context()));
      next_tidy_ = clock_.now() + tidy_every;
    }
    if (config_->bounce.has_mailbox() && clock_.now() >= next_bounces_) {
      next_bounces_ = clock_.now() + (config_->bounce.maildir.empty() ? ask_mailbox_every : chores_every);
      // A mailbox that does not answer must not delay confirmations.
      if (auto read = read_bounces(); !read) trouble("reports wait: " + read.error().line());
    }
    TIDINGS_TRY(members::take_sign_ups(context()));
    if (!pages_) {
      TIDINGS_LET(pages_, site::WebPages::load(*config_));
    }
    TIDINGS_LET(const auto report, members::send_notices(context(), *pages_, {}, signals_.interrupt));
    if (report.sent > 0) options_.on_said(fmt::format("{} sent", plural(report.sent, "confirmation mail")));
    if (!report.trouble.empty()) trouble("confirmation mails are waiting: " + report.trouble);
    if (report.trouble.empty() && report.failed > 0)
      trouble(fmt::format("{} could not be sent", plural(report.failed, "confirmation mail")));
    if (const auto words = returns::in_words(returns::send_forwards(context(), signals_.interrupt));
        !words.empty())
      trouble(words);
    return {};
  }

  Result<void> read_bounces() {
    TIDINGS_LET(auto keys, subscriber::KeyRing::open(*database_, random_, clock_));
    returns::BounceIntake intake{context(), std::move(keys)};
    int count = 0;
    const auto take = returns::take_each(
        intake,
        {.read = [&](const returns::IntakeResult& /*result*/) { ++count; },
         .failed = [&](const Error& error) { trouble("a mail could not be applied: " + error.line()); }});
    const auto read = returns::read_bounce_mailbox(
        *config_, [&](const bounce::Incoming& mail) -> Result<bounce::Disposition> {
          if (signals_.end) return fail(Errc::try_again, "stopped by a signal");
          return take(mail);
        });
    if (count > 0) options_.on_said(fmt::format("{} read from the mailbox", plural(count, "report")));
    if (const auto trimmed = returns::trim_unmatched_folders(*config_, config_->bounce.maildir);
        !trimmed.empty())
      options_.on_said(trimmed);
    if (signals_.end) return {};
    if (!read) return tl::unexpected<Error>(read.error());
    for (const auto& unread : *read) trouble("a mail could not be read: " + unread.line());
    return {};
  }

  /// What another command has since sealed, approved or released.
  void look_for_deliveries(UtcTime now) {
    if (trouble_until_ && now < *trouble_until_) return;
    const auto editions = digest::EditionTable(*database_).unfinished();
    if (!editions) return trouble(editions.error().line());
    delivery::Ledger ledger{*database_, clock_};
    ledger.leave_later_than(config_->delivery.max_lateness);
    for (const auto& edition : *editions) {
      if (held_.contains(edition.id)) continue;
      const auto due = ledger.next_due(edition.id);
      if (due && *due && **due <= now) next_round_ = now;
    }
    if (const auto joined = digest::late_joins(*database_); joined && !joined->empty() && held_.empty())
      next_round_ = now;
  }

  // ---- under the lock ----

  Result<void> round() {
    const auto now = clock_.now();
    TIDINGS_TRY(sending::allow_work(context()));
    TIDINGS_TRY(check_if_old(context()));
    TIDINGS_LET(const auto future, sending::clock_troubles(context()));
    for (const auto& line : future) trouble(fmt::format("{} ({})", line, sending::clock_hint));
    CollectReport collected;
    if (options_.reading == SchedulerOptions::Reading::as_due || !has_read_) {
      TIDINGS_LET(collected, collect(context()));
      options_.on_collected(collected);
      watch_->collected(collected);
      has_read_ = true;
    }
    std::vector<const config::DigestConfig*> digests;
    for (const auto& digest : config_->digests) digests.push_back(&digest);
    const auto outcome = compose_all(context(), digests, {.collected = &collected});
    watch_->composed(outcome);
    for (const auto& failure : outcome.failures) trouble(failure.line());
    for (const auto& composed : outcome.composed) tell(composed);
    TIDINGS_LET(const auto drafts, edition::mail_drafts(context(), {}, signals_.interrupt));
    for (const auto& line : drafts.mailed) options_.on_said(line);
    for (const auto& line : drafts.trouble) trouble(line);
    drafts_wait_ = !drafts.trouble.empty();
    const bool paused = trouble_until_ && now < *trouble_until_;
    sending::DeliverReport report;
    if (archive_is_old_) write_archive();  // before the first mail, whose link to its page should not be dead
    if (!paused) {
      sending::DeliverOptions options;
      if (!options_.until)
        options.time_budget = std::max<std::chrono::milliseconds>(1min, next_run(now) - now);
      TIDINGS_LET(report, sending::deliver(context(), options, signals_.interrupt));
      note(report);
      watch_->delivered(report);
    }
    if (!report.editions.empty()) write_archive();
    if (!report.try_again()) prune();
    TIDINGS_LET(next_round_, next_time(report, outcome.waits_for_source));
    return {};
  }

  /// A little at a time, so that no run has to wait; the next round goes on.
  void prune() {
    const auto pruned = prune_daily(context(), 5s, signals_.interrupt);
    if (!pruned) trouble("what is no longer kept could not be dropped: " + pruned.error().line());
  }

  void write_archive() {
    const auto wrong = edition::refresh_archive(*config_, *database_);
    archive_is_old_ = !wrong.empty();
    if (archive_is_old_) trouble(wrong);
  }

  void tell(const edition::Composed& composed) {
    using What = edition::Composed::What;
    if (composed.what == What::sealed) archive_is_old_ = true;
    if (composed.what == What::not_due) return;
    if (composed.what != What::held && composed.what != What::waits) {
      said_.clear();
      waits_.erase(composed.digest);
      return options_.on_composed(composed, config_->newsletter.zone);
    }
    // Nothing has changed since the last round if the reason is the same.
    auto& reason = waits_[composed.digest];
    if (std::exchange(reason, composed.reason) != composed.reason)
      options_.on_composed(composed, config_->newsletter.zone);
  }

  void note(const sending::DeliverReport& report) {
    const auto held_before = std::exchange(held_, {});
    sending::DeliverReport news;
    for (const auto& each : report.editions) {
      const bool is_news = each.held ? !held_before.contains(each.edition.id) : each.run.settled() > 0;
      if (each.held) held_.insert(each.edition.id);
      if (is_news) news.editions.push_back(each);
    }
    options_.on_delivered(news, config_->newsletter.zone);
    const auto relay = report.relay_trouble();
    relay_error_ = relay;
    if (relay.empty()) {
      relay_troubles_ = 0;
      trouble_until_.reset();
      return;
    }
    // Not by its words, which count milliseconds.
    if (relay_troubles_ == 0) options_.on_trouble(relay);
    const auto pause =
        std::min<std::chrono::milliseconds>(1min * (1 << std::min(relay_troubles_, 4)), longest_pause);
    ++relay_troubles_;
    trouble_until_ = clock_.now() + pause;
  }

  [[nodiscard]] UtcTime next_run(UtcTime now) {
    UtcTime next = now + 24h;
    for (const auto& digest : config_->digests) {
      const auto run = edition::next_run(*config_, digest, *database_, now);
      next = std::min(next, run ? *run : now + poll_every);
    }
    return next;
  }

  Result<UtcTime> next_time(const sending::DeliverReport& report, bool waits_for_source) {
    const auto now = clock_.now();
    auto next = std::min(next_run(now), now + poll_every);
    if (waits_for_source || drafts_wait_) next = std::min(next, now + 5min);
    TIDINGS_LET(const auto settling, edition::next_settling(*config_, *database_));
    if (settling) next = std::min(next, *settling);
    TIDINGS_LET(auto sources, source::SourceTable(*database_).list());
    if (options_.reading == SchedulerOptions::Reading::once) sources.clear();
    for (const auto& each : sources) {
      const auto* const configured = config_->find_source(each.name);
      if (configured == nullptr || each.gone || configured->spec.kind == source::Kind::manual) continue;
      next = std::min(next, each.next_fetch.value_or(now + poll_files_every));
    }
    for (const auto& each : report.editions) {
      if (each.held || !each.next_due) continue;
      next = std::min(next, std::max(*each.next_due, trouble_until_.value_or(now)));
    }
    if (trouble_until_) next = std::min(next, *trouble_until_);
    return std::max(next, now + ask_lock_every);
  }

  std::unique_ptr<config::Config> config_;  // never moves: pages_ refers to it
  const Clock& clock_;
  Random& random_;
  const SchedulerOptions& options_;
  SchedulerSignals& signals_;
  std::optional<store::Database> database_;
  std::optional<Watch> watch_;
  std::unique_ptr<site::WebPages> pages_;
  UtcTime next_round_{};
  UtcTime next_chores_{};
  UtcTime next_tidy_{};
  UtcTime next_bounces_{};
  UtcTime next_ping_{};
  std::optional<Error> wrong_;  // of the last round
  std::string relay_error_;     // of the last delivery
  bool was_good_ = true;
  std::set<std::string> said_;
  std::map<std::string, std::string>
      waits_;  // digests with a held or waiting edition, and the reported reason
  std::set<EditionId> held_;
  std::optional<UtcTime> trouble_until_;
  int relay_troubles_ = 0;
  bool drafts_wait_ = false;
  bool has_read_ = false;
  bool archive_is_old_ = true;
};

}  // namespace

Result<void> run_schedule(const config::SharedContext& shared, const SchedulerOptions& options,
                          SchedulerSignals& signals) {
  return Scheduler{shared, options, signals}.run();
}

}  // namespace tidings::app
