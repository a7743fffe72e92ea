// subscriber add | list | show | set | confirm | unsubscribe | erase | import | export, suppression list | add | remove, keys rotate
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "app/cadence.hpp"
#include "app/notices.hpp"
#include "app/report.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "bounce/bounce_table.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "delivery/ledger.hpp"
#include "digest/edition_table.hpp"
#include "subscriber/confirmation.hpp"
#include "subscriber/export.hpp"
#include "subscriber/import.hpp"
#include "subscriber/notice_table.hpp"
#include "subscriber/subscriber_table.hpp"
#include "subscriber/token.hpp"

namespace tidings::cli {
namespace {

using namespace tidings::subscriber;

Result<std::vector<std::string>> digests_or_all(const app::Config& config, const std::vector<std::string>& wanted) {
  std::vector<std::string> names;
  for (const auto& name : wanted) {
    TIDINGS_LET(const auto* const digest, config.digest(name));
    names.push_back(digest->name);
  }
  if (!wanted.empty()) return names;
  for (const auto& digest : config.digests) names.push_back(digest.name);
  if (names.empty()) return fail(Errc::config, "config.toml has no [[digest]]", "a subscriber subscribes to digests");
  return names;
}

Result<Subscriber> find_subscriber(SubscriberTable& table, const std::string& text) {
  TIDINGS_LET(const auto address, parse_mail_address(trim(text)));
  TIDINGS_LET(auto found, table.find(address));
  if (!found) return fail(Errc::no_input, fmt::format("there is no subscriber {}", address.text()));
  return *std::move(found);
}

Json json_of(const Subscriber& subscriber) {
  Json subscriptions = Json::array();
  for (const auto& each : subscriber.subscriptions) {
    subscriptions.push_back({{"digest", each.digest},
                             {"status", name_of(each.state)},
                             {"since", json_time(each.since)},
                             {"confirmed_at", json_time(each.confirmed)}});
  }
  return {{"email", subscriber.address},   {"name", subscriber.name},
          {"language", subscriber.language}, {"topics", subscriber.topics},
          {"created_at", json_time(subscriber.created)}, {"subscriptions", std::move(subscriptions)}};
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

struct AddOptions {
  std::string address;
  std::string name;
  std::string language;
  std::vector<std::string> digests;
  std::vector<std::string> topics;
  bool confirmed = false;
};

/// At once if the relay answers. What does not leave now waits for "send --due" or "serve": no failure of the command.
void send_waiting_notices(Session& session, const app::Config& config, store::Database& database) {
  const auto pages = app::WebPages::load(config);
  if (!pages) return log::warning("the confirmation mail waits: " + pages.error().line());
  const std::atomic<bool> never{false};
  const auto report = app::send_notices(config, **pages, database, session.clock(), session.random(), {}, never);
  if (!report) return log::warning("the confirmation mail waits: " + report.error().line());
  if (!report->trouble.empty()) log::warning(fmt::format("the confirmation mail waits for the next \"tidings send --due\": {}", report->trouble));
}

Result<Exit> add(Session& session, const AddOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(auto address, parse_mail_address(trim(options.address)));
  TIDINGS_LET(auto digests, digests_or_all(*config, options.digests));
  TIDINGS_LET(auto* const database, session.database());
  SubscriberTable table{*database, session.clock()};
  const auto text = address.text();
  TIDINGS_LET(auto transaction, database->begin());
  TIDINGS_LET(const auto result,
              table.add(transaction,
                        {.address = std::move(address),
                         .name = options.name,
                         .language = options.language,
                         .topics = options.topics,
                         .digests = std::move(digests),
                         .state = options.confirmed ? SubscriptionState::confirmed : SubscriptionState::pending,
                         .confirmed = {},
                         .origin = Origin::cli,
                         .detail = "subscriber add"}));
  if (!result.pending.empty()) TIDINGS_TRY(NoticeTable(*database, session.clock()).add(result.id, NoticeKind::confirm, result.pending));
  TIDINGS_TRY(transaction.commit());
  if (!result.pending.empty()) send_waiting_notices(session, *config, *database);
  switch (result.outcome) {
    case AddOutcome::added:
      print(fmt::format("{} added{}\n", text, options.confirmed ? "" : ", waiting for a confirmation (--confirmed if you have it)"));
      return Exit::done;
    case AddOutcome::already_there: print(fmt::format("{} is there already\n", text)); return Exit::done;
    case AddOutcome::resubscribed_pending:
      print(fmt::format("{} had left; waits for a new confirmation of: {}\n", text, join(result.pending, ", ")));
      return Exit::done;
    case AddOutcome::left: print(fmt::format("{} had left\n", text)); return Exit::done;
    case AddOutcome::suppressed:
      return fail(Errc::not_permitted, fmt::format("{} must not be mailed: {}", text, name_of(*result.cause)),
                  "\"tidings suppression remove\" lifts it, if you are sure");
  }
  return Exit::done;
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
  command.add_option("--status", options.status, "pending, confirmed or withdrawn")
      .one_of({"pending", "confirmed", "withdrawn"});
  command.add_option("--digest", options.digest, "subscriptions to this digest only");
  command.add_option("--topic", options.topic, "who has chosen this topic");
  command.add_option("--domain", options.domain, "addresses in this domain");
  command.add_option("--since", options.since, "added at or after (RFC 3339)");
  command.add_option("--search", options.text, "somewhere in address or name");
}

Result<SubscriberFilter> filter_of(const FilterOptions& options) {
  SubscriberFilter filter{.state = {},
                          .digest = options.digest,
                          .topic = options.topic,
                          .domain = options.domain,
                          .since = {},
                          .text = options.text,
                          .suppressed_only = false};
  for (const auto state : {SubscriptionState::pending, SubscriptionState::confirmed, SubscriptionState::withdrawn}) {
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
  if (options.count) {
    TIDINGS_LET(const auto count, table.count(filter));
    print(options.json ? json_line({{"count", count}}) : fmt::format("{}\n", count));
    return Exit::done;
  }
  TIDINGS_LET(const auto subscribers, table.list(filter, {.after = SubscriberId{options.after}, .limit = options.limit}));
  std::string lines;
  Table out{{"ADDRESS", "NAME", "LANGUAGE", "DIGESTS", "TOPICS", "SINCE"}};
  for (const auto& each : subscribers) {
    if (options.json) lines += json_line(json_of(each));
    out.add({each.address, shorten(each.name, 24), each.language, subscriptions_text(each), join(each.topics, ", "),
             local_time(config->newsletter.zone, each.created).substr(0, 10)});
  }
  print(options.json ? lines : out.text());
  if (!options.json && static_cast<int>(subscribers.size()) == options.limit) {
    print(fmt::format("more: --after {}\n", subscribers.back().id.value));
  }
  return Exit::done;
}

/// What was sent to them, or not, and what the relay said.
Result<Json> deliveries_of(store::Database& database, const Clock& clock, const MailAddress& address) {
  Json out = Json::array();
  TIDINGS_LET(const auto found, SubscriberTable(database, clock).find(address));
  if (!found) return out;
  digest::EditionTable editions{database};
  TIDINGS_LET(const auto rows, delivery::Ledger(database, clock).list({.edition = {}, .subscriber = found->id, .state = {}, .limit = 100'000}));
  for (const auto& row : rows) {
    TIDINGS_LET(const auto edition, editions.get(row.edition));
    out.push_back({{"edition", fmt::format("{}#{}", edition.digest, edition.number.value_or(0))},
                   {"state", delivery::name_of(row.state)},
                   {"at", json_time(row.settled)},
                   {"reply", row.reply}});
  }
  return out;
}

struct AddressOption {
  std::string address;
  bool json = false;
};

/// What was mailed to somebody, and what came back.
Result<std::string> mail_in_words(Session& session, store::Database& database, const Zone& zone, SubscriberId id) {
  TIDINGS_LET(const auto rows, delivery::Ledger(database, session.clock()).list({.subscriber = id}));
  std::map<std::string_view, int> by_state;
  for (const auto& row : rows) ++by_state[name_of(row.state)];
  std::string counts;
  for (const auto& [state, count] : by_state) counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, state);
  std::string out = fmt::format("  mails     {}\n", counts.empty() ? "none yet" : counts);
  constexpr int most_events = 10;
  TIDINGS_LET(const auto events, bounce::BounceTable(database).history(id, most_events));
  for (const auto& each : events) {
    const auto what = each.kind == "complaint" ? "complained" : each.kind == "hard" ? "bounced for good" : "bounced";
    const auto effect = each.suppressed ? "never mailed since" : each.counts ? "one point" : "not counted";
    out += fmt::format("  {}  {}: {}{}{}; {}\n", local_time(zone, each.at), what, printable(each.reason), each.status.empty() ? "" : " ", each.status, effect);
  }
  return out;
}

/// The whole story of one address: subscriptions, consents, deliveries, bounces.
Result<Exit> show(Session& session, const AddressOption& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(auto* const database, session.database_read_only());
  SubscriberTable table{*database, session.clock()};
  TIDINGS_LET(const auto address, parse_mail_address(trim(options.address)));
  TIDINGS_LET(const auto found, table.find(address));
  TIDINGS_LET(const auto suppression, Suppressions(*database, session.clock()).lookup(address));
  if (!found && !suppression) return fail(Errc::no_input, fmt::format("there is no subscriber {}", address.text()));
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
    print(json_line(json));
    return Exit::done;
  }
  std::string out = printable(address.text()) + "\n";
  if (found) {
    if (!found->name.empty()) out += fmt::format("  name      {}\n", printable(found->name));
    out += fmt::format("  language  {}\n", found->language.empty() ? config->newsletter.language + " (the newsletter's)" : found->language);
    out += fmt::format("  topics    {}\n", found->topics.empty() ? "all" : printable(join(found->topics, ", ")));
    for (const auto& each : found->subscriptions) {
      out += fmt::format("  {}  {} since {}\n", each.digest, name_of(each.state), local_time(zone, each.since));
    }
  }
  if (suppression) {
    const auto words = app::suppression_in_words(fmt::format("suppressed: {}", name_of(suppression->cause)));
    out += fmt::format("  never mailed since {}: {}{}\n", local_time(zone, suppression->at), words,
                       suppression->detail.empty() ? "" : fmt::format(" ({})", printable(suppression->detail)));
  }
  for (const auto& each : history) {
    out += fmt::format("  {}  {} {} by {} {}\n", local_time(zone, each.at), name_of(each.event),
                       each.digest.empty() ? "all" : each.digest, name_of(each.origin), printable(each.detail));
  }
  if (found) {
    TIDINGS_LET(const auto mail, mail_in_words(session, *database, zone, found->id));
    out += mail;
  }
  print(out);
  return Exit::done;
}

struct SetOptions {
  std::string address;
  std::optional<std::string> name;
  std::optional<std::string> language;
  std::optional<std::vector<std::string>> topics;
  bool all_topics = false;
  std::vector<std::string> cadence;
};

/// "weekly", several digests, or "off" alone.
Result<std::vector<std::string>> digests_of_cadence(const app::Config& config, const std::vector<std::string>& words) {
  std::vector<std::string> digests;
  for (const auto& word : words) {
    if (word == "off" && config.find_digest(word) == nullptr) {
      if (words.size() > 1) return fail(Errc::usage, "--cadence off goes with no digest");
      return digests;
    }
    TIDINGS_TRY(config.digest(word));
    if (std::ranges::find(digests, word) == digests.end()) digests.push_back(word);
  }
  return digests;
}

Result<std::string> set_cadence(Session& session, store::Database& database, SubscriberId id, const SetOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(const auto digests, digests_of_cadence(*config, options.cadence));
  TIDINGS_LET(const auto change, app::change_cadence(database, session.clock(), id, digests, Origin::cli, "subscriber set"));
  std::string out;
  const auto part = [&](const std::vector<std::string>& names, std::string_view words) {
    if (!names.empty()) out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", words, join(names, ", "));
  };
  part(change.left, "no longer");
  part(change.joined, "from now on");
  part(change.pending, "must be confirmed first");
  return out;
}

Result<Exit> set(Session& session, const SetOptions& options) {
  TIDINGS_LET(auto* const database, session.database(store::Create::no));
  SubscriberTable table{*database, session.clock()};
  TIDINGS_LET(const auto found, find_subscriber(table, options.address));
  SubscriberChange change{.name = options.name,
                          .language = options.language,
                          .topics = options.topics,
                          .origin = Origin::cli,
                          .detail = "subscriber set"};
  if (options.all_topics) change.topics = std::vector<std::string>{};
  const bool has_change = change.name || change.language || change.topics;
  if (!has_change && options.cadence.empty()) {
    return fail(Errc::usage, "nothing to set", "--cadence, --name, --language, --topic or --all-topics");
  }
  std::string done;
  if (!options.cadence.empty()) {
    TIDINGS_LET(done, set_cadence(session, *database, found.id, options));
  }
  if (has_change) {
    TIDINGS_LET(const bool changed, table.set(found.id, change));
    if (changed) done = done.empty() ? "changed" : "changed; " + done;
  }
  print(fmt::format("{}: {}\n", found.address, done.empty() ? "nothing changed" : done));
  return Exit::done;
}

struct UnsubscribeOptions {
  std::string address;
  std::vector<std::string> digests;
};

Result<Exit> unsubscribe(Session& session, const UnsubscribeOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  for (const auto& name : options.digests) TIDINGS_TRY(config->digest(name));
  TIDINGS_LET(auto* const database, session.database(store::Create::no));
  SubscriberTable table{*database, session.clock()};
  TIDINGS_LET(const auto found, find_subscriber(table, options.address));
  std::vector<std::string> ended;
  const auto names = options.digests.empty() ? std::vector<std::string>{""} : options.digests;
  for (const auto& name : names) {
    TIDINGS_LET(const auto some, table.unsubscribe(found.id, name, Origin::cli, "subscriber unsubscribe"));
    ended.insert(ended.end(), some.begin(), some.end());
  }
  print(ended.empty() ? fmt::format("{} was not subscribed\n", found.address)
                      : fmt::format("{} has left: {}\n", found.address, join(ended, ", ")));
  return Exit::done;
}

Result<Exit> erase(Session& session, const AddressOption& options) {
  TIDINGS_LET(auto* const database, session.database(store::Create::no));
  SubscriberTable table{*database, session.clock()};
  TIDINGS_LET(const auto found, find_subscriber(table, options.address));
  TIDINGS_TRY(delivery::Ledger(*database, session.clock()).forget_replies(found.id));
  TIDINGS_TRY(table.erase(found.id));
  print(fmt::format("{} is erased and will not be added again by an import\n", found.address));
  return Exit::done;
}

struct ConfirmOptions {
  std::string what;
  std::vector<std::string> digests;
};

/// By the token of a confirmation mail, or for an address whose consent you have.
Result<Exit> confirm(Session& session, const ConfirmOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  for (const auto& name : options.digests) TIDINGS_TRY(config->digest(name));
  TIDINGS_LET(auto* const database, session.database(store::Create::no));
  if (options.what.find('@') == std::string::npos) {
    Confirmations confirmations{*database, session.clock(), session.random()};
    TIDINGS_LET(const auto redeemed, confirmations.redeem(trim(options.what), Origin::cli, "subscriber confirm, by token"));
    if (!redeemed) return fail(Errc::no_input, "this token confirms nothing", "it is good once, for three days");
    print(fmt::format("confirmed: {}\n", join(redeemed->digests, ", ")));
    return Exit::done;
  }
  SubscriberTable table{*database, session.clock()};
  TIDINGS_LET(const auto found, find_subscriber(table, options.what));
  std::vector<std::string> confirmed;
  const auto names = options.digests.empty() ? std::vector<std::string>{""} : options.digests;
  for (const auto& name : names) {
    TIDINGS_LET(const auto some, table.confirm(found.id, name, Origin::cli, "subscriber confirm"));
    confirmed.insert(confirmed.end(), some.begin(), some.end());
  }
  print(confirmed.empty() ? fmt::format("{} waits for no confirmation\n", found.address)
                          : fmt::format("{} confirmed: {}\n", found.address, join(confirmed, ", ")));
  return Exit::done;
}

Result<Exit> rotate_keys(Session& session, const NoOptions& /*options*/) {
  TIDINGS_LET(auto* const database, session.database(store::Create::no));
  TIDINGS_LET(const auto keys, KeyRing::rotate(*database, session.random(), session.clock()));
  print(fmt::format("key {} signs the links from now on; links of older keys stay good\n", keys.newest().id));
  return Exit::done;
}

struct ImportCommand {
  std::string file;
  std::vector<std::string> digests;
  std::vector<std::string> map;
  bool confirmed = false;
  bool dry_run = false;
  bool ask = false;
  std::string reject_file;
  bool json = false;
};

Result<ImportOptions> import_options(const app::Config& config, const ImportCommand& command) {
  ImportOptions options;
  TIDINGS_LET(options.digests, digests_or_all(config, command.digests));
  for (const auto& digest : config.digests) options.known_digests.push_back(digest.name);
  options.state = command.confirmed ? SubscriptionState::confirmed : SubscriptionState::pending;
  for (const auto& pair : command.map) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos) return fail(Errc::usage, fmt::format("--map {} is no pair", pair), "--map email=Column");
    options.map.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
  }
  options.ask = command.ask ? AskReaders::yes : AskReaders::no;
  options.dry_run = command.dry_run ? DryRun::yes : DryRun::no;
  options.reject_file = command.reject_file;
  options.detail = command.file == "-" ? "standard input" : std::filesystem::path{command.file}.filename().string();
  return options;
}

Json json_of(const ImportReport& report) {
  Json rejected = Json::array();
  for (const auto& line : report.rejected_lines) rejected.push_back({{"line", line.line}, {"reason", line.reason}});
  Json warnings = Json::array();
  for (const auto& line : report.warnings) warnings.push_back({{"line", line.line}, {"reason", line.reason}});
  return {{"format", report.format},         {"records", report.records},
          {"added", report.added},           {"updated", report.updated},
          {"unchanged", report.unchanged},   {"withdrawn", report.withdrawn},
          {"suppressed", report.suppressed}, {"skipped_left", report.skipped_left},
          {"skipped_suppressed", report.skipped_suppressed}, {"rejected", report.rejected}, {"asked", report.asked},
          {"rejected_lines", std::move(rejected)}, {"warnings", std::move(warnings)}};
}

Result<Exit> import_file(Session& session, const ImportCommand& command) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(const auto options, import_options(*config, command));
  // Before the database is made: an absent file must leave nothing behind.
  TIDINGS_LET(auto reader, CsvReader::open(command.file));
  TIDINGS_LET(auto* const database, command.dry_run ? session.database_copy() : session.database());
  TIDINGS_LET(const auto report, import_csv(*database, session.clock(), reader, options));
  // The good lines are in; the status tells a script that somebody has to look at the others.
  const auto conclude = [&]() -> Result<Exit> {
    if (report.rejected == 0) return Exit::done;
    return fail(Errc::bad_data, fmt::format("{}: {} rejected, the others are imported", command.file, plural(report.rejected, "line")),
                "mend them and import again; --rejects FILE collects them");
  };
  if (command.json) {
    print(json_line(json_of(report)));
    return conclude();
  }
  for (const auto& line : report.rejected_lines) log::warning(fmt::format("{}:{}: {}: rejected", command.file, line.line, line.reason));
  for (const auto& line : report.warnings) log::warning(fmt::format("{}:{}: {}", command.file, line.line, line.reason));
  std::string columns;
  for (const auto& column : report.columns) {
    if (!column.header.empty()) columns += fmt::format(" {}={}", column.column, column.header);
  }
  std::string out = fmt::format("{} of {} ({};{})\n", plural(report.records, "line"), command.file, report.format, printable(columns));
  const auto count = [&](std::int64_t number, std::string_view words) {
    if (number != 0) out += fmt::format("  {:>8}  {}\n", number, words);
  };
  count(report.added, command.dry_run ? "would be added" : "added");
  count(report.updated, "updated");
  count(report.unchanged, "there already");
  count(report.withdrawn, "have left");
  count(report.suppressed, "suppressed");
  count(report.skipped_left, "not brought back: they had left");
  count(report.skipped_suppressed, "not added: suppressed");
  count(report.rejected, "rejected");
  count(report.asked, command.dry_run ? "would be asked for a confirmation" : "confirmation mails wait; \"serve\" or \"send --due\" sends them");
  print(out);
  return conclude();
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
    print(person.dump(2) + "\n");
    return Exit::done;
  }
  TIDINGS_LET(const auto filter, filter_of(command.filter));
  const auto format = command.filter.json ? ExportFormat::json_lines : ExportFormat::csv;
  if (command.file == "-") {
    const auto sink = [](std::string_view piece) -> Result<void> {
      print(piece);
      return {};
    };
    TIDINGS_TRY(export_subscribers(*database, session.clock(), filter, format, sink));
    return Exit::done;
  }
  // Collected first: a target appears whole or not at all.
  std::string text;
  const auto sink = [&](std::string_view piece) -> Result<void> {
    text += piece;
    return {};
  };
  TIDINGS_LET(const auto count, export_subscribers(*database, session.clock(), filter, format, sink));
  TIDINGS_TRY(write_file(command.file, text));
  print(fmt::format("{} to {}\n", plural(count, "subscriber"), command.file));
  return Exit::done;
}

struct SuppressionOptions {
  std::string address;
  std::string detail;
  bool json = false;
};

Result<Exit> list_suppressions(Session& session, const JsonOption& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(auto* const database, session.database_read_only());
  Suppressions suppressions{*database, session.clock()};
  std::string lines;
  Table out{{"ADDRESS", "CAUSE", "SINCE", "DETAIL"}};
  std::string after;
  for (;;) {
    TIDINGS_LET(const auto page, suppressions.list({}, after, 1000));
    for (const auto& each : page) {
      if (options.json) {
        lines += json_line({{"address", each.address_key}, {"cause", name_of(each.cause)}, {"at", json_time(each.at)}, {"detail", each.detail}});
      } else {
        out.add({each.address_key, std::string{name_of(each.cause)}, local_time(config->newsletter.zone, each.at), each.detail});
      }
    }
    if (page.size() < 1000) break;
    after = page.back().address_key;
  }
  print(options.json ? lines : out.text());
  return Exit::done;
}

Result<Exit> add_suppression(Session& session, const SuppressionOptions& options) {
  TIDINGS_LET(const auto address, parse_mail_address(trim(options.address)));
  TIDINGS_LET(auto* const database, session.database());
  TIDINGS_LET(const bool added, Suppressions(*database, session.clock()).add(address, SuppressionCause::manual, options.detail));
  print(fmt::format("{} {}\n", address.text(), added ? "will never be mailed" : "was suppressed already"));
  return Exit::done;
}

Result<Exit> remove_suppression(Session& session, const SuppressionOptions& options) {
  TIDINGS_LET(const auto address, parse_mail_address(trim(options.address)));
  TIDINGS_LET(auto* const database, session.database(store::Create::no));
  TIDINGS_LET(const bool removed, Suppressions(*database, session.clock()).remove(address));
  if (!removed) return fail(Errc::no_input, fmt::format("{} is not suppressed", address.text()));
  print(fmt::format("{} may be mailed again\n", address.text()));
  return Exit::done;
}

void add_list_commands(Command noun, Session& session) {
  add_command<FilterOptions>(noun, session, "list", "who is on the list",
                             [](Command command, FilterOptions& options) {
                               add_filter(command, options);
                               command.add_option("--limit", options.limit, "at most so many").show_default().at_least(1);
                               command.add_option("--after", options.after, "go on after this id");
                               command.add_flag("--count", options.count, "only how many");
                               add_json(command, options.json);
                             },
                             list);
  add_command<AddressOption>(noun, session, "show", "the whole story of one address",
                             [](Command command, AddressOption& options) {
                               command.add_option("ADDRESS", options.address).required();
                               add_json(command, options.json);
                             },
                             show);
  add_command<ImportCommand>(noun, session, "import", "take a list from a CSV file (formats: subscribers/README.md)",
                             [](Command command, ImportCommand& options) {
                               command.add_option("FILE", options.file, "\"-\" is standard input").required();
                               command.add_option("--digest", options.digests, "for lines that name none (default: every digest)");
                               command.add_option("--map", options.map, "COLUMN=HEADER, e.g. email=\"E-Mail\"");
                               command.add_flag("--confirmed", options.confirmed, "you have these readers' consent");
                               command.add_flag("--send-confirmations", options.ask, "ask those who are pending, by mail");
                               command.add_flag("--dry-run", options.dry_run, "report only");
                               command.add_option("--rejects", options.reject_file, "write rejected lines there");
                               add_json(command, options.json);
                             },
                             import_file);
  add_command<ExportCommand>(noun, session, "export", "the list as CSV that import takes back, or JSON",
                             [](Command command, ExportCommand& options) {
                               command.add_option("FILE", options.file, "\"-\" is standard output").show_default();
                               command.add_option("--one", options.one, "all that is known of one address, as JSON");
                               add_filter(command, options.filter);
                               add_json(command, options.filter.json);
                             },
                             export_file);
}

void add_change_commands(Command noun, Session& session) {
  add_command<AddOptions>(noun, session, "add", "add a subscriber",
                          [](Command command, AddOptions& options) {
                            command.add_option("ADDRESS", options.address).required();
                            command.add_option("--name", options.name);
                            command.add_option("--language", options.language, "BCP 47; default: the newsletter's");
                            command.add_option("--digest", options.digests, "default: every digest");
                            command.add_option("--topic", options.topics, "default: every topic");
                            command.add_flag("--confirmed", options.confirmed, "you have the reader's consent");
                          },
                          add);
  add_command<SetOptions>(noun, session, "set", "change cadence, name, language or topics",
                          [](Command command, SetOptions& options) {
                            command.add_option("ADDRESS", options.address).required();
                            command.add_option("--name", options.name);
                            command.add_option("--language", options.language);
                            command.add_option("--topic", options.topics, "replaces the topics");
                            command.add_option("--cadence", options.cadence, "the digest to get from now on (several: all of them), or off; "
                                               "nothing is missed or sent twice").value_name("DIGEST|off");
                            command.add_flag("--all-topics", options.all_topics, "every topic");
                          },
                          set);
  add_command<UnsubscribeOptions>(noun, session, "unsubscribe", "withdraw the consent",
                                  [](Command command, UnsubscribeOptions& options) {
                                    command.add_option("ADDRESS", options.address).required();
                                    command.add_option("--digest", options.digests, "default: every digest");
                                  },
                                  unsubscribe);
  add_command<ConfirmOptions>(noun, session, "confirm", "pending becomes confirmed: by the token of a mail, or with consent you have",
                              [](Command command, ConfirmOptions& options) {
                                command.add_option("ADDRESS|TOKEN", options.what).required();
                                command.add_option("--digest", options.digests, "default: every digest that waits");
                              },
                              confirm);
  add_command<AddressOption>(noun, session, "erase", "forget a person (an import will not bring them back)",
                             [](Command command, AddressOption& options) {
                               command.add_option("ADDRESS", options.address).required();
                             },
                             erase);
}

}  // namespace

void add_subscriber_commands(Command app, Session& session) {
  const auto noun = add_noun(app, "subscriber", "the list");
  add_change_commands(noun, session);
  add_list_commands(noun, session);

  const auto keys = add_noun(app, "keys", "what signs the links in mails");
  add_command<NoOptions>(keys, session, "rotate", "a new key; old links stay good", no_setup, rotate_keys);

  const auto suppression = add_noun(app, "suppression", "addresses that are never mailed");
  add_command<JsonOption>(suppression, session, "list", "all of them with their cause",
                          [](Command command, JsonOption& options) { add_json(command, options.json); }, list_suppressions);
  add_command<SuppressionOptions>(suppression, session, "add", "never mail this address",
                                  [](Command command, SuppressionOptions& options) {
                                    command.add_option("ADDRESS", options.address).required();
                                    command.add_option("--reason", options.detail);
                                  },
                                  add_suppression);
  add_command<SuppressionOptions>(suppression, session, "remove", "lift it",
                                  [](Command command, SuppressionOptions& options) {
                                    command.add_option("ADDRESS", options.address).required();
                                  },
                                  remove_suppression);
}

}  // namespace tidings::cli
