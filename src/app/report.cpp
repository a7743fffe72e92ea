#include "app/report.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "delivery/delivery_sums.hpp"
#include "digest/edition_history.hpp"
#include "digest/edition_table.hpp"
#include "edition/editions.hpp"
#include "subscriber/consent.hpp"

namespace tidings::app {
namespace {

using delivery::DeliveryState;

constexpr std::size_t most_reasons =
    10'000;  // different ones; relays that number their answers would fill the memory

std::string domain_of(const std::string& address) {
  const auto at = address.rfind('@');
  return at == std::string::npos ? std::string{"(erased)"}
                                 : ascii_lower(std::string_view{address}.substr(at + 1));
}

std::string reason_of(const delivery::DeliveryRow& row) {
  if (row.state == DeliveryState::suppressed) return suppression_in_words(row.reply);
  auto text = row.address.empty() ? row.reply : replace_all(row.reply, row.address, "ADDRESS");
  if (row.code && row.state != DeliveryState::bounced) text = fmt::format("{} {}", *row.code, text);
  return text.empty() ? "no answer" : std::string{truncate_utf8(collapse_blanks(text), 200)};
}

void count(delivery::Counts& counts, DeliveryState state) {
  ++counts.recipients;
  switch (state) {
    case DeliveryState::planned: ++counts.planned; break;
    case DeliveryState::claimed: ++counts.claimed; break;
    case DeliveryState::deferred: ++counts.deferred; break;
    case DeliveryState::in_doubt: ++counts.in_doubt; break;
    case DeliveryState::sent: ++counts.sent; break;
    case DeliveryState::failed: ++counts.failed; break;
    case DeliveryState::suppressed: ++counts.suppressed; break;
    case DeliveryState::bounced: ++counts.bounced; break;
  }
}

void add(delivery::Counts& to, const delivery::Counts& counts) {
  to.recipients += counts.recipients;
  to.planned += counts.planned;
  to.claimed += counts.claimed;
  to.deferred += counts.deferred;
  to.in_doubt += counts.in_doubt;
  to.sent += counts.sent;
  to.failed += counts.failed;
  to.suppressed += counts.suppressed;
  to.bounced += counts.bounced;
}

/// What has been added up, besides the reasons.
void add_sums(EditionReport& report, delivery::Sums sums) {
  report.summed = sums.since;
  for (auto& [domain, counts] : sums.domains) {
    add(report.counts, counts);
    add(report.domains[domain.empty() ? "(others)" : domain], counts);
  }
  for (const auto& [relay, counts] : sums.relays) add(report.relays[relay], counts);
  for (const auto& [minute, number] : sums.minutes) report.minutes[minute] += number;
  report.retried += sums.retried;
  if (sums.last_answer)
    report.last_answer = std::max(report.last_answer.value_or(*sums.last_answer), *sums.last_answer);
  report.left = std::move(sums.left);
}

}  // namespace

double EditionReport::rate() const {
  if (!edition.started || !last_answer || sent() == 0) return 0;
  const auto seconds = static_cast<double>((*last_answer - *edition.started).count()) / 1000.0;
  return seconds > 0 ? static_cast<double>(sent()) / seconds : 0;
}

std::string suppression_in_words(const std::string& cause) {
  struct Words {
    std::string_view cause;
    std::string_view words;
  };
  static constexpr std::array known{
      Words{"withdrawn", "left the digest after the edition was sealed"},
      Words{"paused", "paused after the edition was sealed"},
      Words{"erased", "was erased from the list after the edition was sealed"},
      Words{"suppressed: hard_bounce", "an earlier mail to the address was permanently refused"},
      Words{"suppressed: soft_bounces", "the mailbox refused mail on too many days"},
      Words{"suppressed: complaint", "the subscriber reported a mail as spam"},
      Words{"suppressed: manual", "suppressed by hand"},
      Words{"suppressed: erased", "this person asked to be erased"},
  };
  for (const auto& each : known) {
    if (cause == each.cause) return std::string{each.words};
  }
  return cause.empty() ? "suppressed" : cause;
}

Result<EditionReport> report_on(store::Database& database, const Clock& clock, const std::string& name) {
  EditionReport report;
  digest::EditionTable editions{database};
  TIDINGS_LET(report.edition, name.empty() ? edition::newest_edition(database) : editions.find(name));
  const auto& edition = report.edition;
  TIDINGS_LET(const auto posts, editions.posts_of(edition.id));
  report.posts = static_cast<int>(posts.size());
  TIDINGS_LET(const auto segments, editions.segments_of(edition.id));
  TIDINGS_LET(report.history, digest::HistoryTable(database).of(edition.id));
  report.segments = report.history.segments.value_or(static_cast<int>(segments.size()));
  report.notes = report.history.notes;
  for (const auto& segment : segments) {
    if (!segment.note.empty()) report.notes.push_back(fmt::format("{}: {}", segment.language, segment.note));
  }
  std::map<std::pair<DeliveryState, std::string>, std::int64_t> reasons;
  delivery::Ledger ledger{database, clock};
  TIDINGS_TRY(ledger.visit(edition.id, [&](const delivery::DeliveryRow& row) -> Result<void> {
    count(report.counts, row.state);
    count(report.domains[domain_of(row.address)], row.state);
    if (!row.relay.empty()) count(report.relays[row.relay], row.state);
    if (row.settled && row.state != DeliveryState::bounced)
      report.last_answer = std::max(report.last_answer.value_or(*row.settled), *row.settled);
    const bool was_accepted = row.state == DeliveryState::sent || row.state == DeliveryState::bounced;
    if (was_accepted && row.settled) ++report.minutes[std::chrono::floor<std::chrono::minutes>(*row.settled)];
    if (row.state == DeliveryState::sent) report.retried += static_cast<int>(row.attempts > 1);
    if (row.state == DeliveryState::sent || row.state == DeliveryState::planned ||
        row.state == DeliveryState::claimed)
      return {};
    auto reason = reason_of(row);
    const auto key = std::pair{row.state, std::move(reason)};
    ++reasons[reasons.size() < most_reasons || reasons.contains(key)
                  ? key
                  : std::pair{row.state, std::string{"other answers"}}];
    return {};
  }));
  TIDINGS_LET(auto sums, delivery::DeliverySums(database, clock).of(edition.id));
  for (auto& each : sums.reasons) reasons[{each.state, std::move(each.reason)}] += each.count;
  add_sums(report, std::move(sums));
  for (const auto& [key, number] : reasons)
    report.reasons.push_back({.state = key.first, .reason = key.second, .count = number});
  std::ranges::stable_sort(report.reasons, std::ranges::greater{}, &ReportReason::count);
  TIDINGS_LET(report.returned, bounce::BounceTable(database).returned(edition.id));
  if (edition.started && !report.summed) {
    TIDINGS_LET(const auto until, digest::HistoryTable(database).next_start(edition));
    TIDINGS_LET(
        report.left,
        subscriber::ConsentLog(database).left(
            {.edition = edition.id, .digest = edition.digest, .from = *edition.started, .until = until}));
    TIDINGS_LET(report.leave_reasons, subscriber::LeaveReasons(database).count(edition.id));
  }
  return report;
}

}  // namespace tidings::app
