#include "cli/job_words.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/output.hpp"

namespace tidings::cli {
namespace {

std::string in_words(const app::CollectedSource& source) {
  using What = app::CollectedSource::What;
  switch (source.what) {
    case What::not_due: return source.error.empty() ? "not due yet" : source.error;
    case What::not_modified: return "nothing new";
    case What::failed: return "failed: " + source.error;
    case What::read: break;
  }
  return fmt::format("{}: {} new, {} changed", plural(source.entries, "post"), source.counts.added, source.counts.updated);
}

}  // namespace

void report_collected(const app::CollectReport& report, bool verbose) {
  std::string out;
  for (const auto& source : report.sources) {
    for (const auto& warning : source.warnings) {
      // Every hour of cron is too often for what has been mended or only waits.
      verbose ? log::warning(source.name + ": " + warning) : log::info(source.name + ": " + warning);
    }
    if (source.what == app::CollectedSource::What::failed) {
      log::warning(fmt::format("source {}: {}", source.name, source.error));
    } else if (verbose) {
      out += fmt::format("{}: {}\n", source.name, printable(in_words(source)));
    }
  }
  print(out);
}

std::string in_words(const app::Composed& composed, const Zone& zone) {
  using What = app::Composed::What;
  switch (composed.what) {
    case What::sealed:
      return fmt::format("{}#{} \"{}\": {} for {}{}", composed.digest, composed.number, printable(composed.title),
                         plural(composed.posts, "post"), plural(composed.recipients, "subscriber"),
                         (composed.note.empty() ? "" : "; to keep it small: " + composed.note) +
                             (composed.pictures.empty() ? "" : "\n  " + printable(composed.pictures)));
    case What::skipped: return fmt::format("{}: skipped, {}", composed.digest, composed.reason);
    case What::held: return fmt::format("{}: held, {}", composed.digest, composed.reason);
    case What::drafted:
      return fmt::format("{0}#{1} \"{2}\": a draft of {3}; \"tidings edition approve {0}#{1}\" lets it go", composed.digest, composed.number,
                         printable(composed.title), plural(composed.posts, "post"));
    case What::unapproved: return fmt::format("{}#{}: held, {}", composed.digest, composed.number, composed.reason);
    case What::waits: return fmt::format("{}: waits, {}", composed.digest, composed.reason);
    case What::not_due: break;
  }
  return fmt::format("{}: nothing is due; next on {}", composed.digest, local_time(zone, composed.next_run));
}

std::string in_words(const app::DeliveredEdition& delivered) {
  const auto& run = delivered.run;
  const auto& counts = delivered.counts;
  std::string out = fmt::format("{}: {} sent now, {} of {} in all", digest::name_of(delivered.edition), run.sent, counts.sent, counts.recipients);
  const auto part = [&](std::int64_t count, std::string_view word) {
    if (count > 0) out += fmt::format(", {} {}", count, word);
  };
  part(counts.deferred, "deferred");
  part(counts.planned + counts.claimed, "to go");
  part(counts.failed, "failed");
  part(counts.in_doubt, "in doubt");
  part(counts.suppressed, "left or suppressed since");
  part(counts.bounced, "bounced");
  return out;
}

std::string held_in_words(const app::DeliveredEdition& delivered, const Zone& zone) {
  const auto name = digest::name_of(delivered.edition);
  return fmt::format("{} is held: it was due {}; \"tidings deliver {} --late\" sends it all the same", name,
                     local_time(zone, delivered.edition.scheduled), name);
}

}  // namespace tidings::cli
