// delivery list | retry | resolve
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "edition/editions.hpp"
#include "members/roster.hpp"
#include "sending/deliveries.hpp"

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

Result<std::optional<SubscriberId>> subscriber_of(const config::Context& context, const std::string& text) {
  if (text.empty()) return std::optional<SubscriberId>{};
  TIDINGS_LET(const auto found, members::find_subscriber(context.database, context.clock, text));
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
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  delivery::DeliveryFilter filter;
  filter.limit = options.limit + 1;
  TIDINGS_LET(filter.state, state_of(options.state));
  TIDINGS_LET(filter.subscriber, subscriber_of(context, options.address));
  if (!options.edition.empty()) {
    TIDINGS_LET(const auto edition, edition::find_edition(context.database, options.edition));
    filter.edition = edition.id;
  }
  TIDINGS_LET(auto listed, sending::list_deliveries(context, filter));
  std::string more;
  if (std::cmp_greater(listed.size(), options.limit)) {
    listed.pop_back();
    more = fmt::format(
        "there are more: --limit {} shows up to so many, --edition, --address and --state narrow the list",
        options.limit * 2LL);
  }
  std::string lines;
  Table out{{"EDITION", "ADDRESS", "STATE", "ATTEMPTS", "NEXT", "RELAY", "REPLY"}};
  for (const auto& [name, row] : listed) {
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
             local_time(context.config.newsletter.zone, row.due),
             row.relay.empty() ? "-" : printable(row.relay),
             shorten(fmt::format("{} {}", row.code ? std::to_string(*row.code) : "", row.reply), 70)});
  }
  print_list(options.json ? ListForm::json : ListForm::table, out, lines, more);
  return Exit::done;
}

Result<Exit> retry(Session& session, const DeliveryOptions& options) {
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_LET(const auto lock, session.lock(context, "delivery retry"));
  TIDINGS_LET(const auto edition, edition::find_edition(context.database, options.edition));
  TIDINGS_LET(const auto state, state_of(options.state));
  TIDINGS_LET(const auto subscriber, subscriber_of(context, options.address));
  TIDINGS_LET(const int count,
              sending::retry_deliveries(context, edition.id,
                                        state.value_or(delivery::DeliveryState::deferred), subscriber));
  say(fmt::format("{} due now{}\n", plural(count, "delivery"),
                  count > 0 ? fmt::format("; the next \"tidings send --due\" or \"tidings deliver {}\" sends",
                                          digest::name_of(edition))
                            : ""));
  return Exit::done;
}

/// Without an edition: whatever relays had against us is mended.
Result<Exit> resolve_relays(const config::Context& context) {
  TIDINGS_LET(const int count, sending::release_relays(context));
  say(count == 0 ? "no relay rests or refuses\n"
                 : fmt::format("{} tried at once by the next run\n",
                               count == 1 ? "the relay is" : "the relays are"));
  return Exit::done;
}

Result<Exit> resolve(Session& session, const DeliveryOptions& options) {
  const bool of_relays = options.edition.empty() && !options.sent && !options.failed;
  if (!of_relays && options.sent == options.failed) {
    return fail(Errc::usage, "say --sent (it did arrive) or --failed (it did not and shall not)",
                "without an edition: whatever a relay had against us is mended");
  }
  if (!of_relays && options.edition.empty())
    return fail(Errc::usage, "name the edition", "\"tidings digest list\" shows the newest");
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_LET(const auto lock, session.lock(context, "delivery resolve"));
  if (of_relays) return resolve_relays(context);
  TIDINGS_LET(const auto edition, edition::find_edition(context.database, options.edition));
  TIDINGS_LET(const auto subscriber, subscriber_of(context, options.address));
  const auto as = options.sent ? delivery::DeliveryState::sent : delivery::DeliveryState::failed;
  TIDINGS_LET(const int count, sending::resolve_deliveries(context, edition.id, subscriber, as));
  if (!subscriber) {
    say(fmt::format("{} {} now\n", plural(count, "delivery"),
                    count == 1 ? fmt::format("is {}", delivery::name_of(as))
                               : fmt::format("are {}", delivery::name_of(as))));
    return Exit::done;
  }
  say(fmt::format("{} is {} now\n", options.address, delivery::name_of(as)));
  return Exit::done;
}

}  // namespace

void add_delivery_commands(Command app, Session& session) {
  const auto noun = add_noun(app, "delivery", "who was mailed and what the relay said");
  add_command<DeliveryOptions>(
      noun, session, "list", "deliveries with their state",
      [](Command command, DeliveryOptions& options) {
        command.add_option("--edition", options.edition, "e.g. weekly#12");
        command.add_option("--address", options.address, "of this subscriber");
        command.add_option("--state", options.state, "planned, deferred, in_doubt, sent, failed, ...");
        command.add_option("--limit", options.limit, "at most so many").show_default().at_least(1);
        add_json(command, options.json);
      },
      list);
  add_command<DeliveryOptions>(
      noun, session, "retry", "make deferred, failed or in_doubt ones due now",
      [](Command command, DeliveryOptions& options) {
        command.add_option("EDITION", options.edition, "weekly#12, weekly (the newest) or an id").required();
        command.add_option("--address", options.address, "only this subscriber");
        command.add_option("--state", options.state, "deferred (default), failed or in_doubt");
      },
      retry);
  add_command<DeliveryOptions>(
      noun, session, "resolve", "decide what is in doubt or was taken back; alone: the relays are mended",
      [](Command command, DeliveryOptions& options) {
        command.add_option("EDITION", options.edition, "all of it that waits for an admin");
        command.add_option("ADDRESS", options.address, "only this subscriber");
        command.add_flag("--sent", options.sent, "it did arrive");
        command.add_flag("--failed", options.failed, "it did not and shall not");
      },
      resolve);
}

}  // namespace tidings::cli
