#include "app/bounce_intake.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "app/membership.hpp"
#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "bounce/heuristics.hpp"
#include "bounce/parse.hpp"
#include "bounce/policy.hpp"
#include "bounce/scan.hpp"
#include "digest/edition_table.hpp"
#include "message/list_headers.hpp"

namespace tidings::app {
namespace {

using subscriber::TokenForm;
using subscriber::TokenPurpose;

/// The mail's own Message-ID, or its hash where it has none.
std::string key_of(const bounce::Mail& mail, std::string_view bytes) {
  const auto id = trim(bounce::field(mail.fields, "message-id"));
  return id.empty() || id.size() > 500 ? "sha256:" + hex_encode(sha256(bytes)) : std::string{id};
}

/// What a reply to a confirmation mail names without its writer's doing: the Message-ID "<confirm-TOKEN@...>", the
/// address "...+confirm-TOKEN@...".
std::vector<std::string> confirmation_words(const bounce::Mail& mail) {
  constexpr std::string_view mark = "confirm-";
  std::vector<std::string> words;
  for (const auto* const name : {"in-reply-to", "references", "to", "delivered-to", "x-original-to"}) {
    const auto text = ascii_lower(bounce::field(mail.fields, name));
    for (auto at = text.find(mark); at != std::string::npos && words.size() < 20; at = text.find(mark, at)) {
      at += mark.size();
      const auto end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567", at);
      auto word = text.substr(at, end == std::string::npos ? end : end - at);
      if (std::ranges::find(words, word) == words.end()) words.push_back(std::move(word));
    }
  }
  return words;
}

/// RFC 3834 and what was written before it: automatic, or from a mail system. No wish of a person.
bool is_automatic(const bounce::Mail& mail) {
  const auto submitted = ascii_lower(trim(bounce::field(mail.fields, "auto-submitted")));
  const auto precedence = ascii_lower(trim(bounce::field(mail.fields, "precedence")));
  return (!submitted.empty() && submitted != "no") || precedence == "bulk" || precedence == "junk" ||
         precedence == "auto_reply" ||
         !bounce::field(mail.fields, "x-autoreply").empty() || !bounce::field(mail.fields, "x-autorespond").empty() ||
         trim(bounce::field(mail.fields, "return-path")) == "<>" || mail.type == "multipart/report";
}

/// The words of a text that can be a token: base64url, 20 bytes and more.
std::vector<std::string> token_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto flush = [&] {
    if (word.size() >= 20 && words.size() < 50) words.push_back(word);
    word.clear();
  };
  for (const char c : percent_decode(text)) {
    const bool good =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (good) {
      word += c;
    } else {
      flush();
    }
  }
  flush();
  return words;
}

std::string domain_of(std::string_view address) { return ascii_lower(address.substr(address.rfind('@') + 1)); }

bounce::BounceEvent event_of(const bounce::Report& report, const bounce::Recipient& recipient,
                             const subscriber::TokenSubject& subject) {
  return {.subscriber = subject.subscriber,
          .edition = subject.edition,
          .kind = report.complaint ? "complaint" : std::string{name_of(recipient.kind)},
          .reason = report.complaint ? report.feedback_type : std::string{name_of(recipient.reason)},
          .status = recipient.status};
}

std::string in_words(const bounce::Report& report, const bounce::Recipient& recipient) {
  if (report.complaint)
    return fmt::format("complaint ({}) reported by {}", report.feedback_type,
                       report.reporter.empty() ? "the provider" : report.reporter);
  const bool told = recipient.diagnostic.find(recipient.status) != std::string::npos;
  return fmt::format("{}: {}{}{}", name_of(recipient.reason), told ? "" : recipient.status,
                     told || recipient.diagnostic.empty() ? "" : " ", recipient.diagnostic);
}

}  // namespace

std::string_view name_of(Intake intake) {
  switch (intake) {
    case Intake::bounce: return "bounce";
    case Intake::complaint: return "complaint";
    case Intake::unsubscribe: return "unsubscribe";
    case Intake::confirm: return "confirm";
    case Intake::auto_reply: return "auto_reply";
    case Intake::duplicate: return "duplicate";
    case Intake::unmatched: return "unmatched";
  }
  return "";
}

BounceIntake::BounceIntake(const Config& config, store::Database& database, const Clock& clock, Random& random,
                           subscriber::KeyRing keys)
    : config_(config),
      database_(database),
      clock_(clock),
      random_(random),
      links_(config, keys),
      tokens_(std::move(keys)),
      table_(database),
      ledger_(database, clock),
      subscribers_(database, clock),
      suppressions_(database, clock),
      storms_(table_, config.bounce.policy) {}

Result<IntakeResult> BounceIntake::take(std::string_view bytes, std::string_view envelope_to) {
  const auto mail = bounce::read_mail(bytes);
  const auto key = key_of(mail, bytes);
  const auto at = clock_.now();
  TIDINGS_LET(const bool known, table_.seen(key));
  if (known) return IntakeResult{.intake = Intake::duplicate, .words = "read before"};
  // A reply changes subscriptions in a transaction of its own, and is idempotent.
  TIDINGS_LET(auto replied, reply(mail));
  TIDINGS_LET(auto transaction, database_.begin());
  TIDINGS_LET(const bool is_new, table_.remember(key, at));
  if (!is_new) return IntakeResult{.intake = Intake::duplicate, .words = "read before"};
  IntakeResult result;
  if (replied) {
    result = *std::move(replied);
  } else {
    TIDINGS_LET(result, handle(mail, envelope_to, at));
  }
  TIDINGS_TRY(table_.set_outcome(key, name_of(result.intake)));
  TIDINGS_TRY(transaction.commit());
  return result;
}

Result<IntakeResult> BounceIntake::handle(const bounce::Mail& mail, std::string_view envelope_to, UtcTime at) {
  const auto report = bounce::parse_report(mail);
  if (!report) {
    const bool automatic =
        bounce::is_auto_reply(mail, mail.parts.empty() ? std::string_view{} : mail.parts.front().text);
    return IntakeResult{.intake = automatic ? Intake::auto_reply : Intake::unmatched, .words = report.error().what};
  }
  auto match = by_return_address(mail, envelope_to);
  if (!match) {
    TIDINGS_LET(match, by_message_id(*report));
  }
  if (!match) match = by_unsubscribe_field(*report);
  if (!match) return IntakeResult{.words = "a report, but about no message of ours that can be proved"};
  return apply(*report, *match, at);
}

Result<IntakeResult> BounceIntake::take_event(const bounce::WebhookEvent& event) {
  const auto at = clock_.now();
  TIDINGS_LET(auto transaction, database_.begin());
  TIDINGS_LET(const bool is_new, table_.remember(event.key, at));
  if (!is_new) return IntakeResult{.intake = Intake::duplicate, .words = "read before"};
  auto match = by_token_in({event.report.returned.envelope_from});
  if (!match) {
    TIDINGS_LET(match, by_message_id(event.report));
  }
  if (!match) {
    TIDINGS_LET(match, by_address(event.report));
  }
  IntakeResult result{.words = "about nobody of ours"};
  if (match) {
    TIDINGS_LET(result, apply(event.report, *match, at));
  }
  TIDINGS_TRY(table_.set_outcome(event.key, name_of(result.intake)));
  TIDINGS_TRY(transaction.commit());
  return result;
}

Result<std::optional<BounceIntake::Match>> BounceIntake::by_address(const bounce::Report& report) {
  for (const auto& recipient : report.recipients) {
    const auto address = parse_mail_address(recipient.address);
    if (!address) continue;
    TIDINGS_LET(const auto found, subscribers_.find(*address));
    if (found) return std::optional<Match>{Match{.subject = {.subscriber = found->id}, .by = "the relay"}};
  }
  return std::optional<Match>{};
}

std::optional<BounceIntake::Match> BounceIntake::by_return_address(const bounce::Mail& mail,
                                                                   std::string_view envelope_to) const {
  std::vector<std::string> addresses{std::string{envelope_to}};
  for (const auto& [name, value] : mail.fields) {
    if (name != "delivered-to" && name != "x-original-to" && name != "envelope-to" && name != "x-envelope-to" &&
        name != "to" && name != "received")
      continue;
    for (const auto& found : bounce::find_addresses(value)) addresses.push_back(found.address);
  }
  return by_token_in(addresses);
}

std::optional<BounceIntake::Match> BounceIntake::by_token_in(const std::vector<std::string>& addresses) const {
  if (!config_.bounce.address) return std::nullopt;
  const auto prefix = ascii_lower(config_.bounce.address->local) + "+";
  for (const auto& address : addresses) {
    if (domain_of(address) != config_.bounce.address->domain || !ascii_lower(address).starts_with(prefix)) continue;
    const auto token = std::string_view{address}.substr(prefix.size(), address.rfind('@') - prefix.size());
    if (const auto subject = tokens_.verify(TokenPurpose::bounce, TokenForm::local_part, token))
      return Match{.subject = *subject, .by = "return address"};
  }
  return std::nullopt;
}

Result<std::optional<BounceIntake::Match>> BounceIntake::by_message_id(const bounce::Report& report) {
  const auto& id = report.returned.message_id;
  const auto at_sign = id.rfind('@');
  if (at_sign == std::string::npos || id.size() > 300 || !id.ends_with(">")) return std::optional<Match>{};
  const auto domain = id.substr(at_sign + 1, id.size() - at_sign - 2);
  for (const auto& recipient : report.recipients) {
    for (const auto& text : {recipient.address, recipient.original}) {
      const auto address = parse_mail_address(text);
      if (!address) continue;
      TIDINGS_LET(const auto found, subscribers_.find(*address));
      if (!found) continue;
      TIDINGS_LET(const auto rows, ledger_.list({.subscriber = found->id}));
      for (const auto& row : rows) {
        if (message::message_id(links_.edition_key(row.edition), found->id, domain) != id) continue;
        return std::optional<Match>{
            Match{.subject = {.subscriber = found->id, .edition = row.edition}, .by = "Message-ID"}};
      }
    }
  }
  return std::optional<Match>{};
}

std::optional<BounceIntake::Match> BounceIntake::by_unsubscribe_field(const bounce::Report& report) const {
  for (const auto& word : token_words(report.returned.list_unsubscribe)) {
    if (const auto subject = tokens_.verify(TokenPurpose::unsubscribe, TokenForm::link, word))
      return Match{.subject = *subject, .by = "unsubscribe token"};
  }
  return std::nullopt;
}

Result<IntakeResult> BounceIntake::apply(const bounce::Report& report, const Match& match, UtcTime at) {
  IntakeResult result{.intake = report.complaint ? Intake::complaint : Intake::bounce,
                      .subscriber = match.subject.subscriber};
  TIDINGS_LET(const auto subscriber, subscribers_.find(match.subject.subscriber));
  if (!subscriber) {
    result.words = "about somebody who is not on the list any more";
    return result;
  }
  result.address = subscriber->address;
  const auto address = stored_address(subscriber->address);
  // The token says whom it is about; of several recipients the one of that address, else the first that failed.
  const auto same =
      std::find_if(report.recipients.begin(), report.recipients.end(), [&](const bounce::Recipient& each) {
        return ascii_iequals(each.address, subscriber->address) || ascii_iequals(each.original, subscriber->address);
      });
  const auto failed = std::find_if(report.recipients.begin(), report.recipients.end(),
                                   [](const bounce::Recipient& each) { return each.action == bounce::Action::failed; });
  const bounce::Recipient nobody{.address = subscriber->address, .action = bounce::Action::complaint};
  const auto& recipient = same != report.recipients.end()     ? *same
                          : failed != report.recipients.end() ? *failed
                          : report.recipients.empty()         ? nobody
                                                              : report.recipients.front();
  if (!report.complaint && recipient.action != bounce::Action::failed) {
    result.words = fmt::format("{}: {}", name_of(recipient.action), in_words(report, recipient));
    return result;  // it has not failed
  }
  const auto step = bounce::step_for(report, recipient);
  const auto words = in_words(report, recipient);
  auto event = event_of(report, recipient, match.subject);
  event.domain = address.domain;
  event.at = at;
  if (!report.complaint && recipient.action == bounce::Action::failed && match.subject.edition) {
    TIDINGS_TRY(ledger_.mark_bounced(match.subject.edition, subscriber->id, words));
  }
  event.counts = step == bounce::Step::count || step == bounce::Step::suppress_hard;
  if (step == bounce::Step::suppress_hard) {
    TIDINGS_LET(result.suppressed, suppressions_.add(address, subscriber::SuppressionCause::hard_bounce, words));
  } else if (step == bounce::Step::suppress_complaint) {
    TIDINGS_LET(result.suppressed, suppressions_.add(address, subscriber::SuppressionCause::complaint, words));
  }
  event.suppressed = result.suppressed;
  TIDINGS_TRY(table_.record(event));
  if (step == bounce::Step::count) {
    TIDINGS_LET(const int days, table_.days_counted(subscriber->id, at - config_.bounce.policy.window));
    if (days >= config_.bounce.policy.threshold) {
      TIDINGS_LET(result.suppressed, suppressions_.add(address, subscriber::SuppressionCause::soft_bounces,
                                                       fmt::format("bounced on {} days; the last time {}", days, words)));
      if (result.suppressed) {
        event.suppressed = true;
        event.counts = false;  // a second row, so that a storm can take the suppression back
        TIDINGS_TRY(table_.record(event));
      }
    }
  }
  result.words = fmt::format("{} (by {})", words, match.by);
  if (!report.complaint && recipient.action == bounce::Action::failed) TIDINGS_TRY(look_for_storm(event, result));
  return result;
}

Result<bool> BounceIntake::lift(SubscriberId id) {
  TIDINGS_LET(const auto subscriber, subscribers_.find(id));
  if (!subscriber) return false;
  const auto address = stored_address(subscriber->address);
  TIDINGS_LET(const auto there, suppressions_.lookup(address));
  const bool ours = there && (there->cause == subscriber::SuppressionCause::hard_bounce ||
                              there->cause == subscriber::SuppressionCause::soft_bounces);
  if (ours) TIDINGS_TRY(suppressions_.remove(address));
  return ours;
}

Result<void> BounceIntake::look_for_storm(const bounce::BounceEvent& event, IntakeResult& result) {
  TIDINGS_LET(const auto verdict, storms_.look(event));
  for (const auto id : verdict.lifted) {
    TIDINGS_LET(const bool lifted, lift(id));
    if (lifted) result.taken_back.push_back(id);
    if (id == event.subscriber) result.suppressed = false;
  }
  result.storm = verdict.storm;
  if (result.storm)
    result.words +=
        fmt::format("; {} refuses many at once ({} readers within the hour): not counted", event.domain, verdict.hit);
  if (!result.taken_back.empty())
    result.words += fmt::format(", {} suppression{} taken back", result.taken_back.size(), result.taken_back.size() == 1 ? "" : "s");
  return {};
}

Result<std::optional<IntakeResult>> BounceIntake::reply(const bounce::Mail& mail) {
  if (is_automatic(mail)) return std::optional<IntakeResult>{};
  auto words = token_words(bounce::field(mail.fields, "subject"));
  std::ranges::move(confirmation_words(mail), std::back_inserter(words));
  Membership membership{config_, database_, clock_};
  for (const auto& word : words) {
    if (const auto subject = tokens_.verify(TokenPurpose::unsubscribe, TokenForm::link, word)) {
      std::vector<std::string> digests;
      if (subject->edition) {
        if (const auto edition = digest::EditionTable{database_}.get(subject->edition)) digests.push_back(edition->digest);
      }
      TIDINGS_LET(const auto left, membership.leave(subject->subscriber, digests,
                                                    {.origin = subscriber::Origin::mailto, .detail = "mail with an unsubscribe token"}));
      return std::optional{
          IntakeResult{.intake = Intake::unsubscribe,
                       .subscriber = subject->subscriber,
                       .words = fmt::format("left {}", left.empty() ? "nothing: had left before" : join(left, ", "))}};
    }
    TIDINGS_LET(const auto confirmed,
                membership.confirm(word, {.origin = subscriber::Origin::mailto, .detail = "mail with a confirmation token"}, random_));
    if (confirmed) {
      return std::optional{IntakeResult{.intake = Intake::confirm,
                                        .subscriber = confirmed->subscriber,
                                        .words = fmt::format("{}confirmed {}", confirmed->before ? "had already " : "",
                                                             join(confirmed->digests, ", "))}};
    }
  }
  return std::optional<IntakeResult>{};
}

}  // namespace tidings::app
