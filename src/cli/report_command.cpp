// report EDITION: its results, for people, for programs, or as a page
#include <algorithm>

#include <fmt/format.h>

#include "app/report.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "bounce/effect.hpp"
#include "cli/command.hpp"
#include "cli/objects.hpp"
#include "cli/output.hpp"

namespace tidings::cli {
namespace {

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
  if (!report.relays.empty()) out += "\n" + relays_of(report, paper);
  return report.domains.empty() ? out : out + "\n" + table_of(report, paper);
}

std::string page_of(const app::EditionReport& report, const Zone& zone, const message::Brand& brand) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title>\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n"
      "<style>{2}:root{{color-scheme:light dark}}h1{{padding-top:.75rem;border-top:6px solid "
      "var(--accent)}}body{{margin:2rem}}pre{{font:15px/1.5 "
      "ui-monospace,monospace;overflow-x:auto}}</style>\n"
      "</head><body><h1>{0}</h1>\n<pre>{1}</pre>\n</body></html>\n",
      escape_html(fmt::format("Report on {}", digest::name_of(report.edition))),
      escape_html(text_of(report, zone)), message::page_style(brand));
}

Result<Exit> report(Session& session, const ReportOptions& options) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  TIDINGS_LET(const auto found, app::report_on(context.database, context.clock, options.edition));
  const auto& zone = context.config.newsletter.zone;
  if (!options.html.empty())
    TIDINGS_TRY(write_file(options.html, page_of(found, zone, context.config.brand)));
  if (form() == Form::json) {
    print(json_line(json_of(found)));
  } else if (options.html.empty()) {
    print_document(text_of(found, zone, paper()));
  }
  return Exit::done;
}

}  // namespace

void add_report_command(Command app, Session& session) {
  add_command<ReportOptions>(
      app, session, "report", "the results of an edition: counts, reasons, domains, bounces, unsubscribes",
      [](Command command, ReportOptions& options) {
        command.add_option("EDITION", options.edition,
                           "weekly#12, weekly (its newest) or an id; default: the newest of all");
        command.add_option("--html", options.html, "write an HTML page instead").value_name("FILE");
      },
      report);
}

}  // namespace tidings::cli
