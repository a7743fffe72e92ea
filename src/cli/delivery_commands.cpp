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
  std::string after;
  int limit = 1000;
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

/// "weekly#12/ada@example.org", as the last line of a list names it.
Result<std::optional<delivery::DeliveryPlace>> place_of(const config::Context& context,
                                                        const std::string& text) {
  if (text.empty()) return std::optional<delivery::DeliveryPlace>{};
  const auto slash = text.find('/');
  if (slash == std::string::npos) {
    return fail(Errc::usage, fmt::format("--after {} is not EDITION/ADDRESS", printable(text)),
                "as the last line of the list before names it");
  }
  TIDINGS_LET(const auto edition, edition::find_edition(context.database, text.substr(0, slash)));
  TIDINGS_LET(const auto subscriber, subscriber_of(context, text.substr(slash + 1)));
  return std::optional{
      delivery::DeliveryPlace{.edition = edition.id, .subscriber = subscriber.value_or(SubscriberId{})}};
}

Look look_of(delivery::DeliveryState state) {
  using State = delivery::DeliveryState;
  return state == State::failed || state == State::in_doubt || state == State::bounced ? Look::trouble
                                                                                       : Look::plain;
}

Result<Exit> list(Session& session, const DeliveryOptions& options) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  delivery::DeliveryFilter filter;
  filter.limit = options.limit + 1;
  TIDINGS_LET(filter.state, state_of(options.state));
  TIDINGS_LET(filter.subscriber, subscriber_of(context, options.address));
  TIDINGS_LET(filter.after, place_of(context, options.after));
  if (!options.edition.empty()) {
    TIDINGS_LET(const auto edition, edition::find_edition(context.database, options.edition));
    filter.edition = edition.id;
  }
  TIDINGS_LET(auto listed, sending::list_deliveries(context, filter));
  std::string more;
  if (std::cmp_greater(listed.size(), options.limit)) {
    listed.pop_back();
    more =
        there_are_more(fmt::format("{}/{}", listed.back().edition, listed.back().row.address), options.limit);
  }
  Listing out{{"EDITION", "ADDRESS", "STATE", "TRIES", "NEXT", "RELAY", "REPLY"}};
  for (const auto& [name, row] : listed) {
    const auto code = row.code ? fmt::format("{} ", *row.code) : std::string{};
    out.add({{"edition", name},
             {"address", row.address},
             {"state", delivery::name_of(row.state)},
             {"attempt_count", row.attempts},
             {"due", json_time(row.due)},
             {"code", row.code ? Json(*row.code) : Json(nullptr)},
             {"reply", json_text(row.reply)},
             {"relay", json_text(row.relay)},
             {"settled", json_time(row.settled)}},
            {name,
             row.address,
             {std::string{delivery::name_of(row.state)}, look_of(row.state)},
             std::to_string(row.attempts),
             local_time(context.config.newsletter.zone, row.due),
             row.relay.empty() ? "-" : row.relay,
             shorten(code + row.reply, 70)});
  }
  out.print(more);
  return Exit::done;
}

constexpr std::size_t most_named = 10;

/// Those that a decision is about, while they are few.
Result<std::vector<std::string>> addresses_of(const config::Context& context,
                                              const delivery::DeliveryFilter& filter) {
  TIDINGS_LET(const auto listed, sending::list_deliveries(context, filter));
  std::vector<std::string> addresses;
  for (const auto& each : listed) addresses.push_back(each.row.address);
  return addresses;
}

std::string in_words(delivery::DeliveryState state) {
  return replace_all(delivery::name_of(state), "_", " ");
}

/// "ada@example.org is", "ada@example.org, ben@example.org are", "312 addresses are"
std::string who_is(const std::vector<std::string>& addresses, int count) {
  const bool named = std::cmp_equal(addresses.size(), count) && count > 0 && addresses.size() <= most_named;
  const auto who = named        ? join(addresses, ", ")
                   : count == 1 ? std::string{"1 address"}
                                : fmt::format("{} addresses", count);
  return who + (count == 1 ? " is" : " are");
}

Result<Exit> retry(Session& session, const DeliveryOptions& options) {
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_LET(const auto lock, session.lock(context, "delivery retry"));
  TIDINGS_LET(const auto edition, edition::find_edition(context.database, options.edition));
  TIDINGS_LET(const auto state, state_of(options.state));
  TIDINGS_LET(const auto subscriber, subscriber_of(context, options.address));
  const auto from = state.value_or(delivery::DeliveryState::deferred);
  TIDINGS_LET(const auto addresses,
              addresses_of(context, {.edition = edition.id, .subscriber = subscriber, .state = from}));
  TIDINGS_LET(const int count, sending::retry_deliveries(context, edition.id, from, subscriber));
  const auto name = digest::name_of(edition);
  const auto words =
      count == 0 ? fmt::format("{}: no delivery is {}\n", name, in_words(from))
                 : fmt::format(
                       "{0}: {1} due now; the next \"tidings send --due\" or \"tidings deliver {0}\" sends\n",
                       name, who_is(addresses, count));
  tell({{"edition", name}, {"addresses", addresses}, {"delivery_count", count}}, words);
  return Exit::done;
}

/// Without an edition: whatever relays had against us is mended.
Result<Exit> resolve_relays(const config::Context& context) {
  TIDINGS_LET(const int count, sending::release_relays(context));
  tell({{"edition", nullptr},
        {"addresses", Json::array()},
        {"state", nullptr},
        {"delivery_count", 0},
        {"relay_count", count}},
       count == 0
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
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_LET(const auto lock, session.lock(context, "delivery resolve"));
  if (of_relays) return resolve_relays(context);
  TIDINGS_LET(const auto edition, edition::find_edition(context.database, options.edition));
  TIDINGS_LET(const auto subscriber, subscriber_of(context, options.address));
  const auto as = options.sent ? delivery::DeliveryState::sent : delivery::DeliveryState::failed;
  TIDINGS_LET(const auto addresses, addresses_of(context, {.edition = edition.id,
                                                           .subscriber = subscriber,
                                                           .state = delivery::DeliveryState::in_doubt}));
  TIDINGS_LET(const int count, sending::resolve_deliveries(context, edition.id, subscriber, as));
  const auto name = digest::name_of(edition);
  tell({{"edition", name},
        {"addresses", addresses},
        {"state", delivery::name_of(as)},
        {"delivery_count", count},
        {"relay_count", 0}},
       count == 0 ? fmt::format("{}: no delivery waits for a decision\n", name)
                  : fmt::format("{}: {} {} now\n", name, who_is(addresses, count), delivery::name_of(as)));
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
        add_paging(command, options.after, options.limit, "this one: weekly#12/ada@example.org");
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
