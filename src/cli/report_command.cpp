// report: results of an edition, or of all, for people, for programs, or as a page
#include <algorithm>

#include <fmt/format.h>

#include "app/overview.hpp"
#include "app/report.hpp"
#include "app/report_page.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "bounce/effect.hpp"
#include "cli/command.hpp"
#include "cli/objects.hpp"
#include "cli/output.hpp"

namespace tidings::cli {
namespace {

std::string_view in_words(subscriber::LeaveReason reason) {
  using subscriber::LeaveReason;
  switch (reason) {
    case LeaveReason::too_many: return "too many emails";
    case LeaveReason::not_expected: return "not what they expected";
    case LeaveReason::never_subscribed: return "never subscribed";
    case LeaveReason::reads_elsewhere: return "reads it elsewhere";
    case LeaveReason::other: return "another reason";
  }
  return "";
}

struct ReportOptions {
  std::string edition;
  std::string html;
};

constexpr std::size_t most_domains = 20;

std::vector<std::pair<std::string, delivery::Counts>> largest_first(const app::EditionReport& report) {
  std::vector<std::pair<std::string, delivery::Counts>> domains{report.domains.begin(), report.domains.end()};
  std::ranges::stable_sort(domains, std::ranges::greater{},
                           [](const auto& each) { return each.second.recipients; });
  return domains;
}

Json json_of(const app::EditionReport& report) {
  auto json = edition_object(report.edition);
  json["last_answer"] = json_time(report.last_answer);
  json["sent_per_second"] = report.rate();
  json["post_count"] = report.posts;
  json["segment_count"] = report.segments;
  add_counts(json, report.counts);
  json["open_count"] = report.counts.open();
  json["retried_count"] = report.retried;
  json["balances"] = report.counts.balances();
  json["notes"] = report.notes;
  json["reasons"] = Json::array();
  for (const auto& each : report.reasons) {
    json["reasons"].push_back({{"state", delivery::name_of(each.state)},
                               {"reason", json_text(each.reason)},
                               {"delivery_count", each.count}});
  }
  json["returned"] = Json::array();
  for (const auto& each : report.returned) {
    json["returned"].push_back({{"kind", each.kind},
                                {"reason", json_text(each.reason)},
                                {"subscriber_count", each.readers},
                                {"counted", each.counted},
                                {"suppressed", each.suppressed}});
  }
  json["left"] = Json::array();
  for (const auto& [how, number] : report.left)
    json["left"].push_back({{"origin", how}, {"subscriber_count", number}});
  json["leave_reasons"] = Json::array();
  for (const auto& [reason, number] : report.leave_reasons)
    json["leave_reasons"].push_back({{"reason", name_of(reason)}, {"subscriber_count", number}});
  const auto counted = [](std::string_view key, const std::string& name, const delivery::Counts& counts) {
    Json one{{std::string{key}, name}};
    add_counts(one, counts);
    one["open_count"] = counts.open();
    return one;
  };
  json["domains"] = Json::array();
  for (const auto& [domain, counts] : largest_first(report))
    json["domains"].push_back(counted("domain", domain, counts));
  json["relays"] = Json::array();
  for (const auto& [relay, counts] : report.relays) json["relays"].push_back(counted("relay", relay, counts));
  return json;
}

std::string relays_of(const app::EditionReport& report, const Paper& paper) {
  Table out{{"RELAY", "TOOK", "REFUSED", "IN DOUBT", "OPEN"}};
  for (const auto& [relay, counts] : report.relays) {
    out.add({printable(relay), std::to_string(counts.sent + counts.bounced), std::to_string(counts.failed),
             std::to_string(counts.in_doubt), std::to_string(counts.open())});
  }
  return out.text(paper);
}

std::string table_of(const app::EditionReport& report, const Paper& paper) {
  Table out{{"DOMAIN", "RECIPIENTS", "SENT", "FAILED", "SUPPRESSED", "IN DOUBT", "OPEN", "BOUNCED"}};
  std::size_t shown = 0;
  delivery::Counts others;
  std::size_t more = 0;
  const auto add = [&](const std::string& name, const delivery::Counts& counts) {
    out.add({name, std::to_string(counts.recipients), std::to_string(counts.sent + counts.bounced),
             std::to_string(counts.failed), std::to_string(counts.suppressed),
             std::to_string(counts.in_doubt), std::to_string(counts.open()), std::to_string(counts.bounced)});
  };
  for (const auto& [domain, counts] : largest_first(report)) {
    if (shown++ < most_domains) {
      add(printable(domain), counts);
      continue;
    }
    ++more;
    others.recipients += counts.recipients;
    others.sent += counts.sent;
    others.failed += counts.failed;
    others.suppressed += counts.suppressed;
    others.in_doubt += counts.in_doubt;
    others.planned += counts.open();
    others.bounced += counts.bounced;
  }
  if (more > 0) add(fmt::format("({} others)", more), others);
  return out.text(paper);
}

/// Harmless to a terminal.
std::string text_of(const app::EditionReport& report, const Zone& zone, const Paper& paper = {}) {
  const auto& edition = report.edition;
  const auto& counts = report.counts;
  auto out = fmt::format("{} \"{}\", {}\n", digest::name_of(edition), printable(edition.title),
                         digest::name_of(edition.state));
  if (!edition.reason.empty()) out += "reason      " + printable(edition.reason) + "\n";
  out += fmt::format("scheduled   {}\n", local_time(zone, edition.scheduled));
  if (edition.approved) out += fmt::format("approved    {}\n", local_time(zone, edition.approved));
  out += fmt::format("first mail  {}\nlast answer {}\n", local_time(zone, edition.started),
                     local_time(zone, report.last_answer));
  if (report.rate() > 0) {
    out += fmt::format(
        "rate        {:.1f} per second, {} in all\n", report.rate(),
        format_duration(std::chrono::ceil<std::chrono::seconds>(*report.last_answer - *edition.started)));
  }
  out += fmt::format("posts       {} in {}\n", report.posts, plural(report.segments, "segment"));
  for (const auto& note : report.notes) out += "shortened   " + printable(note) + "\n";
  out += fmt::format("recipients  {} = {} sent + {} failed + {} suppressed + {} in doubt + {} open{}\n",
                     counts.recipients, report.sent(), counts.failed, counts.suppressed, counts.in_doubt,
                     counts.open(), counts.balances() ? "" : "  DOES NOT BALANCE");
  if (report.retried > 0) out += fmt::format("retried     {} sent at a later attempt\n", report.retried);
  if (counts.bounced > 0) out += fmt::format("bounced     {} of those sent\n", counts.bounced);
  if (!report.reasons.empty()) {
    Table reasons{{"COUNT", "STATE", "WHY"}};
    for (const auto& each : report.reasons)
      reasons.add(
          {std::to_string(each.count), std::string{delivery::name_of(each.state)}, printable(each.reason)});
    out += "\n" + reasons.text(paper);
  }
  if (!report.returned.empty()) {
    Table returned{{"READERS", "CAME BACK", "WHY", "AND SO"}};
    for (const auto& each : report.returned)
      returned.add(
          {std::to_string(each.readers), each.kind, printable(each.reason), bounce::effect_in_words(each)});
    out += "\n" + returned.text(paper);
  }
  std::int64_t left = 0;
  std::string how;
  for (const auto& [origin, number] : report.left) {
    left += number;
    how += fmt::format("{}{} {}", how.empty() ? "" : ", ", number, origin);
  }
  out += fmt::format("\n{} unsubscribed between this edition and the next{}\n",
                     left == 0 ? "nobody" : plural(left, "reader"), how.empty() ? "" : " (" + how + ")");
  for (const auto& [reason, number] : report.leave_reasons)
    out += fmt::format("  {} said: {}\n", number, in_words(reason));
  if (!report.relays.empty()) out += "\n" + relays_of(report, paper);
  return report.domains.empty() ? out : out + "\n" + table_of(report, paper);
}

double in_seconds(std::chrono::milliseconds time) { return static_cast<double>(time.count()) / 1000.0; }

Json json_of(const app::Overview& overview, const Zone& zone) {
  Json weeks = Json::array();
  for (const auto& week : overview.weeks) {
    weeks.push_back({{"week", local_time(zone, week.monday).substr(0, 10)},
                     {"joined_count", week.joined},
                     {"confirmed_count", week.confirmed},
                     {"left_count", week.left},
                     {"bounced_count", week.bounced}});
  }
  Json editions = Json::array();
  for (const auto& each : overview.editions) {
    const auto& history = each.history;
    Json one{{"edition", digest::name_of(each.edition)},
             {"digest", each.edition.digest},
             {"scheduled", json_time(each.edition.scheduled)},
             {"post_count", each.posts}};
    add_counts(one, each.counts);
    one["left_count"] = each.left;
    one["mail_bytes"] = history.mail_bytes > 0 ? Json(history.mail_bytes) : Json(nullptr);
    one["compose_seconds"] = in_seconds(history.compose.elapsed);
    one["compose_cpu_seconds"] = in_seconds(history.compose.processor);
    one["deliver_seconds"] = in_seconds(history.deliver.elapsed);
    one["deliver_cpu_seconds"] = in_seconds(history.deliver.processor);
    editions.push_back(std::move(one));
  }
  return {{"subscriber_count", overview.subscribers},
          {"weeks", std::move(weeks)},
          {"editions", std::move(editions)}};
}

std::string seconds(std::chrono::milliseconds time) { return fmt::format("{:.1f} s", in_seconds(time)); }

std::string text_of(const app::Overview& overview, const Zone& zone, const Paper& paper) {
  auto out = fmt::format("{} with a subscription\n", plural(overview.subscribers, "reader"));
  Table weeks{{"WEEK OF", "JOINED", "CONFIRMED", "LEFT", "BOUNCED"}};
  for (const auto& week : overview.weeks) {
    if (week.joined + week.confirmed + week.left + week.bounced == 0) continue;
    weeks.add({local_time(zone, week.monday).substr(0, 10), std::to_string(week.joined),
               std::to_string(week.confirmed), std::to_string(week.left), std::to_string(week.bounced)});
  }
  out += weeks.empty() ? "nobody has joined or left in half a year\n" : "\n" + weeks.text(paper);
  Table editions{
      {"EDITION", "DUE", "POSTS", "READERS", "SENT", "FAILED", "BOUNCED", "LEFT", "MAIL", "TIME", "CPU"}};
  for (const auto& each : overview.editions) {
    const auto& history = each.history;
    editions.add({digest::name_of(each.edition), local_time(zone, each.edition.scheduled).substr(0, 10),
                  std::to_string(each.posts), std::to_string(each.counts.recipients),
                  std::to_string(each.sent()), std::to_string(each.counts.failed),
                  std::to_string(each.counts.bounced), std::to_string(each.left),
                  history.mail_bytes > 0 ? format_size(history.mail_bytes) : "-",
                  seconds(history.compose.elapsed + history.deliver.elapsed),
                  seconds(history.compose.processor + history.deliver.processor)});
  }
  return editions.empty() ? out + "no edition has been sent yet\n" : out + "\n" + editions.text(paper);
}

Result<Exit> report_all(const config::Context& context, const ReportOptions& options) {
  const auto& zone = context.config.newsletter.zone;
  TIDINGS_LET(const auto found, app::overview(context));
  if (!options.html.empty()) TIDINGS_TRY(write_file(options.html, app::overview_page(found, context.config)));
  if (form() == Form::json) {
    print(json_line(json_of(found, zone)));
  } else if (options.html.empty()) {
    print_document(text_of(found, zone, paper()));
  }
  return Exit::done;
}

Result<Exit> report(Session& session, const ReportOptions& options) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  if (options.edition.empty()) return report_all(context, options);
  TIDINGS_LET(const auto found, app::report_on(context.database, context.clock, options.edition));
  if (!options.html.empty()) {
    TIDINGS_LET(const auto before, app::line_before(context.database, context.clock, found.edition));
    TIDINGS_TRY(write_file(options.html, app::report_page(found, before, context.config)));
  }
  if (form() == Form::json) {
    print(json_line(json_of(found)));
  } else if (options.html.empty()) {
    print_document(text_of(found, context.config.newsletter.zone, paper()));
  }
  return Exit::done;
}

}  // namespace

void add_report_command(Command app, Session& session) {
  add_command<ReportOptions>(
      app, session, "report",
      "the results of an edition; without one, the list's growth and editions side by side",
      [](Command command, ReportOptions& options) {
        command.add_option("EDITION", options.edition,
                           "weekly#12, weekly (its newest) or an id; default: an overview of all");
        command.add_option("--html", options.html, "write an HTML page instead").value_name("FILE");
      },
      report);
}

}  // namespace tidings::cli
