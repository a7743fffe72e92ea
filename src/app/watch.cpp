#include "app/watch.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "digest/edition_table.hpp"
#include "message/build.hpp"
#include "sending/signing.hpp"
#include "source/source_table.hpp"

namespace tidings::app {
namespace {

using namespace std::chrono_literals;

constexpr auto mail_pause = 24h;

bool is_idle(const delivery::RelayMemory& relay, UtcTime now) {
  return relay.out || (relay.paused_until && *relay.paused_until > now);
}

std::string day_and_time(const Zone& zone, UtcTime at) {
  const auto local = zone.to_local(at);
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(local)};
  const auto minutes =
      std::chrono::floor<std::chrono::minutes>(local - std::chrono::floor<std::chrono::days>(local));
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     minutes.count() / 60, minutes.count() % 60);
}

std::string in_words(const StandingTrouble& each, const Zone& zone) {
  std::string out = fmt::format("{}\n  {}\n", each.trouble.about, each.trouble.what);
  out += fmt::format("  since {}", day_and_time(zone, each.began));
  if (each.times > 1)
    out += fmt::format(", met {} times, last at {}", each.times, day_and_time(zone, each.last));
  out += each.ended ? fmt::format("; mended by {}\n", day_and_time(zone, *each.ended)) : "\n";
  if (!each.trouble.hint.empty()) out += fmt::format("  ({})\n", each.trouble.hint);
  return out;
}

}  // namespace

bool Watch::begins(const Trouble& trouble) {
  has_met_ = true;
  const auto begins = troubles_.met(trouble);
  if (!begins) note(begins.error());
  return begins && *begins;
}

void Watch::met(const Trouble& trouble) {
  if (begins(trouble)) hooks_.trouble(trouble);
}

void Watch::mended(std::string_view about) {
  if (const auto done = troubles_.mended(about); !done) note(done.error());
}

void Watch::note(std::string_view job, JobEnd end) {
  if (const auto done = note_job(context_, job, end); !done) note(done.error());
}

void Watch::collected(const CollectReport& report) {
  note("collect", report.failed() == 0 ? JobEnd::good : JobEnd::bad);
  const auto sources = source::SourceTable(context_.database).list();
  if (!sources) return note(sources.error());
  for (const auto& each : report.sources) {
    if (each.what == CollectedSource::What::not_due) continue;
    const auto about = "source " + each.name;
    if (each.what != CollectedSource::What::failed) {
      mended(about);
      continue;
    }
    const auto source = std::ranges::find(*sources, each.name, &source::Source::name);
    if (source == sources->end() || (!source->gone && source->error_streak < failing_after)) continue;
    const Trouble trouble{.about = about, .what = each.error, .hint = "\"tidings source list\" tells more"};
    if (!begins(trouble)) continue;
    hooks_.source_failing(*source);
    hooks_.trouble(trouble);
  }
}

void Watch::composed(const ComposeOutcome& outcome) {
  for (const auto& composed : outcome.composed) {
    const auto about = "digest " + composed.digest;
    if (composed.what == edition::Composed::What::held) {
      met({.about = about,
           .what = "its edition is held: it is late",
           .hint = fmt::format("\"tidings send {} --late\" sends it all the same", composed.digest)});
    } else {
      mended(about);
    }
  }
}

void Watch::delivered(const sending::DeliverReport& report) {
  const auto now = context_.clock.now();
  std::map<std::string, delivery::RelayMemory> relays;  // the last run knows best
  for (const auto& each : report.editions) {
    const auto about = "edition " + digest::name_of(each.edition);
    if (each.held) {
      met({.about = about,
           .what = "it is held: it is late",
           .hint = "\"tidings deliver --late\" sends it all the same"});
      continue;
    }
    mended(about);
    for (const auto& relay : each.run.relays) relays.insert_or_assign(relay.name, relay);
    const bool is_sent = each.counts.open() == 0 && each.run.end == delivery::RunEnd::nothing_due;
    if (is_sent && !each.was_finished) hooks_.edition_sent(each);
  }
  relay_rests_ = report.trouble() != nullptr;
  note("deliver", relay_rests_ || report.try_again() ? JobEnd::bad : JobEnd::good);
  for (const auto& [name, relay] : relays) {
    const auto about = "relay " + name;
    if (!is_idle(relay, now)) {
      mended(about);
      continue;
    }
    const Trouble trouble{.about = about,
                          .what = relay.last_error.empty() ? "it does not answer" : relay.last_error,
                          .hint = "\"tidings doctor --smtp\" tells more"};
    if (!begins(trouble)) continue;
    hooks_.relay_paused(relay);
    hooks_.trouble(trouble);
  }
}

void Watch::ended(std::string_view job, const Error* error) {
  note(job, error == nullptr ? JobEnd::good : JobEnd::bad);
  if (error == nullptr) {
    mended(job);
    return hooks_.ping(Hooks::Ping::success);
  }
  if (error->code == Errc::try_again) return;
  // What the job ended with is mostly what was met on the way, and told as such.
  if (!relay_rests_ && !has_met_) met({.about = std::string{job}, .what = error->what, .hint = error->hint});
  hooks_.ping(Hooks::Ping::failure);
}

void Watch::mail(const delivery::StopFlag& stop) {
  if (context_.config.hooks.mail_to && relay_rests_) return;
  const auto troubles = troubles_.to_tell(mail_pause);
  if (!troubles) return note(troubles.error());
  if (troubles->empty()) return;
  if (context_.config.hooks.mail_to) {
    if (const auto sent = send_mail(*troubles, stop); !sent) {
      wrong_.push_back("the mail about trouble waits: " + sent.error().line());
      return;
    }
  }
  if (const auto told = troubles_.told(); !told) note(told.error());
}

Result<void> Watch::send_mail(const std::vector<StandingTrouble>& troubles, const delivery::StopFlag& stop) {
  const auto& newsletter = context_.config.newsletter;
  const auto now = context_.clock.now();
  message::PlainMail mail;
  mail.from = newsletter.from;
  mail.to = *context_.config.hooks.mail_to;
  mail.envelope_from = newsletter.from.address.text();
  mail.subject =
      fmt::format("[{}] {}", newsletter.name, plural(static_cast<long long>(troubles.size()), "trouble"));
  mail.text = fmt::format("What went wrong with {}:\n\n", newsletter.name);
  for (const auto& each : troubles) mail.text += in_words(each, newsletter.zone) + "\n";
  mail.text +=
      "\"tidings status\" shows how things stand now, \"tidings doctor\" what else is wrong. Such a mail "
      "comes at\n"
      "most once a day, and only if there is something to tell.\n";
  mail.message_id = fmt::format("<trouble-{}@{}>", to_ms(now), newsletter.from.address.domain);
  TIDINGS_LET(mail.signers, sending::load_signers(context_.config));
  TIDINGS_LET(auto message, message::build_plain(mail, now));
  TIDINGS_LET(const auto transport, sending::make_transport(context_.config, {}));
  TIDINGS_LET(const auto outcome, delivery::send_one(*transport, std::move(message), stop));
  if (outcome.kind != delivery::OutcomeKind::accepted) return fail(Errc::unavailable, outcome.line());
  return {};
}

std::vector<std::string> Watch::news() {
  auto lines = std::exchange(wrong_, {});
  for (auto& line : hooks_.ended()) lines.push_back(std::move(line));
  return lines;
}

std::vector<std::string> Watch::finish() {
  auto lines = std::exchange(wrong_, {});
  for (auto& line : hooks_.finish()) lines.push_back(std::move(line));
  return lines;
}

}  // namespace tidings::app
