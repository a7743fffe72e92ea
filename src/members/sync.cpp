#include "members/sync.hpp"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "base/text.hpp"
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
    TIDINGS_TRY(import());
    TIDINGS_LET(auto transaction, context_.database.begin());
    for (const auto& [member, address] : leaving_) TIDINGS_TRY(leave(transaction, member, address));
    for (const auto& [member, address] : returning_) TIDINGS_TRY(ask(transaction, member, address));
    TIDINGS_TRY(transaction.commit());
    return std::move(report_);
  }

 private:
  using Known = std::pair<SubscriberId, std::string>;

  /// Who is in the source. Changes nothing.
  Result<void> look() {
    auto reader = subscriber::CsvReader::over(options_.text, options_.name);
    auto import = options_.import;
    import.dry_run = subscriber::DryRun::yes;
    import.ask = subscriber::AskReaders::no;
    import.stored = [this](const MailAddress& address, const AddResult& /*result*/)
                        ->Result<void> {
                          seen_.insert(address.key());
    return {};
  };
  TIDINGS_LET(const auto report, import_csv(context_.database, context_.clock, reader, import));
  report_.nobody_may_leave = report.rejected > 0;
  return {};
}

Result<void>
find_changes() {
  TIDINGS_LET(const auto members, members_.list());
  std::size_t were_there = 0;
  for (const auto& member : members) {
    were_there += member.is_there ? 1 : 0;
    TIDINGS_LET(const auto known, table_.find(member.id));
    const auto address = known ? known->address : std::string{};
    const bool is_seen = known && seen_.contains(stored_address(address).key());
    if (member.is_there && !is_seen && !report_.nobody_may_leave) leaving_.emplace_back(member.id, address);
    if (!member.is_there && is_seen) returning_.emplace_back(member.id, address);
  }
  const auto most =
      std::max(always_allowed, were_there * static_cast<std::size_t>(options_.most_leaving_percent) / 100);
  if (leaving_.size() <= most || options_.most_leaving_percent >= 100) return {};
  return fail(Errc::not_permitted,
              fmt::format("{} has lost {} of the {} it brought; nothing was changed", options_.name,
                          leaving_.size(), plural(static_cast<long long>(were_there), "subscriber")),
              "if that is so, --most-leaving 100 lets them go");
}

Result<void> import() {
  auto reader = subscriber::CsvReader::over(options_.text, options_.name);
  auto import = options_.import;
  import.detail = "sync " + options_.name;
  import.stored = [this](const MailAddress& /*address*/, const AddResult& result)
                      ->Result<void> {
                        return result.outcome == AddOutcome::added ? members_.put({.id = result.id})
                                                                   : Result<void>{};
};
TIDINGS_LET(report_.import, import_csv(context_.database, context_.clock, reader, import));
return {};
}  // namespace

Result<void> leave(const store::Transaction& open, SubscriberId id, const std::string& address) {
  bool has_left = false;
  for (const auto& digest : options_.import.digests) {
    TIDINGS_LET(const auto ended, table_.unsubscribe(open, id, digest, Origin::import,
                                                     "sync " + options_.name + ": no longer in it"));
    has_left = has_left || !ended.empty();
  }
  // Whoever had left before, or was erased, does not come back with the source.
  if (!has_left) return members_.forget(id);
  report_.left.push_back(address);
  return members_.put({.id = id, .is_there = false});
}

Result<void> ask(const store::Transaction& open, SubscriberId id, const std::string& address) {
  TIDINGS_TRY(members_.put({.id = id}));
  auto parsed = parse_mail_address(address);
  if (!parsed) return {};
  TIDINGS_LET(const auto result,
              membership_.join(open, {.address = *std::move(parsed),
                                      .digests = options_.import.digests,
                                      .origin = Origin::cli,
                                      .detail = "sync " + options_.name + ": in it again"}));
  if (!result.pending.empty()) report_.asked.push_back(address);
  return {};
}

const config::Context context_;
const SyncOptions& options_;
subscriber::SubscriberTable table_;
subscriber::SyncTable members_;
Membership membership_;
std::unordered_set<std::string> seen_;  // keys of addresses
std::vector<Known> leaving_;
std::vector<Known> returning_;
SyncReport report_;
};  // namespace tidings::members

}  // namespace

Result<SyncReport> sync_list(const config::Context& context, const SyncOptions& options) {
  return Sync{context, options}.run();
}

}  // namespace tidings::members
