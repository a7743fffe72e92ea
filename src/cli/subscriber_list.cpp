// subscriber list | show | export
#include <map>
#include <utility>

#include <fmt/format.h>

#include "app/report.hpp"
#include "base/file.hpp"
#include "base/terminal.hpp"
#include "base/text.hpp"
#include "bounce/bounce_table.hpp"
#include "bounce/effect.hpp"
#include "cli/output.hpp"
#include "cli/subscriber_commands.hpp"
#include "delivery/ledger.hpp"
#include "digest/edition_table.hpp"
#include "subscriber/export.hpp"

namespace tidings::cli {
namespace {

using namespace tidings::subscriber;

Json json_of(const Subscriber& subscriber) {
  Json subscriptions = Json::array();
  for (const auto& each : subscriber.subscriptions) {
    subscriptions.push_back({{"digest", each.digest},
                             {"status", name_of(each.state)},
                             {"since", json_time(each.since)},
                             {"confirmed_at", json_time(each.confirmed)}});
  }
  return {{"id", subscriber.id.value},
          {"email", subscriber.address},
          {"name", subscriber.name},
          {"language", subscriber.language},
          {"topics", subscriber.topics},
          {"created_at", json_time(subscriber.created)},
          {"subscriptions", std::move(subscriptions)}};
}

std::string subscriptions_text(const Subscriber& subscriber) {
  std::string text;
  for (const auto& each : subscriber.subscriptions) {
    text += text.empty() ? "" : ", ";
    text += each.digest;
    if (each.state != SubscriptionState::confirmed) text += fmt::format(" ({})", name_of(each.state));
  }
  return text;
}

struct FilterOptions {
  std::string status;
  std::string digest;
  std::string topic;
  std::string domain;
  std::string since;
  std::string text;
  int limit = 100;
  std::int64_t after = 0;
  bool count = false;
  bool json = false;
};

void add_filter(Command command, FilterOptions& options) {
  command
      .add_option("--status", options.status, "pending, confirmed, withdrawn, or suppressed (never mailed)")
      .one_of({"pending", "confirmed", "withdrawn", "suppressed"});
  command.add_option("--digest", options.digest, "only subscriptions to this digest");
  command.add_option("--topic", options.topic, "only those who chose this topic");
  command.add_option("--domain", options.domain, "addresses in this domain");
  command.add_option("--since", options.since, "added at or after, e.g. 2026-01-26T08:00:00Z")
      .value_name("TIME");
  command.add_option("--search", options.text, "text in address or name");
}

/// A digest that is no longer configured may have subscribers; one that never had any is a mistake.
Result<void> check_digest(const config::Config& config, SubscriberTable& table, const std::string& digest) {
  if (digest.empty() || config.find_digest(digest) != nullptr) return {};
  TIDINGS_LET(const auto readers, table.count({.digest = digest}));
  if (readers == 0) TIDINGS_TRY(config.digest(digest));
  return {};
}

Result<SubscriberFilter> filter_of(const FilterOptions& options) {
  SubscriberFilter filter{.state = {},
                          .digest = options.digest,
                          .topic = options.topic,
                          .domain = options.domain,
                          .since = {},
                          .text = options.text,
                          .suppressed_only = options.status == "suppressed"};
  for (const auto state :
       {SubscriptionState::pending, SubscriptionState::confirmed, SubscriptionState::withdrawn}) {
    if (options.status == name_of(state)) filter.state = state;
  }
  if (!options.since.empty()) {
    TIDINGS_LET(filter.since, parse_rfc3339(options.since));
  }
  return filter;
}

Result<Exit> list(Session& session, const FilterOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(auto* const database, session.database_read_only());
  SubscriberTable table{*database, session.clock()};
  TIDINGS_LET(const auto filter, filter_of(options));
  TIDINGS_TRY(check_digest(*config, table, options.digest));
  if (options.count) {
    TIDINGS_LET(const auto count, table.count(filter));
    print(options.json ? json_line({{"count", count}}) : fmt::format("{}\n", count));
    return Exit::done;
  }
  TIDINGS_LET(auto subscribers,
              table.list(filter, {.after = SubscriberId{options.after}, .limit = options.limit + 1}));
  std::string more;
  if (std::cmp_greater(subscribers.size(), options.limit)) {
    subscribers.pop_back();
    more = fmt::format("there are more: --after {} continues, --limit {} shows more",
                       subscribers.back().id.value, options.limit * 2LL);
  }
  std::string lines;
  Table out{{"ADDRESS", "NAME", "LANGUAGE", "DIGESTS", "TOPICS", "SINCE"}};
  for (const auto& each : subscribers) {
    if (options.json) lines += json_line(json_of(each));
    out.add({each.address, shorten(each.name, 24), each.language, subscriptions_text(each),
             join(each.topics, ", "), local_time(config->newsletter.zone, each.created).substr(0, 10)});
  }
  print_list(options.json ? ListForm::json : ListForm::table, out, lines, more);
  return Exit::done;
}

/// What was sent to them, or not, and what the relay said.
Result<Json> deliveries_of(store::Database& database, const Clock& clock, const MailAddress& address) {
  Json out = Json::array();
  TIDINGS_LET(const auto found, SubscriberTable(database, clock).find(address));
  if (!found) return out;
  digest::EditionTable editions{database};
  TIDINGS_LET(const auto rows,
              delivery::Ledger(database, clock)
                  .list({.edition = {}, .subscriber = found->id, .state = {}, .limit = 100'000}));
  for (const auto& row : rows) {
    TIDINGS_LET(const auto edition, editions.get(row.edition));
    out.push_back({{"edition", fmt::format("{}#{}", edition.digest, edition.number.value_or(0))},
                   {"state", delivery::name_of(row.state)},
                   {"at", json_time(row.settled)},
                   {"reply", row.reply}});
  }
  return out;
}

/// Reports about them.
Result<Json> bounces_of(Session& session, store::Database& database, const MailAddress& address) {
  Json out = Json::array();
  TIDINGS_LET(const auto found, SubscriberTable(database, session.clock()).find(address));
  if (!found) return out;
  TIDINGS_LET(const auto events, bounce::BounceTable(database).history(found->id, 100'000));
  for (const auto& each : events) {
    out.push_back({{"kind", each.kind},
                   {"at", json_time(each.at)},
                   {"reason", each.reason},
                   {"status", each.status},
                   {"counts", each.counts},
                   {"suppressed", each.suppressed}});
  }
  return out;
}

/// What was mailed to somebody, and the reports about it.
Result<std::string> mail_in_words(Session& session, store::Database& database, const Zone& zone,
                                  SubscriberId id) {
  TIDINGS_LET(const auto rows, delivery::Ledger(database, session.clock()).list({.subscriber = id}));
  std::map<std::string_view, int> by_state;
  for (const auto& row : rows) ++by_state[name_of(row.state)];
  std::string counts;
  for (const auto& [state, count] : by_state)
    counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, state);
  std::string out = fmt::format("  mails     {}\n", counts.empty() ? "none yet" : counts);
  constexpr int most_events = 10;
  TIDINGS_LET(const auto events, bounce::BounceTable(database).history(id, most_events));
  for (const auto& each : events) {
    const auto what = each.kind == "complaint" ? "complained"
                      : each.kind == "hard"    ? "bounced for good"
                                               : "bounced";
    out += fmt::format("  {}  {}: {}{}{}; {}\n", local_time(zone, each.at), what, printable(each.reason),
                       each.status.empty() ? "" : " ", each.status, bounce::effect_in_words(each));
  }
  return out;
}

/// Everything about one address: subscriptions, consents, deliveries, bounces.
Result<Exit> show(Session& session, const AddressOption& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(auto* const database, session.database_read_only());
  SubscriberTable table{*database, session.clock()};
  TIDINGS_LET(const auto address, parse_mail_address(trim(options.address)));
  TIDINGS_LET(const auto found, table.find(address));
  TIDINGS_LET(const auto suppression, Suppressions(*database, session.clock()).lookup(address));
  if (!found && !suppression)
    return fail(Errc::no_input, fmt::format("there is no subscriber {}", address.text()));
  std::vector<Consent> history;
  if (found) {
    TIDINGS_LET(history, ConsentLog(*database).history(found->id));
  }
  const auto& zone = config->newsletter.zone;
  if (options.json) {
    Json json = found ? json_of(*found) : Json{{"email", address.text()}};
    json["suppressed"] = suppression ? Json{{"cause", name_of(suppression->cause)},
                                            {"at", json_time(suppression->at)},
                                            {"detail", suppression->detail}}
                                     : Json(nullptr);
    json["consents"] = Json::array();
    for (const auto& each : history) {
      json["consents"].push_back({{"event", name_of(each.event)},
                                  {"digest", each.digest},
                                  {"at", json_time(each.at)},
                                  {"origin", name_of(each.origin)},
                                  {"detail", each.detail}});
    }
    TIDINGS_LET(json["deliveries"], deliveries_of(*database, session.clock(), address));
    TIDINGS_LET(json["bounces"], bounces_of(session, *database, address));
    print(json_line(json));
    return Exit::done;
  }
  std::string out = printable(address.text()) + "\n";
  if (found) {
    if (!found->name.empty()) out += fmt::format("  name      {}\n", printable(found->name));
    out += fmt::format("  language  {}\n", found->language.empty()
                                               ? config->newsletter.language + " (the newsletter's)"
                                               : found->language);
    out +=
        fmt::format("  topics    {}\n", found->topics.empty() ? "all" : printable(join(found->topics, ", ")));
    for (const auto& each : found->subscriptions) {
      out +=
          fmt::format("  {}  {} since {}\n", each.digest, name_of(each.state), local_time(zone, each.since));
    }
  }
  if (suppression) {
    const auto words = app::suppression_in_words(fmt::format("suppressed: {}", name_of(suppression->cause)));
    out +=
        fmt::format("  never mailed since {}: {}{}\n", local_time(zone, suppression->at), words,
                    suppression->detail.empty() ? "" : fmt::format(" ({})", printable(suppression->detail)));
  }
  for (const auto& each : history) {
    out +=
        fmt::format("  {}  {} {} by {} {}\n", local_time(zone, each.at), name_of(each.event),
                    each.digest.empty() ? "all" : each.digest, name_of(each.origin), printable(each.detail));
  }
  if (found) {
    TIDINGS_LET(const auto mail, mail_in_words(session, *database, zone, found->id));
    out += mail;
  }
  print(out);
  return Exit::done;
}

struct ExportCommand {
  std::string file = "-";
  std::string one;
  FilterOptions filter;
};

Result<Exit> export_file(Session& session, const ExportCommand& command) {
  TIDINGS_LET(auto* const database, session.database_read_only());
  if (!command.one.empty()) {
    TIDINGS_LET(const auto address, parse_mail_address(command.one));
    TIDINGS_LET(const auto text, export_one(*database, session.clock(), address));
    auto person = Json::parse(text);
    TIDINGS_LET(person["deliveries"], deliveries_of(*database, session.clock(), address));
    TIDINGS_LET(person["bounces"], bounces_of(session, *database, address));
    print_document(json_with_escapes(person.dump(2)) + "\n");
    return Exit::done;
  }
  TIDINGS_LET(const auto filter, filter_of(command.filter));
  const auto format = command.filter.json ? ExportFormat::json_lines : ExportFormat::csv;
  if (command.file == "-") {
    const auto sink = [](std::string_view piece) -> Result<void> {
      print_document(piece);
      return {};
    };
    TIDINGS_TRY(export_subscribers(*database, session.clock(), filter, format, sink));
    return Exit::done;
  }
  // Collected first: a file appears complete or not at all.
  std::string text;
  const auto sink = [&](std::string_view piece) -> Result<void> {
    text += piece;
    return {};
  };
  TIDINGS_LET(const auto count, export_subscribers(*database, session.clock(), filter, format, sink));
  TIDINGS_TRY(write_file(command.file, text));
  say(fmt::format("{} to {}\n", plural(count, "subscriber"), command.file));
  return Exit::done;
}

}  // namespace

void add_subscriber_list(Command noun, Session& session) {
  add_command<FilterOptions>(
      noun, session, "list", "list subscribers",
      [](Command command, FilterOptions& options) {
        add_filter(command, options);
        command.add_option("--limit", options.limit, "at most this many").show_default().at_least(1);
        command.add_option("--after", options.after, "continue after this id, from --json or the last line");
        command.add_flag("--count", options.count, "only count them");
        add_json(command, options.json);
      },
      list);
  add_command<AddressOption>(
      noun, session, "show", "show everything about one address",
      [](Command command, AddressOption& options) {
        command.add_option("ADDRESS", options.address, "e.g. ada@example.org").required();
        add_json(command, options.json);
      },
      show);
  add_command<ExportCommand>(
      noun, session, "export", "write the list as CSV that import accepts, or as JSON",
      [](Command command, ExportCommand& options) {
        command.add_option("FILE", options.file, "\"-\" is standard output").show_default();
        command.add_option("--one", options.one, "all data about one address, as JSON").value_name("ADDRESS");
        add_filter(command, options.filter);
        add_json(command, options.filter.json);
      },
      export_file);
}

}  // namespace tidings::cli
