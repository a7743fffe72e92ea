#include "edition/rehearsal.hpp"

#include <algorithm>
#include <map>
#include <unordered_set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "delivery/ledger.hpp"
#include "digest/edition_table.hpp"
#include "sending/clock_guard.hpp"
#include "store/instance.hpp"
#include "subscriber/subscriber_table.hpp"
#include "subscriber/suppression.hpp"

namespace tidings::edition {
namespace {

using Recipients = std::unordered_set<SubscriberId>;

std::string day_of(const Zone& zone, UtcTime t) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(zone.to_local(t))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

Result<std::string> why_not(const Zone& zone, subscriber::Suppressions& suppressions,
                            const subscriber::Subscriber& reader,
                            const subscriber::Subscription& subscription) {
  using State = subscriber::SubscriptionState;
  const auto since = day_of(zone, subscription.since);
  if (subscription.state == State::withdrawn) return "left on " + since;
  if (subscription.state == State::pending) return fmt::format("not confirmed, asked on {}", since);
  if (subscription.paused_until) return "paused until " + day_of(zone, *subscription.paused_until);
  const auto address = stored_address(reader.address);
  TIDINGS_LET(const auto suppression, suppressions.lookup(address));
  if (suppression) {
    return fmt::format("suppressed on {}: {}", day_of(zone, suppression->at),
                       subscriber::name_of(suppression->cause));
  }
  if (!reader.topics.empty())
    return fmt::format("nothing new on their topics ({})", join(reader.topics, ", "));
  return "already received all of it in another digest";
}

/// Who gets what; `name` begins the lines.
struct Told {
  std::string name;
  std::string digest;
  Recipients recipients;
};

Result<void> tell_the_others(const config::Context& context, const Told& told, const LineSink& tell) {
  const auto& [name, digest, recipients] = told;
  subscriber::SubscriberTable subscribers{context.database, context.clock};
  subscriber::Suppressions suppressions{context.database, context.clock};
  subscriber::Page page{.after = {}, .limit = 1000};
  for (;;) {
    TIDINGS_LET(const auto some, subscribers.list({.state = {}, .digest = digest}, page));
    for (const auto& reader : some) {
      if (recipients.contains(reader.id)) continue;
      const auto own = std::ranges::find(reader.subscriptions, digest, &subscriber::Subscription::digest);
      if (own == reader.subscriptions.end()) continue;
      TIDINGS_LET(const auto reason, why_not(context.config.newsletter.zone, suppressions, reader, *own));
      tell(fmt::format("  {} {} skipped: {}", name, reader.address, reason));
    }
    if (static_cast<int>(some.size()) < page.limit) return {};
    page.after = some.back().id;
  }
}

Result<store::Database> copy_of(const store::Place& place) {
  TIDINGS_LET(const bool is_there, store::Database::exists(place));
  return is_there ? store::Database::open_copy_in_memory(place) : store::Database::open_in_memory();
}

}  // namespace

Result<config::Config> copy_for_rehearsal(const config::Config& config, const std::filesystem::path& folder,
                                          const std::filesystem::path& mails) {
  config::Config rehearsal = config;
  rehearsal.store = folder / "rehearsal.db";
  rehearsal.smtp.local_way = config::LocalWay::drop;
  rehearsal.smtp.local_path = mails;
  rehearsal.more_relays.clear();
  rehearsal.hooks = {};
  rehearsal.bounce.maildir.clear();
  rehearsal.bounce.mailbox.clear();
  rehearsal.bounce.unmatched = folder / "unmatched";
  rehearsal.web.archive.clear();
  {
    TIDINGS_LET(auto copy, copy_of(config.store));
    TIDINGS_TRY(copy.backup_to(rehearsal.store.path));
  }
  TIDINGS_LET(auto database, store::Database::open(rehearsal.store, store::Create::no));
  TIDINGS_TRY(sending::forget_real_sending(database));
  TIDINGS_TRY(store::check_instance(database, store::Guard::adopt));
  return rehearsal;
}

Result<void> tell_readers(const config::Context& context, const digest::Edition& edition,
                          const LineSink& tell) {
  const auto name = fmt::format("{}#{}", edition.digest, edition.number.value_or(0));
  delivery::Ledger ledger{context.database, context.clock};
  TIDINGS_LET(const auto segments, digest::EditionTable(context.database).segments_of(edition.id));
  TIDINGS_LET(const auto readers, ledger.readers_by_segment(edition.id));
  std::map<SegmentId, std::string> labels;
  for (const auto& segment : segments) {
    const auto posts = plural(static_cast<long long>(segment.posts.size()), "post");
    const auto it = readers.find(segment.id);
    labels[segment.id] = fmt::format("segment {} ({}, {})", labels.size() + 1, segment.language, posts);
    tell(fmt::format("  {} {}: {}{}", name, labels[segment.id],
                     plural(it == readers.end() ? 0 : it->second, "reader"),
                     segment.note.empty() ? "" : "; shortened: " + segment.note));
  }
  Recipients recipients;
  TIDINGS_LET(const auto rows,
              ledger.list({.edition = edition.id, .subscriber = {}, .state = {}, .limit = 1'000'000'000}));
  for (const auto& row : rows) {
    recipients.insert(row.subscriber);
    tell(fmt::format("  {} {} {}: {}", name, row.address, delivery::name_of(row.state), labels[row.segment]));
  }
  return tell_the_others(context,
                         {.name = name, .digest = edition.digest, .recipients = std::move(recipients)}, tell);
}

Result<void> tell_unfinished(const config::Context& context, const LineSink& tell) {
  TIDINGS_LET(const auto unfinished, digest::EditionTable(context.database).unfinished());
  for (const auto& edition : unfinished) TIDINGS_TRY(tell_readers(context, edition, tell));
  return {};
}

Result<void> tell_left_out(const config::Context& context, const std::string& digest, const LineSink& tell) {
  return tell_the_others(context, {.name = digest, .digest = digest, .recipients = {}}, tell);
}

}  // namespace tidings::edition
