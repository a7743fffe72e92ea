#include "app/status.hpp"

#include <algorithm>

#include "app/source_list.hpp"
#include "digest/edition_table.hpp"
#include "edition/compose.hpp"
#include "post/post_table.hpp"
#include "sending/clock_guard.hpp"
#include "sending/deliver.hpp"
#include "source/source_table.hpp"
#include "store/instance.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::app {
namespace {

class StatusReader {
 public:
  explicit StatusReader(const config::Context& context)
      : context_(context),
        editions_(context.database),
        ledger_(context.database, context.clock),
        now_(context.clock.now()) {
    ledger_.leave_later_than(context.config.delivery.max_lateness);
  }

  Result<Status> read() {
    TIDINGS_TRY(read_relays());
    for (const auto& digest : context_.config.digests) {
      TIDINGS_LET(auto each, digest_status(digest));
      status_.digests.push_back(std::move(each));
    }
    TIDINGS_TRY(read_deliveries());
    TIDINGS_LET(status_.orphans, orphaned_digests(context_));
    TIDINGS_LET(status_.elsewhere, store::foreign_instance(context_.database));
    TIDINGS_LET(status_.sender, store::SenderLock::holder(context_.database));
    TIDINGS_LET(status_.workers, delivery::WorkerTable(context_.database).list());
    TIDINGS_TRY(read_sources());
    TIDINGS_LET(status_.clock, sending::clock_troubles(context_));
    TIDINGS_TRY(read_list());
    return std::move(status_);
  }

 private:
  /// The relays of the configuration; the last run may have met others.
  Result<void> read_relays() {
    TIDINGS_LET(const auto known, ledger_.relays());
    const auto add = [&](const config::SmtpConfig& smtp) {
      const auto found = std::ranges::find(known, smtp.name, &delivery::RelayMemory::name);
      status_.relays.push_back(found == known.end() ? delivery::RelayMemory{.name = smtp.name} : *found);
    };
    add(context_.config.smtp);
    for (const auto& each : context_.config.more_relays) add(each);
    return {};
  }

  Result<DigestStatus> digest_status(const config::DigestConfig& digest) {
    DigestStatus status;
    status.name = digest.name;
    TIDINGS_LET(const auto list, editions_.list(digest.name, 1));
    if (!list.empty()) {
      status.newest = list.front().edition;
      const auto id = status.newest->id;
      TIDINGS_LET(status.counts, ledger_.counts(id));
      TIDINGS_LET(status.next_due, ledger_.next_due(id));
      TIDINGS_LET(status.waiting, ledger_.waiting(id, context_.config.newsletter.zone));
      TIDINGS_LET(status.deferred, ledger_.deferred_by_reason(id));
      if (status.counts.open() > 0) {
        TIDINGS_LET(status.pace, ledger_.pace(id));
      }
    }
    TIDINGS_LET(const auto outlook, edition::outlook(context_.config, digest, context_.database, now_));
    status.next_run = outlook.next_run;
    if (outlook.due) (outlook.held ? status.late : status.due) = outlook.due->owed_since();
    // Not the newest alone: later editions hide none that waits.
    TIDINGS_LET(const auto unfinished, editions_.unfinished());
    for (const auto& each : unfinished) {
      if (each.digest != digest.name) continue;
      TIDINGS_LET(const auto open, ledger_.next_due(each.id));
      TIDINGS_LET(const auto late, ledger_.count_late(each.id));
      if (!open && late == 0) continue;
      if (late > 0 || sending::is_held(context_.config, each, now_)) {
        status.held.push_back(each);
      } else if (!status.newest || each.id != status.newest->id) {
        TIDINGS_LET(const auto counts, ledger_.counts(each.id));
        TIDINGS_LET(const auto waiting, ledger_.waiting(each.id, context_.config.newsletter.zone));
        status.unfinished.push_back(
            {.edition = each, .counts = counts, .next_due = open, .waiting = waiting});
      }
    }
    TIDINGS_LET(status.drafts, editions_.drafts(digest.name));
    TIDINGS_LET(const auto counts, subscriber::SubscriberTable(context_.database, context_.clock).counts());
    for (const auto& each : counts.digests) {
      if (each.digest != digest.name) continue;
      status.subscribers = each.confirmed;
      status.pending = each.pending;
      status.paused = each.paused;
    }
    return status;
  }

  Result<void> read_deliveries() {
    TIDINGS_LET(const auto unfinished, editions_.unfinished());
    for (const auto& edition : unfinished) {
      if (sending::is_held(context_.config, edition, now_)) continue;
      TIDINGS_LET(auto due, ledger_.due_now(edition.id));
      TIDINGS_LET(const auto late, ledger_.count_late(edition.id));
      due -= late;
      if (due > 0) status_.to_send.emplace_back(digest::name_of(edition), due);
    }
    TIDINGS_LET(const auto held, ledger_.held_in_doubt());
    for (const auto& [edition, count] : held) {
      TIDINGS_LET(const auto found, editions_.get(edition));
      status_.in_doubt.emplace_back(digest::name_of(found), count);
    }
    return {};
  }

  Result<void> read_sources() {
    TIDINGS_LET(const auto sources, source::SourceTable(context_.database).list());
    for (const auto& source : sources) {
      const auto* const configured = context_.config.find_source(source.name);
      if (configured == nullptr) continue;
      if (source.error_streak > 0 || source.gone) {
        status_.sources.push_back({.name = source.name, .failing = true, .what = source.last_error});
        continue;
      }
      TIDINGS_LET(auto health, source_health(context_.database, *configured, now_));
      if (health.find("silent") != std::string::npos)
        status_.sources.push_back({.name = source.name, .failing = false, .what = std::move(health)});
    }
    TIDINGS_LET(const auto floods, post::PostTable(context_.database).set_aside());
    for (const auto& flood : floods) {
      const auto source = std::ranges::find(sources, flood.source, &source::Source::id);
      if (source == sources.end()) continue;
      status_.set_aside.push_back({.source = source->name, .posts = flood.posts, .at = flood.at});
    }
    return {};
  }

  Result<void> read_list() {
    TIDINGS_LET(const auto counts, subscriber::SubscriberTable(context_.database, context_.clock).counts());
    status_.subscribers = counts.staying;
    subscriber::NoticeTable notices{context_.database, context_.clock};
    TIDINGS_LET(status_.notices_open, notices.open());
    TIDINGS_LET(status_.notices_trouble, notices.trouble());
    return {};
  }

  const config::Context context_;
  digest::EditionTable editions_;
  delivery::Ledger ledger_;
  UtcTime now_;
  Status status_;
};

}  // namespace

int Status::failing_sources() const {
  return static_cast<int>(std::ranges::count(sources, true, &SourceStatus::failing));
}

Result<Status> status(const config::Context& context) { return StatusReader{context}.read(); }

}  // namespace tidings::app
