#include "app/report_page.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "app/charts.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "bounce/effect.hpp"

namespace tidings::app {
namespace {

using namespace std::chrono_literals;
using delivery::DeliveryState;

constexpr std::size_t most_rows = 20;
constexpr std::size_t most_columns = 48;

constexpr std::string_view style = R"(
:root{color-scheme:light dark;--page:#f2f0eb;--card:#fffefc;--ink:#2b3239;--head:#14191e;--mute:#59626b;--line:#d9d5cc;--good:#2f7d4f;--warn:#b7791f;--bad:#a3200d;--quiet:#8a9199}
@media (prefers-color-scheme:dark){:root{--page:#111315;--card:#1b1e21;--ink:#d6dade;--head:#f3f4f5;--mute:#a3abb3;--line:#383e44;--good:#5fbf85;--warn:#e0a84a;--bad:#ff8f7a;--quiet:#7b838b}}
*{box-sizing:border-box}
body{margin:0;padding:2rem 1rem 3rem;background:var(--page);color:var(--ink);font:1rem/1.55 var(--body-font) -apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans",sans-serif;overflow-wrap:anywhere}
main{max-width:60rem;margin:0 auto;padding:2rem 2.25rem;background:var(--card);border-top:6px solid var(--accent);border-radius:10px}
h1,h2{font-family:var(--heading-font) -apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans",sans-serif;color:var(--head);line-height:1.2;text-wrap:balance}
h1{margin:.25rem 0 .5rem;font-size:2rem}
h2{margin:2.75rem 0 .75rem;font-size:1.3125rem}
p{margin:0 0 1rem}
.name,.hint,caption,footer{color:var(--mute)}
.name{margin:0;font-weight:600}
.advice{margin:1.5rem 0 0;padding:.85rem 1.1rem;border-inline-start:5px solid var(--accent);background:var(--page);border-radius:0 6px 6px 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:1.25rem;margin:1.75rem 0 0;padding:0;list-style:none}
.tiles b{display:block;color:var(--head);font-size:2.25rem;line-height:1.1;font-variant-numeric:tabular-nums}
.tiles span{display:block}
.tiles small{color:var(--mute);font-size:.875rem}
svg{display:block;width:100%}
svg.stack{height:1.75rem;border-radius:5px}
svg.columns{height:10rem}
svg line{stroke:var(--mute);stroke-width:1;vector-effect:non-scaling-stroke}
.accent{fill:var(--accent);background:var(--accent)}.good{fill:var(--good);background:var(--good)}.warn{fill:var(--warn);background:var(--warn)}.bad{fill:var(--bad);background:var(--bad)}.quiet{fill:var(--quiet);background:var(--quiet)}.track{fill:var(--line)}
.legend{display:flex;flex-wrap:wrap;gap:.35rem 1.75rem;margin:.85rem 0 0;padding:0;list-style:none}
.legend i{display:inline-block;width:.8rem;height:.8rem;margin-inline-end:.5rem;border-radius:3px}
.legend span{color:var(--mute)}
.peak,.ticks{margin:0;color:var(--mute);font-size:.875rem}
.ticks{display:flex;justify-content:space-between;gap:.75rem}
table{width:100%;margin:.75rem 0 0;border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{padding:0 0 .4rem;text-align:start}
th,td{padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line);text-align:start;vertical-align:top;font-weight:400}
thead th{color:var(--mute);font-size:.875rem}
.n{text-align:end;padding-inline-end:0;padding-inline-start:.75rem;white-space:nowrap}
.bars svg{height:.5rem;margin-top:.25rem;border-radius:3px}
.bars .n{vertical-align:bottom}
details{margin:.75rem 0 0}
summary{min-height:2.75rem;padding:.6rem 0;color:var(--accent);cursor:pointer}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
footer{max-width:60rem;margin:1rem auto 0;padding:0 2.25rem;font-size:.875rem}
@media (max-width:44rem){body{padding:0 0 2rem}main{padding:1.5rem 1.1rem;border-radius:0}footer{padding:0 1.1rem}h1{font-size:1.625rem}.tiles{grid-template-columns:1fr 1fr}.tiles b{font-size:1.75rem}
.wide thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.wide tr{display:block;padding:.6rem 0;border-bottom:1px solid var(--line)}.wide th,.wide td{display:flex;justify-content:space-between;padding:.1rem 0;border:0;text-align:end}.wide th{color:var(--head);font-weight:600;text-align:start}.wide td::before{content:attr(data-of);color:var(--mute)}}
@media print{:root{--page:#fff;--card:#fff;--ink:#000;--head:#000;--mute:#444;--line:#bbb;--good:#2f7d4f;--warn:#b7791f;--bad:#a3200d}body{padding:0;font-size:10.5pt}main{max-width:none;padding:0;border-radius:0}h2{break-after:avoid}tr,svg,.tiles,.advice{break-inside:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}details::details-content{content-visibility:visible;block-size:auto}summary{display:none}footer{padding:0}}
)";

std::string page(const std::string& title, const std::string& body, const config::Config& config) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<title>{0}</title>\n<meta "
      "name=\"viewport\" content=\"width=device-width\">\n<meta name=\"robots\" "
      "content=\"noindex\">\n<style>{1}{2}"
      "</style></head>\n<body><main>\n<p class=\"name\">{3}</p>\n{4}</main>\n<footer>Counted without opens "
      "or "
      "clicks: these mails do not watch their readers.</footer></body></html>\n",
      escape_html(title), message::page_style(config.brand), style, escape_html(config.newsletter.name),
      body);
}

std::string day_of(const Zone& zone, UtcTime t) { return time_in_words(zone, t).substr(0, 10); }

/// A large number with what stands below it.
std::string tile(std::string_view name, const std::string& value, const std::string& note) {
  return fmt::format("<li><b>{}</b><span>{}</span><small>{}</small></li>\n", escape_html(value),
                     escape_html(name), escape_html(note));
}

std::int64_t total_of(const std::vector<std::pair<std::string, std::int64_t>>& counts) {
  std::int64_t total = 0;
  for (const auto& [name, number] : counts) total += number;
  return total;
}

std::int64_t returned_of(const EditionReport& report, std::string_view kind) {
  std::int64_t readers = 0;
  for (const auto& each : report.returned) {
    if (each.kind == kind) readers += each.readers;
  }
  return readers;
}

std::string tiles(const EditionReport& report, const std::optional<EditionLine>& before) {
  const auto& counts = report.counts;
  const auto left = total_of(report.left);
  const auto than = [&](auto value) {
    return before ? fmt::format("{}: {}", digest::name_of(before->edition), value(*before)) : std::string{};
  };
  using Line = const EditionLine&;
  auto out = std::string{"<ul class=\"tiles\">\n"};
  out += tile("readers", grouped(counts.recipients),
              than([](Line line) { return grouped(line.counts.recipients); }));
  out += tile("accepted", percent(report.sent(), counts.recipients),
              than([](Line line) { return percent(line.sent(), line.counts.recipients); }));
  out += tile("refused or returned", grouped(counts.failed + counts.bounced),
              than([](Line line) { return grouped(line.counts.failed + line.counts.bounced); }));
  out += tile("unsubscribed", grouped(left), than([](Line line) { return grouped(line.left); }));
  return out + "</ul>\n";
}

/// As "report" says it.
std::string balance_of(const EditionReport& report) {
  const auto& counts = report.counts;
  return fmt::format("{} = {} sent + {} failed + {} suppressed + {} in doubt + {} open{}", counts.recipients,
                     report.sent(), counts.failed, counts.suppressed, counts.in_doubt, counts.open(),
                     counts.bounced > 0 ? fmt::format("; {} of those sent came back", counts.bounced) : "");
}

std::string outcomes(const EditionReport& report) {
  const auto& counts = report.counts;
  const std::array parts{
      Part{.name = "accepted", .value = counts.sent, .tone = Tone::good},
      Part{.name = "accepted, then returned", .value = counts.bounced, .tone = Tone::warn},
      Part{.name = "refused", .value = counts.failed, .tone = Tone::bad},
      Part{.name = "in doubt", .value = counts.in_doubt, .tone = Tone::warn},
      Part{.name = "still open", .value = counts.open(), .tone = Tone::accent},
      Part{.name = "not mailed: left or suppressed", .value = counts.suppressed, .tone = Tone::quiet}};
  PageTable table{.caption = balance_of(report), .headings = {"Outcome", "Readers", "Share"}, .rows = {}};
  for (const auto& part : parts) {
    if (part.value > 0)
      table.rows.push_back({part.name, grouped(part.value), percent(part.value, counts.recipients)});
  }
  return "<h2>What became of it</h2>\n" +
         write_stack("Readers by outcome; the table below has the numbers", parts) +
         write_folded(table, "As a table");
}

/// Minutes put together until they fit, each stretch as long as the others.
struct Buckets {
  std::chrono::minutes length{1};
  UtcTime first{};
  std::vector<std::int64_t> counts;
};

Buckets buckets_of(const std::map<UtcTime, std::int64_t>& minutes) {
  Buckets out;
  out.first = minutes.begin()->first;
  const auto span = std::chrono::floor<std::chrono::minutes>(minutes.rbegin()->first - out.first) + 1min;
  for (const auto length : {1min, 2min, 5min, 10min, 15min, 30min, 60min, 120min, 240min, 480min, 1440min}) {
    out.length = length;
    if (span / length < static_cast<std::int64_t>(most_columns)) break;
  }
  const auto last = static_cast<std::size_t>((span - 1min) / out.length);
  out.counts.resize(std::min<std::size_t>(last, 2000) + 1);
  for (const auto& [minute, count] : minutes) {
    const auto index = static_cast<std::size_t>((minute - out.first) / out.length);
    out.counts[std::min(index, out.counts.size() - 1)] += count;
  }
  return out;
}

/// "minute", "15 minutes", "2 hours", "day".
std::string stretch_in_words(std::chrono::minutes length) {
  if (length == 1min) return "minute";
  if (length < 1h) return fmt::format("{} minutes", length.count());
  if (length == 1h) return "hour";
  return length < 24h ? fmt::format("{} hours", length / 1h) : "day";
}

std::string over_time(const EditionReport& report, const Zone& zone) {
  if (report.minutes.empty()) return {};
  const auto buckets = buckets_of(report.minutes);
  const auto time_of = [&](std::size_t i) { return time_in_words(zone, buckets.first + buckets.length * i); };
  const auto stretch = stretch_in_words(buckets.length);
  Columns plot{.label = fmt::format("Mails accepted in each {}; the table below has the numbers", stretch),
               .up = buckets.counts,
               .down = {},
               .ticks = {time_of(0)}};
  if (buckets.counts.size() > 1) plot.ticks.push_back(time_of(buckets.counts.size()));
  PageTable table{.caption = fmt::format("Mails accepted in each {}", stretch),
                  .headings = {"From", "Accepted"},
                  .rows = {}};
  for (std::size_t i = 0; i < buckets.counts.size(); ++i) {
    if (buckets.counts[i] > 0) table.rows.push_back({time_of(i), grouped(buckets.counts[i])});
  }
  auto text = fmt::format("Mails accepted in each {}", stretch);
  if (report.rate() >= 0.1) text += fmt::format(", {:.1f} a second on average", report.rate());
  return fmt::format("<h2>When it went out</h2>\n<p class=\"hint\">{}.</p>\n{}{}", escape_html(text),
                     write_columns(plot), write_folded(table, "As a table"));
}

std::string domains(const EditionReport& report) {
  if (report.domains.empty()) return {};
  std::vector<std::pair<std::string, delivery::Counts>> sorted{report.domains.begin(), report.domains.end()};
  std::ranges::stable_sort(sorted, std::ranges::greater{},
                           [](const auto& each) { return each.second.recipients; });
  PageTable table{.caption = "The domains with most readers",
                  .headings = {"Domain", "Readers", "Accepted", "Refused", "Returned", "Open"},
                  .rows = {}};
  for (const auto& [domain, counts] : sorted) {
    if (table.rows.size() == most_rows) break;
    table.rows.push_back({domain, grouped(counts.recipients),
                          percent(counts.sent + counts.bounced, counts.recipients), grouped(counts.failed),
                          grouped(counts.bounced), grouped(counts.open() + counts.in_doubt)});
  }
  std::vector<Part> bars;
  for (const auto& [domain, counts] : sorted) {
    if (bars.size() == 8) break;
    bars.push_back({.name = domain, .value = counts.recipients, .tone = Tone::accent});
  }
  return "<h2>Where readers are</h2>\n" + write_bars("Readers by domain", "Domain", bars) +
         write_folded(table, fmt::format("Outcomes of {}",
                                         plural(static_cast<long long>(table.rows.size()), "domain")));
}

Tone tone_of(DeliveryState state) {
  switch (state) {
    case DeliveryState::failed: return Tone::bad;
    case DeliveryState::suppressed: return Tone::quiet;
    default: return Tone::warn;
  }
}

std::string reasons(const EditionReport& report) {
  std::vector<Part> bars;
  for (const auto& each : report.reasons) {
    if (bars.size() == most_rows) break;
    bars.push_back({.name = fmt::format("{}: {}", delivery::name_of(each.state), each.reason),
                    .value = each.count,
                    .tone = tone_of(each.state)});
  }
  if (bars.empty()) return {};
  return "<h2>Why mails did not arrive</h2>\n" + write_bars("In the words of the receivers", "Reason", bars);
}

std::string returned(const EditionReport& report) {
  if (report.returned.empty()) return {};
  PageTable table{.caption = "Reports that came after the mail was accepted",
                  .headings = {"Why", "Readers", "Kind", "And so"},
                  .rows = {}};
  for (const auto& each : report.returned)
    table.rows.push_back({each.reason, grouped(each.readers), each.kind, bounce::effect_in_words(each)});
  return "<h2>What came back</h2>\n" + write_table(table);
}

std::string cost_in_words(const digest::Cost& cost) {
  if (cost.elapsed == 0ms) return "-";
  return fmt::format("{:.1f} s", static_cast<double>(cost.elapsed.count()) / 1000.0);
}

std::string facts(const EditionReport& report, const Zone& zone) {
  const auto& history = report.history;
  PageTable table{.caption = "The edition", .headings = {"", ""}, .rows = {}};
  const auto add = [&](std::string name, std::string value) {
    if (!value.empty()) table.rows.push_back({std::move(name), std::move(value)});
  };
  const auto time = [&](const std::optional<UtcTime>& t) {
    return t ? time_in_words(zone, *t) : std::string{};
  };
  add("Due", time_in_words(zone, report.edition.scheduled));
  add("Approved", time(report.edition.approved));
  add("First mail", time(report.edition.started));
  add("Last answer", time(report.last_answer));
  add("Posts", grouped(report.posts));
  add("Versions, by topics and language", grouped(report.segments));
  if (history.mail_bytes > 0) add("Largest mail", format_size(history.mail_bytes));
  if (history.compose.elapsed > 0ms)
    add("Composing took", fmt::format("{}, {:.1f} s of processor", cost_in_words(history.compose),
                                      static_cast<double>(history.compose.processor.count()) / 1000.0));
  if (history.deliver.elapsed > 0ms)
    add("Sending took", fmt::format("{}, {:.1f} s of processor", cost_in_words(history.deliver),
                                    static_cast<double>(history.deliver.processor.count()) / 1000.0));
  if (report.retried > 0) add("Accepted at a later attempt", grouped(report.retried));
  for (const auto& note : report.notes) add("Shortened", note);
  if (report.summed) add("Added up", time(report.summed));
  std::string out = "<h2>Particulars</h2>\n<table><caption>The edition</caption><tbody>\n";
  for (const auto& row : table.rows)
    out += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escape_html(row[0]),
                       escape_html(row[1]));
  return out + "</tbody></table>\n";
}

std::string counted(std::int64_t number, std::string_view one, std::string_view several) {
  return fmt::format("{} {}", grouped(number), number == 1 ? one : several);
}

}  // namespace

std::string advice(const EditionReport& report) {
  const auto& counts = report.counts;
  const auto name = digest::name_of(report.edition);
  const auto lost = counts.failed + counts.bounced;
  const auto complaints = returned_of(report, "complaint");
  std::vector<std::string> lines;
  if (counts.in_doubt > 0)
    lines.push_back(fmt::format("{} in doubt: \"tidings delivery resolve {}\" decides.",
                                counted(counts.in_doubt, "delivery is", "deliveries are"), name));
  if (counts.open() > 0)
    lines.push_back(fmt::format("{} still open; the next run goes on.",
                                counted(counts.open(), "delivery is", "deliveries are")));
  if (complaints * 1000 > report.sent())
    lines.emplace_back(
        "More than one reader in a thousand called it spam: Gmail and Yahoo begin to refuse at three.");
  if (lost * 20 > counts.recipients && lost > 1)
    lines.emplace_back(
        "More than one address in twenty does not exist: ask where they come from before the next edition.");
  else if (lost > 0)
    lines.push_back(fmt::format("{} did not take it; those that do not exist are not mailed again.",
                                counted(lost, "address", "addresses")));
  if (lines.empty()) return "Everything arrived where it should. There is nothing to do.";
  return join(lines, " ");
}

std::string report_page(const EditionReport& report, const std::optional<EditionLine>& before,
                        const config::Config& config) {
  const auto& zone = config.newsletter.zone;
  const auto name = digest::name_of(report.edition);
  auto body =
      fmt::format("<h1>{}</h1>\n<p class=\"hint\">{}, due {}</p>\n", escape_html(report.edition.title),
                  escape_html(name), time_in_words(zone, report.edition.scheduled));
  body += tiles(report, before);
  body += fmt::format("<p class=\"advice\">{}</p>\n", escape_html(advice(report)));
  body += outcomes(report) + over_time(report, zone) + domains(report) + reasons(report) + returned(report) +
          facts(report, zone);
  return page(fmt::format("Report on {}", name), body, config);
}

std::string overview_page(const Overview& overview, const config::Config& config) {
  const auto& zone = config.newsletter.zone;
  std::int64_t confirmed = 0;
  std::int64_t gone = 0;
  Columns plot{
      .label =
          "People who confirmed, and those who left or whose address failed, by week; the table below "
          "has the numbers",
      .up = {},
      .down = {},
      .ticks = {}};
  PageTable weeks{.caption = "By week, which begins on Monday",
                  .headings = {"Week of", "Joined", "Confirmed", "Left", "Address failed"},
                  .rows = {}};
  for (const auto& week : overview.weeks) {
    plot.up.push_back(week.confirmed);
    plot.down.push_back(week.left + week.bounced);
    confirmed += week.confirmed;
    gone += week.left + week.bounced;
    weeks.rows.push_back({day_of(zone, week.monday), grouped(week.joined), grouped(week.confirmed),
                          grouped(week.left), grouped(week.bounced)});
  }
  std::ranges::reverse(weeks.rows);
  if (!overview.weeks.empty()) {
    plot.ticks = {day_of(zone, overview.weeks.front().monday), day_of(zone, overview.weeks.back().monday)};
  }
  auto body = std::string{"<h1>How the newsletter is doing</h1>\n<ul class=\"tiles\">\n"};
  body += tile("readers", grouped(overview.subscribers), "with a subscription");
  body += tile("confirmed", grouped(confirmed), "in half a year");
  body += tile("left or lost", grouped(gone), "in half a year");
  body +=
      "</ul>\n<h2>Growth by week</h2>\n<p class=\"hint\">Above the line those who confirmed, below it those "
      "who left "
      "or whose address failed.</p>\n";
  const auto drawn = write_columns(plot);
  body += drawn.empty() ? "<p>Nobody has joined or left in half a year.</p>\n" : drawn;
  body += write_folded(weeks, "As a table");
  PageTable editions{.caption = "The newest first",
                     .headings = {"Edition", "Due", "Posts", "Readers", "Accepted", "Refused", "Returned",
                                  "Left", "Mail", "Composed", "Sent", "Processor"},
                     .rows = {}};
  std::vector<Part> sizes;
  for (const auto& each : overview.editions) {
    const auto& history = each.history;
    const auto processor = history.compose.processor + history.deliver.processor;
    editions.rows.push_back(
        {digest::name_of(each.edition), day_of(zone, each.edition.scheduled), grouped(each.posts),
         grouped(each.counts.recipients), percent(each.sent(), each.counts.recipients),
         grouped(each.counts.failed), grouped(each.counts.bounced), grouped(each.left),
         history.mail_bytes > 0 ? format_size(history.mail_bytes) : "-", cost_in_words(history.compose),
         cost_in_words(history.deliver),
         processor > 0ms ? fmt::format("{:.1f} s", static_cast<double>(processor.count()) / 1000.0) : "-"});
    sizes.push_back({.name = digest::name_of(each.edition), .value = each.sent(), .tone = Tone::accent});
  }
  body += "<h2>Editions side by side</h2>\n";
  if (editions.rows.empty()) {
    body += "<p>No edition has been sent yet.</p>\n";
  } else {
    body += write_bars("Mails accepted", "Edition", sizes) + write_table(editions);
  }
  return page(fmt::format("Report on {}", config.newsletter.name), body, config);
}

}  // namespace tidings::app
