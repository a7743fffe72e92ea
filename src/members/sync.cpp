#include "members/sync.hpp"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "edition/reader_hours.hpp"
#include "members/membership.hpp"
#include "subscriber/subscriber_table.hpp"
#include "subscriber/sync_table.hpp"

namespace tidings::members {
namespace {

using subscriber::AddOutcome;
using subscriber::AddResult;
using subscriber::Origin;
using subscriber::SyncMember;

/// That many may leave whatever their share: in a small club one is a tenth.
constexpr std::size_t always_allowed = 2;

class Sync {
 public:
  Sync(const config::Context& context, const SyncOptions& options)
      : context_(context),
        options_(options),
        table_(context.database, context.clock),
        members_(context.database, options.name),
        membership_(context) {}

  Result<SyncReport> run() {
    TIDINGS_TRY(look());
    TIDINGS_TRY(find_changes());
    TIDINGS_TRY(bring());
    TIDINGS_LET(auto transaction, context_.database.begin());
    for (const auto& member : renamed_) TIDINGS_TRY(members_.put(member));
    for (const auto& each : leaving_) TIDINGS_TRY(leave(transaction, each));
    for (const auto& each : returning_) TIDINGS_TRY(ask(transaction, each));
    TIDINGS_TRY(transaction.commit());
    return std::move(report_);
  }

 private:
  struct Known {
    SyncMember member;
    std::string address;  ///< empty: not on the list
  };

  /// Who is in the source. Changes nothing.
  Result<void> look() {
    auto reader = subscriber::CsvReader::over(options_.text, options_.name);
    auto options = options_.import;
    options.dry_run = subscriber::DryRun::yes;
    options.ask = subscriber::AskReaders::no;
    options.stored = [this](const MailAddress& address, const AddResult& /*result*/) -> Result<void> {
      seen_.insert(address.key());
      return {};
    };
    TIDINGS_LET(const auto report, import_csv(context_.database, context_.clock, reader, options));
    report_.nobody_may_leave = report.rejected > 0;
    return {};
  }

  Result<void> find_changes() {
    TIDINGS_LET(const auto members, members_.list());
    std::size_t were_there = 0;
    for (const auto& member : members) {
      were_there += member.is_there ? 1 : 0;
      TIDINGS_LET(const auto known, table_.find(member.id));
      const auto key = known ? stored_address(known->address).key() : std::string{};
      const bool is_named = seen_.contains(member.address_key);
      const bool is_seen = is_named || seen_.contains(key);
      if (is_named && key != member.address_key) elsewhere_.insert(member.address_key);
      Known each{.member = member, .address = known ? known->address : std::string{}};
      if (is_seen && !is_named) {  // moved in the source too
        each.member.address_key = key;
        renamed_.push_back(each.member);
      }
      if (member.is_there && !is_seen && !report_.nobody_may_leave) leaving_.push_back(each);
      if (!member.is_there && is_seen && known) returning_.push_back(each);
    }
    const auto most =
        std::max(always_allowed, were_there * static_cast<std::size_t>(options_.most_leaving_percent) / 100);
    if (leaving_.size() <= most || options_.most_leaving_percent >= 100) return {};
    return fail(Errc::not_permitted,
                fmt::format("{} has lost {} of the {} it brought; nothing was changed", options_.name,
                            leaving_.size(), plural(static_cast<long long>(were_there), "subscriber")),
                "if that is so, --most-leaving 100 lets them go");
  }

  Result<void> bring() {
    auto reader = subscriber::CsvReader::over(options_.text, options_.name);
    auto options = options_.import;
    options.detail = "sync " + options_.name;
    options.leaves_out = [this](const MailAddress& address) { return elsewhere_.contains(address.key()); };
    options.stored = [this](const MailAddress& address, const AddResult& result) -> Result<void> {
      if (result.outcome != AddOutcome::added) return {};
      return members_.put({.id = result.id, .address_key = address.key()});
    };
    TIDINGS_LET(report_.import, import_csv(context_.database, context_.clock, reader, options));
    if (options.dry_run == subscriber::DryRun::no) TIDINGS_TRY(edition::follow_zones(context_));
    return {};
  }

  Result<void> leave(const store::Transaction& open, Known who) {
    bool has_left = false;
    for (const auto& digest : options_.import.digests) {
      TIDINGS_LET(const auto ended, table_.unsubscribe(open, who.member.id, digest, Origin::import,
                                                       "sync " + options_.name + ": no longer in it"));
      has_left = has_left || !ended.empty();
    }
    // Whoever had left before does not come back with the source.
    if (!has_left) return members_.forget(who.member.id);
    report_.left.push_back(who.address);
    who.member.is_there = false;
    return members_.put(who.member);
  }

  Result<void> ask(const store::Transaction& open, Known who) {
    who.member.is_there = true;
    TIDINGS_TRY(members_.put(who.member));
    auto parsed = parse_mail_address(who.address);
    if (!parsed) return {};
    TIDINGS_LET(const auto result,
                membership_.join(open, {.address = *std::move(parsed),
                                        .digests = options_.import.digests,
                                        .origin = Origin::cli,
                                        .detail = "sync " + options_.name + ": in it again"}));
    if (!result.pending.empty()) report_.asked.push_back(who.address);
    return {};
  }

  const config::Context context_;
  const SyncOptions& options_;
  subscriber::SubscriberTable table_;
  subscriber::SyncTable members_;
  Membership membership_;
  std::unordered_set<std::string> seen_;       // keys of the source's addresses
  std::unordered_set<std::string> elsewhere_;  // those of people who moved, or never confirmed
  std::vector<SyncMember> renamed_;            // who moved there too
  std::vector<Known> leaving_;
  std::vector<Known> returning_;
  SyncReport report_;
};

}  // namespace

Result<SyncReport> sync_list(const config::Context& context, const SyncOptions& options) {
  return Sync{context, options}.run();
}

}  // namespace tidings::members
