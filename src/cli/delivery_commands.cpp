// delivery list | retry | resolve
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/subscriber_commands.hpp"
#include "delivery/ledger.hpp"
#include "digest/edition_table.hpp"
#include "store/instance.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::cli {
namespace {

struct DeliveryOptions {
  std::string edition;
  std::string address;
  std::string state;
  int limit = 1000;
  bool json = false;
  bool sent = false;
  bool failed = false;
};

Result<std::optional<SubscriberId>> subscriber_of(Session& session, store::Database& database,
                                                  const std::string& text) {
  if (text.empty()) return std::optional<SubscriberId>{};
  subscriber::SubscriberTable table{database, session.clock()};
  TIDINGS_LET(const auto found, find_subscriber(table, text));
  return std::optional{found.id};
}

Result<std::optional<delivery::DeliveryState>> state_of(const std::string& text) {
  if (text.empty()) return std::optional<delivery::DeliveryState>{};
  const auto state = delivery::delivery_state_of(text);
  if (state) return state;
  return fail(Errc::usage, fmt::format("there is no state \"{}\"", text),
              "planned, claimed, deferred, in_doubt, sent, failed, suppressed, bounced");
}

Result<Exit> list(Session& session, const DeliveryOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(auto* const database, session.database_read_only());
  digest::EditionTable editions{*database};
  delivery::DeliveryFilter filter;
  filter.limit = options.limit + 1;
  TIDINGS_LET(filter.state, state_of(options.state));
  TIDINGS_LET(filter.subscriber, subscriber_of(session, *database, options.address));
  if (!options.edition.empty()) {
    TIDINGS_LET(const auto edition, editions.find(options.edition));
    filter.edition = edition.id;
  }
  TIDINGS_LET(auto rows, delivery::Ledger(*database, session.clock()).list(filter));
  std::string more;
  if (std::cmp_greater(rows.size(), options.limit)) {
    rows.pop_back();
    more =
        fmt::format("there are more: --limit {} shows more, --edition, --address and --state narrow the list",
                    options.limit * 2LL);
  }
  std::string lines;
  Table out{{"EDITION", "ADDRESS", "STATE", "ATTEMPTS", "NEXT", "RELAY", "REPLY"}};
  for (const auto& row : rows) {
    TIDINGS_LET(const auto edition, editions.get(row.edition));
    const auto name = fmt::format("{}#{}", edition.digest, edition.number.value_or(0));
    if (options.json) {
      lines += json_line({{"edition", name},
                          {"address", row.address},
                          {"state", delivery::name_of(row.state)},
                          {"attempts", row.attempts},
                          {"due", json_time(row.due)},
                          {"code", row.code ? Json(*row.code) : Json(nullptr)},
                          {"reply", row.reply},
                          {"relay", row.relay.empty() ? Json(nullptr) : Json(row.relay)},
                          {"settled", json_time(row.settled)}});
    }
    out.add({name, row.address, std::string{delivery::name_of(row.state)}, std::to_string(row.attempts),
             local_time(config->newsletter.zone, row.due), row.relay.empty() ? "-" : printable(row.relay),
             shorten(fmt::format("{} {}", row.code ? std::to_string(*row.code) : "", row.reply), 70)});
  }
  print_list(options.json ? ListForm::json : ListForm::table, out, lines, more);
  return Exit::done;
}

Result<Exit> retry(Session& session, const DeliveryOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(auto* const database, session.database(store::Create::no));
  TIDINGS_LET(const auto lock, store::SenderLock::take(config->store_path, "delivery retry"));
  digest::EditionTable editions{*database};
  TIDINGS_LET(const auto edition, editions.find(options.edition));
  TIDINGS_LET(const auto state, state_of(options.state));
  TIDINGS_LET(const auto subscriber, subscriber_of(session, *database, options.address));
  TIDINGS_LET(auto transaction, database->begin());
  delivery::Ledger ledger{*database, session.clock()};
  TIDINGS_LET(const int count,
              ledger.retry(edition.id, state.value_or(delivery::DeliveryState::deferred), subscriber));
  if (count > 0) TIDINGS_TRY(editions.reopen(edition.id, session.clock().now()));
  TIDINGS_TRY(transaction.commit());
  say(fmt::format("{} due now{}\n", plural(count, "delivery"),
                  count > 0 ? fmt::format("; the next \"tidings send --due\" or \"tidings deliver {}\" sends",
                                          digest::name_of(edition))
                            : ""));
  return Exit::done;
}

/// Without an edition: the trouble of all relays is fixed.
Result<Exit> resolve_relays(delivery::Ledger& ledger) {
  TIDINGS_LET(const int count, ledger.release_relays());
  say(count == 0
          ? "no relay is paused or refusing\n"
          : fmt::format("{} tried again by the next run\n", count == 1 ? "the relay is" : "the relays are"));
  return Exit::done;
}

Result<Exit> resolve(Session& session, const DeliveryOptions& options) {
  const bool of_relays = options.edition.empty() && !options.sent && !options.failed;
  if (!of_relays && options.sent == options.failed) {
    return fail(Errc::usage, "use --sent (it arrived) or --failed (it did not arrive, do not retry)",
                "without an edition: declares the relays usable again");
  }
  if (!of_relays && options.edition.empty())
    return fail(Errc::usage, "name the edition", "\"tidings edition list\" shows them");
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(auto* const database, session.database(store::Create::no));
  TIDINGS_LET(const auto lock, store::SenderLock::take(config->store_path, "delivery resolve"));
  delivery::Ledger ledger{*database, session.clock()};
  if (of_relays) return resolve_relays(ledger);
  TIDINGS_LET(const auto edition, digest::EditionTable(*database).find(options.edition));
  TIDINGS_LET(const auto subscriber, subscriber_of(session, *database, options.address));
  const auto as = options.sent ? delivery::DeliveryState::sent : delivery::DeliveryState::failed;
  if (!subscriber) {
    TIDINGS_LET(const int count, ledger.resolve_held(edition.id, as));
    say(fmt::format("{} {} now\n", plural(count, "delivery"),
                    count == 1 ? fmt::format("is {}", delivery::name_of(as))
                               : fmt::format("are {}", delivery::name_of(as))));
    return Exit::done;
  }
  TIDINGS_TRY(ledger.resolve(edition.id, *subscriber, as));
  say(fmt::format("{} is {} now\n", options.address, delivery::name_of(as)));
  return Exit::done;
}

}  // namespace

void add_delivery_commands(Command app, Session& session) {
  const auto noun = add_noun(app, "delivery", "deliveries: who was mailed and what the relay said");
  add_command<DeliveryOptions>(
      noun, session, "list", "list deliveries and their state",
      [](Command command, DeliveryOptions& options) {
        command.add_option("--edition", options.edition, "e.g. weekly#12");
        command.add_option("--address", options.address, "only of this subscriber");
        command.add_option("--state", options.state, "planned, deferred, in_doubt, sent, failed, ...");
        command.add_option("--limit", options.limit, "at most this many").show_default().at_least(1);
        add_json(command, options.json);
      },
      list);
  add_command<DeliveryOptions>(
      noun, session, "retry", "make deferred, failed or in_doubt deliveries due now",
      [](Command command, DeliveryOptions& options) {
        command.add_option("EDITION", options.edition, "weekly#12, weekly (the newest) or an id").required();
        command.add_option("--address", options.address, "only this subscriber");
        command.add_option("--state", options.state, "deferred (default), failed or in_doubt");
      },
      retry);
  add_command<DeliveryOptions>(
      noun, session, "resolve",
      "decide deliveries in doubt or taken back; without arguments: try all relays again",
      [](Command command, DeliveryOptions& options) {
        command.add_option("EDITION", options.edition, "all its deliveries that wait for a decision");
        command.add_option("ADDRESS", options.address, "only this subscriber");
        command.add_flag("--sent", options.sent, "it arrived");
        command.add_flag("--failed", options.failed, "it did not arrive; do not retry");
      },
      resolve);
}

}  // namespace tidings::cli
