#include "cli/job_words.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/job_objects.hpp"
#include "cli/objects.hpp"
#include "cli/output.hpp"
#include "edition/left_out.hpp"

namespace tidings::cli {
namespace {

std::string result_in_words(const app::CollectedSource& source) {
  using What = app::CollectedSource::What;
  switch (source.what) {
    case What::not_due:
      return source.error.empty() ? "not due yet"
                                  : fmt::format("not due yet: {}; \"tidings collect {}\" tries at once",
                                                source.error, source.name);
    case What::not_modified: return "nothing new";
    case What::failed: return "failed: " + source.error;
    case What::read: break;
  }
  const auto events = plural(source.events, "event");
  if (source.entries == 0 && source.events > 0) return events + " to come";
  auto out = fmt::format("{}: {} new, {} changed", plural(source.entries, "post"), source.counts.added,
                         source.counts.updated);
  if (source.events > 0) out += ", " + events + " to come";
  if (source.dropped > 0) out += fmt::format(", {} kept out by rules or filters", source.dropped);
  if (source.left_out > 0) out += fmt::format("; {} older ones skipped (max_entries)", source.left_out);
  return out;
}

std::string_view in_words(edition::Composed::Hours hours) {
  using Hours = edition::Composed::Hours;
  switch (hours) {
    case Hours::one_for_all: return "";
    case Hours::local: return ", each at the hour where they are";
    case Hours::at_once: break;
  }
  return ", everybody at once, whatever the hour where they are";
}

/// "3 posts", "3 posts and 2 events"
std::string contents_of(const edition::Composed& composed) {
  auto out = plural(composed.posts, "post");
  if (composed.events.empty()) return out;
  return out + " and " + plural(static_cast<long long>(composed.events.size()), "event");
}

std::string left_out(const edition::Composed& composed) {
  const auto words = edition::left_out_in_words(composed.left_out);
  return words.empty() ? words : "; " + words;
}

}  // namespace

std::vector<std::string> troubles_in_words(const app::CollectReport& report, Told told) {
  std::vector<std::string> lines;
  for (const auto& source : report.sources) {
    for (const auto& warning : source.warnings) {
      // Repairs and waiting posts are not worth an hourly mail from cron.
      const auto line = source.name + ": " + warning;
      told == Told::all ? lines.push_back(line) : log::info(line);
    }
    for (const auto& line : source.filters) lines.push_back(fmt::format("{}: {}", source.name, line));
    if (source.what == app::CollectedSource::What::failed)
      lines.push_back(fmt::format("source {}: {}", source.name, source.error));
    if (const auto aside = source.counts.set_aside; aside > 0) {
      lines.push_back(fmt::format(
          "source {0}: {1} set aside: they are older than the last reading, as if the blog had moved or been "
          "re-imported; \"tidings post release --source {0}\" releases them into the next editions",
          source.name, plural(aside, "old post")));
    }
    if (const auto undated = source.counts.undated; undated > 0) {
      lines.push_back(fmt::format(
          "source {0}: {1} set aside, undated and of unknown age; \"tidings post release --source {0}\" "
          "releases them into the next editions",
          source.name, plural(undated, "post")));
    }
  }
  return lines;
}

std::string in_words(const app::CollectedSource& source) {
  // A failure is among the troubles.
  if (source.what == app::CollectedSource::What::failed) return {};
  return fmt::format("{}: {}", source.name, printable(result_in_words(source)));
}

void report_collected(const app::CollectReport& report, Told told) {
  for (const auto& line : troubles_in_words(report, told)) log::warning(line);
  if (told == Told::news) return;
  for (const auto& source : report.sources) {
    const auto line = in_words(source);
    tell(collected_object(source), line.empty() ? line : line + "\n");
  }
}

std::string in_words(const edition::Composed& composed, const Zone& zone) {
  using What = edition::Composed::What;
  switch (composed.what) {
    case What::sealed:
      return fmt::format(
          "{}#{} \"{}\": {} for {}{}{}{}{}", composed.digest, composed.number, printable(composed.title),
          contents_of(composed), plural(composed.recipients, "subscriber"), in_words(composed.hours),
          left_out(composed), composed.note.empty() ? "" : "; to keep it small: " + composed.note,
          composed.pictures.empty() ? "" : "\n  " + printable(composed.pictures));
    case What::skipped: {
      const auto words = left_out(composed);
      return fmt::format(
          "{0}: skipped, {1}{2}{3}", composed.digest, composed.reason, words,
          words.empty()
              ? ""
              : fmt::format("; \"tidings post list --left-out --digest {}\" names them", composed.digest));
    }
    case What::held: return fmt::format("{}: held, {}", composed.digest, composed.reason);
    case What::drafted:
      return fmt::format(
          "{0}#{1} \"{2}\": a draft with {3}{4}; \"tidings edition approve {0}#{1}\" approves it",
          composed.digest, composed.number, printable(composed.title), contents_of(composed),
          left_out(composed));
    case What::unapproved:
      return fmt::format("{}#{}: held, {}", composed.digest, composed.number, composed.reason);
    case What::waits: return fmt::format("{}: waits, {}", composed.digest, composed.reason);
    case What::not_due: break;
  }
  return fmt::format("{}: nothing is due; next on {}", composed.digest, local_time(zone, composed.next_run));
}

std::string in_words(const sending::DeliveredEdition& delivered) {
  const auto& run = delivered.run;
  const auto& counts = delivered.counts;
  std::string out = fmt::format("{}: {} sent now, {} of {} in all", digest::name_of(delivered.edition),
                                run.sent, counts.sent, counts.recipients);
  const auto part = [&](std::int64_t count, std::string_view word) {
    if (count > 0) out += fmt::format(", {} {}", count, word);
  };
  part(counts.deferred, "deferred");
  const auto waiting = delivered.waiting ? delivered.waiting->count : 0;
  part(counts.planned + counts.claimed - waiting, "to go");
  part(counts.failed, "failed");
  part(counts.in_doubt, "in doubt");
  part(counts.suppressed, "unsubscribed or suppressed since");
  part(counts.bounced, "bounced");
  if (delivered.waiting) out += ", " + in_words(*delivered.waiting);
  return out;
}

std::string in_words(const delivery::RelayMemory& relay, const Zone& zone, UtcTime now) {
  const auto error = printable(relay.last_error);
  const bool rests = relay.paused_until && *relay.paused_until > now;
  const auto until = rests ? local_time(zone, relay.paused_until) : std::string{"the next run"};
  if (!relay.refused_alike.empty()) {
    return fmt::format(
        "refuses nearly everybody in the same words: {}; refusals taken back; tried again by {}", error,
        until);
  }
  if (error.empty() || (!rests && !relay.out)) return {};
  if (relay.last_error.starts_with('5')) return fmt::format("refuses: {}; tried again by {}", error, until);
  if (rests) return fmt::format("is paused until {}: {}", until, error);
  if (relay.paused_until)
    return fmt::format("was paused until {}: {}; tried again by the next run",
                       local_time(zone, relay.paused_until), error);
  return fmt::format("is unavailable: {}; tried again by the next run", error);
}

bool is_refused_message(const delivery::RunReport& run) {
  return run.message_refused > 0 && run.message_refused * 2 >= run.settled();
}

Error message_error(const sending::DeliveredEdition& delivered) {
  const auto name = digest::name_of(delivered.edition);
  return {.code = Errc::bad_data,
          .what = fmt::format("{}: the relay refuses the message itself, {}: {}", name,
                              delivered.run.message_refused == 1
                                  ? "once"
                                  : fmt::format("{} times", delivered.run.message_refused),
                              delivered.run.message_refusal->line()),
          .hint = fmt::format("it is not held against any subscriber; \"tidings delivery retry {} --state "
                              "failed\" sends it again",
                              name)};
}

std::vector<std::string> troubles_in_words(const sending::DeliverReport& report, const Zone& zone) {
  std::vector<std::string> lines;
  std::map<std::string, std::string> relays;
  for (const auto& delivered : report.editions) {
    const auto name = digest::name_of(delivered.edition);
    for (const auto& relay : delivered.run.relays) {
      const auto words = in_words(relay, zone, relay.seen.value_or(UtcTime{}));
      // The cause of the run's end is its result.
      if (!words.empty() && relay.name != delivered.run.relay) relays[relay.name] = words;
    }
    for (const auto& storm : delivered.judged.storms) {
      lines.push_back(
          fmt::format("{}: {} refused {} at once: {}; they will be retried and nobody is suppressed", name,
                      printable(storm.domain), plural(storm.readers, "reader"), printable(storm.reply)));
    }
    if (delivered.run.message_refused > 0 && !is_refused_message(delivered.run)) {
      lines.push_back(fmt::format(
          "{0}: the message was refused {1}: {2}; \"tidings delivery retry {0} --state failed\" sends it "
          "again",
          name,
          delivered.run.message_refused == 1 ? "once"
                                             : fmt::format("{} times", delivered.run.message_refused),
          printable(delivered.run.message_refusal->line())));
    }
  }
  for (const auto& [name, words] : relays) lines.push_back(fmt::format("relay {} {}", name, words));
  return lines;
}

std::vector<std::string> held_in_words(const sending::DeliverReport& report, const Zone& zone) {
  std::vector<std::string> lines;
  for (const auto& delivered : report.editions) {
    if (delivered.held) lines.push_back("held: " + late_in_words(delivered.edition, zone));
    if (!delivered.held && delivered.late > 0) {
      lines.push_back(
          fmt::format("held: of {0} {1}, whose hour is longer ago than max_lateness; \"tidings deliver {0} "
                      "--late\" sends {2} anyway",
                      digest::name_of(delivered.edition), plural(delivered.late, "delivery"),
                      delivered.late == 1 ? "it" : "them"));
    }
  }
  for (const auto& [name, count] : report.held_in_doubt) {
    lines.push_back(fmt::format(
        "{0}: {1} in doubt {2} held; \"tidings delivery list --edition {0} --state in_doubt\" shows them, "
        "\"tidings delivery resolve {0} [ADDRESS] --sent\" or \"--failed\" decides them",
        name, plural(count, "delivery"), count == 1 ? "is" : "are"));
  }
  return lines;
}

Error relay_error(const delivery::RunReport& run, const Zone& zone) {
  const auto words = run.trouble ? run.trouble->line() : std::string{"no answer"};
  const auto again = run.resumes ? fmt::format("it will be retried after {}", local_time(zone, run.resumes))
                                 : std::string{"the next run tries again"};
  const auto nobody = fmt::format("nobody was skipped; {}", again);
  const auto memory = std::find_if(run.relays.begin(), run.relays.end(),
                                   [&](const auto& each) { return each.name == run.relay; });
  if (memory != run.relays.end() && !memory->refused_alike.empty()) {
    return {.code = Errc::unavailable,
            .what = fmt::format("relay {} refuses nearly everybody in the same words: {}", run.relay, words),
            .hint =
                "nobody is marked failed or suppressed; the next run tries again; \"tidings delivery "
                "resolve\" declares it fixed"};
  }
  const bool rests = run.trouble && run.trouble->code / 100 == 4;
  return {.code = rests ? Errc::try_again : Errc::unavailable,
          .what = fmt::format("relay {}: {}", run.relay, words),
          .hint = nobody};
}

std::string late_in_words(const digest::Edition& edition, const Zone& zone) {
  const auto name = digest::name_of(edition);
  const auto* const was = edition.approved && *edition.approved > edition.scheduled ? "approved" : "due";
  return fmt::format("{} was {} {}; \"tidings deliver {} --late\" sends it anyway", name, was,
                     local_time(zone, edition.promised()), name);
}

}  // namespace tidings::cli
