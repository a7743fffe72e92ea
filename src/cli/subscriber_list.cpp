// subscriber list | show | export
#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "app/report.hpp"
#include "base/file.hpp"
#include "base/terminal.hpp"
#include "base/text.hpp"
#include "bounce/effect.hpp"
#include "cli/output.hpp"
#include "cli/subscriber_commands.hpp"
#include "members/personal_data.hpp"
#include "members/roster.hpp"
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
                             {"confirmed_at", json_time(each.confirmed)},
                             {"paused_until", json_time(each.paused_until)},
                             {"answer_by", json_time(each.answer_by)}});
  }
  return {{"id", subscriber.id.value},
          {"address", subscriber.address},
          {"name", json_text(subscriber.name)},
          {"language", json_text(subscriber.language)},
          {"timezone", json_text(subscriber.timezone)},
          {"topics", subscriber.topics},
          {"fields", subscriber.fields},
          {"created_at", json_time(subscriber.created)},
          {"subscriptions", std::move(subscriptions)}};
}

Json json_of(const std::optional<Suppression>& suppression) {
  if (!suppression) return nullptr;
  return {{"cause", name_of(suppression->cause)},
          {"at", json_time(suppression->at)},
          {"detail", json_text(suppression->detail)}};
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
};

void add_filter(Command command, FilterOptions& options) {
  command
      .add_option("--status", options.status,
                  "pending, confirmed, paused, withdrawn, or suppressed (never mailed)")
      .one_of({"pending", "confirmed", "paused", "withdrawn", "suppressed"});
  command.add_option("--digest", options.digest, "only subscriptions to this digest");
  command.add_option("--topic", options.topic, "only those who chose this topic");
  command.add_option("--domain", options.domain, "addresses in this domain");
  command.add_option("--since", options.since, "added at or after, e.g. 2026-01-26T08:00:00Z")
      .value_name("TIME");
  command.add_option("--search", options.text, "text in address or name");
}

Result<SubscriberFilter> filter_of(const FilterOptions& options) {
  SubscriberFilter filter{.state = {},
                          .digest = options.digest,
                          .topic = options.topic,
                          .domain = options.domain,
                          .since = {},
                          .text = options.text,
                          .suppressed_only = options.status == "suppressed"};
  filter.state = subscription_state_of(options.status);
  if (!options.since.empty()) {
    TIDINGS_LET(filter.since, parse_rfc3339(options.since));
  }
  return filter;
}

Result<Exit> list(Session& session, const FilterOptions& options) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  TIDINGS_LET(const auto filter, filter_of(options));
  TIDINGS_TRY(members::check_filter(context, filter));
  if (options.count) {
    TIDINGS_LET(const auto count, members::count_subscribers(context, filter));
    show({{"subscriber_count", count}}, fmt::format("{}\n", count));
    return Exit::done;
  }
  TIDINGS_LET(auto subscribers,
              members::list_subscribers(context, filter,
                                        {.after = SubscriberId{options.after}, .limit = options.limit + 1}));
  std::string more;
  if (std::cmp_greater(subscribers.size(), options.limit)) {
    subscribers.pop_back();
    more = there_are_more(std::to_string(subscribers.back().id.value), options.limit);
  }
  Listing out{{"ADDRESS", "NAME", "LANGUAGE", "DIGESTS", "TOPICS", "SINCE"}};
  for (const auto& each : subscribers) {
    TIDINGS_LET(const auto suppression, members::suppression_of(context, each));
    auto object = json_of(each);
    object["suppressed"] = json_of(suppression);
    const auto never = suppression ? fmt::format(" (suppressed: {})", name_of(suppression->cause)) : "";
    out.add(object, {each.address, shorten(each.name, 24), each.language, subscriptions_text(each) + never,
                     join(each.topics, ", "),
                     local_time(context.config.newsletter.zone, each.created).substr(0, 10)});
  }
  out.print(more);
  return Exit::done;
}

/// Somebody who is suppressed, but never was on the list.
Json person_object(const MailAddress& address) {
  return {{"id", nullptr},
          {"address", address.text()},
          {"name", nullptr},
          {"language", nullptr},
          {"timezone", nullptr},
          {"topics", Json::array()},
          {"fields", Json::object()},
          {"created_at", nullptr},
          {"subscriptions", Json::array()}};
}

Json json_of(const members::Story& story, const MailAddress& address) {
  Json json = story.subscriber ? json_of(*story.subscriber) : person_object(address);
  json["suppressed"] = json_of(story.suppression);
  json["consents"] = Json::array();
  for (const auto& each : story.consents) {
    json["consents"].push_back({{"event", name_of(each.event)},
                                {"digest", json_text(each.digest)},
                                {"at", json_time(each.at)},
                                {"origin", name_of(each.origin)},
                                {"detail", json_text(each.detail)}});
  }
  json["deliveries"] = members::deliveries_of(story);
  json["bounces"] = members::bounces_of(story);
  return json;
}

/// What was mailed to somebody, and what came back.
std::string mail_in_words(const members::Story& story, const Zone& zone) {
  std::map<std::string_view, int> by_state;
  for (const auto& each : story.deliveries) ++by_state[delivery::name_of(each.row.state)];
  std::string counts;
  for (const auto& [state, count] : by_state)
    counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, state);
  std::string out = fmt::format("  mails     {}\n", counts.empty() ? "none yet" : counts);
  constexpr std::size_t most_events = 10;
  for (const auto& each : std::span{story.bounces}.first(std::min(most_events, story.bounces.size()))) {
    const auto* const what = each.kind == "complaint" ? "complained"
                             : each.kind == "hard"    ? "bounced for good"
                                                      : "bounced";
    out += fmt::format("  {}  {}: {}{}{}; {}\n", local_time(zone, each.at), what, printable(each.reason),
                       each.status.empty() ? "" : " ", each.status, bounce::effect_in_words(each));
  }
  return out;
}

std::string text_of(const members::Story& story, const MailAddress& address, const config::Config& config) {
  const auto& zone = config.newsletter.zone;
  std::string out = printable(address.text()) + "\n";
  if (const auto& found = story.subscriber) {
    if (!found->name.empty()) out += fmt::format("  name      {}\n", printable(found->name));
    out += fmt::format("  language  {}\n", found->language.empty()
                                               ? config.newsletter.language + " (the newsletter's)"
                                               : found->language);
    if (!found->timezone.empty()) out += fmt::format("  zone      {}\n", found->timezone);
    out +=
        fmt::format("  topics    {}\n", found->topics.empty() ? "all" : printable(join(found->topics, ", ")));
    for (const auto& [name, value] : found->fields)
      out += fmt::format("  {:<8}  {}\n", name, printable(value));
    for (const auto& each : found->subscriptions) {
      const auto until = each.paused_until
                             ? fmt::format(" until {}", local_time(zone, each.paused_until).substr(0, 10))
                             : std::string{};
      const auto ends = each.answer_by ? fmt::format(", ends {} without an answer",
                                                     local_time(zone, each.answer_by).substr(0, 10))
                                       : std::string{};
      out += fmt::format("  {}  {}{} since {}{}\n", each.digest, name_of(each.state), until,
                         local_time(zone, each.since), ends);
    }
  }
  if (const auto& suppression = story.suppression) {
    const auto words = app::suppression_in_words(fmt::format("suppressed: {}", name_of(suppression->cause)));
    out +=
        fmt::format("  never mailed since {}: {}{}\n", local_time(zone, suppression->at), words,
                    suppression->detail.empty() ? "" : fmt::format(" ({})", printable(suppression->detail)));
  }
  for (const auto& each : story.consents) {
    out +=
        fmt::format("  {}  {} {} by {} {}\n", local_time(zone, each.at), name_of(each.event),
                    each.digest.empty() ? "all" : each.digest, name_of(each.origin), printable(each.detail));
  }
  return story.subscriber ? out + mail_in_words(story, zone) : out;
}

/// The whole story of one address: subscriptions, consents, deliveries, bounces.
Result<Exit> show_person(Session& session, const AddressOption& options) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  TIDINGS_LET(const auto address, parse_mail_address(trim(options.address)));
  TIDINGS_LET(const auto story, members::story_of(context, address));
  show(json_of(story, address), text_of(story, address, context.config));
  return Exit::done;
}

struct ExportCommand {
  std::string file = "-";
  std::string one;
  FilterOptions filter;
};

Result<Exit> export_file(Session& session, const ExportCommand& command) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  auto& database = context.database;
  if (!command.one.empty()) {
    TIDINGS_LET(const auto address, parse_mail_address(command.one));
    TIDINGS_LET(const auto person, members::personal_data(context, address));
    print_document(form() == Form::json ? json_line(Json::parse(person)) : json_with_escapes(person));
    return Exit::done;
  }
  TIDINGS_LET(const auto filter, filter_of(command.filter));
  const ExportOptions wanted{.format = form() == Form::json ? ExportFormat::json_lines : ExportFormat::csv,
                             .fields = field_names(context.config)};
  if (command.file == "-") {
    const auto sink = [](std::string_view piece) -> Result<void> {
      print_document(piece);
      return {};
    };
    TIDINGS_TRY(export_subscribers(database, context.clock, filter, wanted, sink));
    return Exit::done;
  }
  // Collected first: a file appears complete or not at all.
  std::string text;
  const auto sink = [&](std::string_view piece) -> Result<void> {
    text += piece;
    return {};
  };
  TIDINGS_LET(const auto count, export_subscribers(database, context.clock, filter, wanted, sink));
  TIDINGS_TRY(write_file(command.file, text));
  tell({{"file", command.file}, {"subscriber_count", count}},
       fmt::format("{} to {}\n", plural(count, "subscriber"), command.file));
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
      },
      list);
  add_command<AddressOption>(
      noun, session, "show", "show everything about one address",
      [](Command command, AddressOption& options) {
        command.add_option("ADDRESS", options.address, "e.g. ada@example.org").required();
      },
      show_person);
  add_command<ExportCommand>(
      noun, session, "export", "write the list as CSV that import accepts, or as JSON",
      [](Command command, ExportCommand& options) {
        command.add_option("FILE", options.file, "\"-\" is standard output").show_default();
        command.add_option("--one", options.one, "all data about one address, as JSON").value_name("ADDRESS");
        add_filter(command, options.filter);
      },
      export_file);
}

}  // namespace tidings::cli
