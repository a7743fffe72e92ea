#include "returns/intake.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "bounce/forward_table.hpp"
#include "bounce/heuristics.hpp"
#include "bounce/leave_words.hpp"
#include "bounce/parse.hpp"
#include "bounce/policy.hpp"
#include "bounce/scan.hpp"
#include "digest/edition_table.hpp"
#include "members/membership.hpp"
#include "message/list_headers.hpp"
#include "returns/editor_reply.hpp"
#include "returns/forward.hpp"

namespace tidings::returns {
namespace {

using subscriber::TokenForm;
using subscriber::TokenPurpose;

/// The mail's own Message-ID, or its hash if it has none.
std::string key_of(const bounce::Mail& mail, std::string_view bytes) {
  const auto id = trim(bounce::field(mail.fields, "message-id"));
  return id.empty() || id.size() > 500 ? "sha256:" + hex_encode(sha256(bytes)) : std::string{id};
}

/// What a reply to a confirmation mail names by itself: the Message-ID "<confirm-TOKEN@...>", the address
/// "...+confirm-TOKEN@...".
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

/// RFC 3834 and earlier conventions: automatic, or from a mail system; not a person's wish.
bool is_automatic(const bounce::Mail& mail) {
  const auto submitted = ascii_lower(trim(bounce::field(mail.fields, "auto-submitted")));
  const auto precedence = ascii_lower(trim(bounce::field(mail.fields, "precedence")));
  return (!submitted.empty() && submitted != "no") || precedence == "bulk" || precedence == "junk" ||
         precedence == "auto_reply" || !bounce::field(mail.fields, "x-autoreply").empty() ||
         !bounce::field(mail.fields, "x-autorespond").empty() ||
         trim(bounce::field(mail.fields, "return-path")) == "<>" || mail.type == "multipart/report";
}

/// The words of a text that may be tokens: base64url, at least 20 bytes.
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

std::string_view notice_of(const bounce::Mail& mail) {
  return mail.parts.empty() ? std::string_view{} : std::string_view{mail.parts.front().text};
}

/// The single address of From.
std::optional<MailAddress> writer_of(const bounce::Mail& mail) {
  const auto from = trim(bounce::field(mail.fields, "from"));
  if (auto mailbox = parse_mailbox(from)) return std::move(mailbox->address);
  // A decoded name may contain a comma.
  const auto open = from.find('<');
  if (open == std::string_view::npos || open != from.rfind('<') || !from.ends_with('>')) return std::nullopt;
  auto address = parse_mail_address(from.substr(open + 1, from.size() - open - 2));
  if (!address) return std::nullopt;
  return *std::move(address);
}

/// The mails that this one answers.
std::vector<std::string> message_ids_of(const bounce::Mail& mail) {
  std::vector<std::string> ids;
  for (const auto* const name : {"in-reply-to", "references"}) {
    const auto text = bounce::field(mail.fields, name);
    for (auto begin = text.find('<'); begin != std::string_view::npos && ids.size() < 50;
         begin = text.find('<', begin + 1)) {
      const auto end = text.find('>', begin);
      if (end == std::string_view::npos) break;
      ids.emplace_back(text.substr(begin, end - begin + 1));
    }
  }
  return ids;
}

/// Whoever the mail may have been sent to.
std::vector<std::string> addressees_of(const bounce::Mail& mail, std::string_view envelope_to) {
  std::vector<std::string> addresses{std::string{envelope_to}};
  for (const auto& [name, value] : mail.fields) {
    if (name != "delivered-to" && name != "x-original-to" && name != "envelope-to" &&
        name != "x-envelope-to" && name != "to" && name != "received")
      continue;
    for (const auto& found : bounce::find_addresses(value)) addresses.push_back(found.address);
  }
  return addresses;
}

/// Empty if it may be a person's own words.
std::string why_not_a_person(const bounce::Mail& mail) {
  const auto has = [&](std::string_view name) { return !bounce::field(mail.fields, name).empty(); };
  if (has(forwarded_field)) return "tidings has forwarded it before";
  if (is_automatic(mail)) return "an automatic mail";
  const auto precedence = ascii_lower(trim(bounce::field(mail.fields, "precedence")));
  if (has("list-id") || has("list-unsubscribe") || has("list-post") || precedence == "list")
    return "mail from a mailing list";
  if (ascii_lower(bounce::field(mail.fields, "x-spam-flag")).starts_with("yes")) return "marked as spam";
  if (bounce::may_be_report(mail, notice_of(mail))) return "from a mail system, but not a readable report";
  if (!writer_of(mail)) return "no single From address to reply to";
  return {};
}

std::string domain_of(std::string_view address) {
  return ascii_lower(address.substr(address.rfind('@') + 1));
}

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
    case Intake::review: return "review";
    case Intake::forward: return "forward";
    case Intake::duplicate: return "duplicate";
    case Intake::unmatched: return "unmatched";
  }
  return "";
}

Result<std::unique_ptr<BounceIntake>> BounceIntake::open(const config::Context& context) {
  TIDINGS_LET(auto keys, subscriber::KeyRing::peek(context.database, context.random));
  return std::make_unique<BounceIntake>(context, std::move(keys));
}

BounceIntake::BounceIntake(const config::Context& context, subscriber::KeyRing keys)
    : context_(context),
      links_(context.config, keys),
      tokens_(std::move(keys)),
      table_(context.database),
      ledger_(context.database, context.clock),
      subscribers_(context.database, context.clock),
      suppressions_(context.database, context.clock),
      storms_(table_, context.config.bounce.policy) {}

Result<IntakeResult> BounceIntake::take(std::string_view bytes, std::string_view envelope_to) {
  const auto mail = bounce::read_mail(bytes);
  const auto key = key_of(mail, bytes);
  const auto at = context_.clock.now();
  TIDINGS_LET(const bool known, table_.seen(key));
  if (known) return IntakeResult{.intake = Intake::duplicate, .words = "read before"};
  // A reply changes a draft or subscriptions in its own transaction, and is idempotent: an editor's answer
  // holds for one revision.
  TIDINGS_LET(auto replied, editor_reply(mail, envelope_to));
  if (!replied) {
    TIDINGS_LET(replied, reply(mail));
  }
  TIDINGS_LET(auto transaction, context_.database.begin());
  TIDINGS_LET(const bool is_new, table_.remember(key, at));
  if (!is_new) return IntakeResult{.intake = Intake::duplicate, .words = "read before"};
  IntakeResult result;
  if (replied) {
    result = *std::move(replied);
  } else {
    TIDINGS_LET(result, handle(mail, bytes, envelope_to, at));
  }
  if (result.subscriber && result.address.empty()) {
    TIDINGS_LET(const auto about, subscribers_.find(result.subscriber));
    if (about) result.address = about->address;
  }
  TIDINGS_TRY(table_.set_outcome(key, name_of(result.intake)));
  TIDINGS_TRY(transaction.commit());
  return result;
}

Result<IntakeResult> BounceIntake::handle(const bounce::Mail& mail, std::string_view bytes,
                                          std::string_view envelope_to, UtcTime at) {
  const auto report = bounce::parse_report(mail);
  if (!report) {
    if (bounce::is_auto_reply(mail, notice_of(mail)))
      return IntakeResult{.intake = Intake::auto_reply, .words = report.error().what};
    if (!context_.config.bounce.forward_to) return IntakeResult{.words = report.error().what};
    return pass_on(mail, bytes, envelope_to);
  }
  auto match = by_return_address(mail, envelope_to);
  if (!match) {
    TIDINGS_LET(match, by_message_id(*report));
  }
  if (!match) match = by_unsubscribe_field(*report);
  if (!match) return IntakeResult{.words = "a report, but not provably about one of our messages"};
  return apply(*report, *match, at);
}

Result<IntakeResult> BounceIntake::pass_on(const bounce::Mail& mail, std::string_view bytes,
                                           std::string_view envelope_to) {
  if (auto why = why_not_a_person(mail); !why.empty()) return IntakeResult{.words = std::move(why)};
  const auto& editor = context_.config.bounce.forward_to->address;
  for (const auto& text : {std::string{envelope_to}, std::string{bounce::field(mail.fields, "delivered-to")},
                           std::string{bounce::field(mail.fields, "x-original-to")}}) {
    const auto address = parse_mail_address(text);
    if (address && config::same_mailbox(*address, editor))
      return IntakeResult{.words = "the editor's own mailbox is read here"};
  }
  const auto writer = writer_of(mail);
  bounce::ForwardTable forwards{context_.database, context_.clock};
  TIDINGS_LET(const bool added, forwards.add(writer->key(), bytes));
  if (!added)
    return IntakeResult{.words = "too many mails wait for the editor, or came from this writer within a day"};
  return IntakeResult{
      .intake = Intake::forward, .address = writer->text(), .words = "forwarded to " + editor.text()};
}

Result<IntakeResult> BounceIntake::take_event(const bounce::WebhookEvent& event) {
  const auto at = context_.clock.now();
  TIDINGS_LET(auto transaction, context_.database.begin());
  TIDINGS_LET(const bool is_new, table_.remember(event.key, at));
  if (!is_new) return IntakeResult{.intake = Intake::duplicate, .words = "read before"};
  auto match = by_token_in({event.report.returned.envelope_from});
  if (!match) {
    TIDINGS_LET(match, by_message_id(event.report));
  }
  if (!match) {
    TIDINGS_LET(match, by_address(event.report));
  }
  IntakeResult result{.words = "not about a subscriber"};
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
  return by_token_in(addressees_of(mail, envelope_to));
}

Result<std::optional<IntakeResult>> BounceIntake::editor_reply(const bounce::Mail& mail,
                                                               std::string_view envelope_to) {
  const auto subject = token_in(TokenPurpose::review, addressees_of(mail, envelope_to));
  if (!subject || is_automatic(mail)) return std::optional<IntakeResult>{};
  const auto writer = writer_of(mail);
  if (!writer || !config::same_mailbox(*writer, context_.config.newsletter.editor.address))
    return std::optional{IntakeResult{.words = "an answer to a draft, but not from the editor's address"}};
  TIDINGS_LET(auto words,
              obey_editor(context_, subject->edition, subject->subscriber.value - 1, bounce::own_text(mail)));
  return std::optional{
      IntakeResult{.intake = Intake::review, .address = writer->text(), .words = std::move(words)}};
}

std::optional<BounceIntake::Match> BounceIntake::by_token_in(
    const std::vector<std::string>& addresses) const {
  const auto subject = token_in(TokenPurpose::bounce, addresses);
  if (!subject) return std::nullopt;
  return Match{.subject = *subject, .by = "return address"};
}

std::optional<subscriber::TokenSubject> BounceIntake::token_in(
    TokenPurpose purpose, const std::vector<std::string>& addresses) const {
  if (!context_.config.bounce.address) return std::nullopt;
  const auto prefix = ascii_lower(context_.config.bounce.address->local) + "+";
  for (const auto& address : addresses) {
    if (domain_of(address) != context_.config.bounce.address->domain ||
        !ascii_lower(address).starts_with(prefix))
      continue;
    const auto token = std::string_view{address}.substr(prefix.size(), address.rfind('@') - prefix.size());
    if (const auto subject = tokens_.verify(purpose, TokenForm::local_part, token)) return subject;
  }
  return std::nullopt;
}

Result<std::optional<BounceIntake::Match>> BounceIntake::by_message_id(const bounce::Report& report) {
  const auto& id = report.returned.message_id;
  if (id.empty()) return std::optional<Match>{};
  for (const auto& recipient : report.recipients) {
    for (const auto& text : {recipient.address, recipient.original}) {
      const auto address = parse_mail_address(text);
      if (!address) continue;
      TIDINGS_LET(const auto found, subscribers_.find(*address));
      if (!found) continue;
      TIDINGS_LET(const auto subject, delivery_of(found->id, {id}));
      if (subject) return std::optional<Match>{Match{.subject = *subject, .by = "Message-ID"}};
    }
  }
  return std::optional<Match>{};
}

Result<std::optional<subscriber::TokenSubject>> BounceIntake::delivery_of(
    SubscriberId id, const std::vector<std::string>& message_ids) {
  TIDINGS_LET(const auto rows, ledger_.list({.subscriber = id}));
  for (const auto& message_id : message_ids) {
    const auto at_sign = message_id.rfind('@');
    if (at_sign == std::string::npos || message_id.size() > 300 || !message_id.ends_with(">")) continue;
    const auto domain = message_id.substr(at_sign + 1, message_id.size() - at_sign - 2);
    for (const auto& row : rows) {
      if (message::message_id(links_.edition_key(row.edition), id, domain) == message_id)
        return std::optional{subscriber::TokenSubject{.subscriber = id, .edition = row.edition}};
    }
  }
  return std::optional<subscriber::TokenSubject>{};
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
    result.words = "about somebody who is no longer on the list";
    return result;
  }
  result.address = subscriber->address;
  const auto address = stored_address(subscriber->address);
  // The token says whom it is about; of several recipients, use the one with that address, else the first
  // that failed.
  const auto same =
      std::find_if(report.recipients.begin(), report.recipients.end(), [&](const bounce::Recipient& each) {
        return ascii_iequals(each.address, subscriber->address) ||
               ascii_iequals(each.original, subscriber->address);
      });
  const auto failed =
      std::find_if(report.recipients.begin(), report.recipients.end(),
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
  if (!report.complaint) {
    TIDINGS_LET(const bool before, is_before_the_move(*subscriber, match.subject.edition, recipient));
    if (before) {
      result.words = fmt::format("{}: about the address that they had before", in_words(report, recipient));
      return result;
    }
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
    TIDINGS_LET(result.suppressed,
                suppressions_.add(address, subscriber::SuppressionCause::hard_bounce, words));
  } else if (step == bounce::Step::suppress_complaint) {
    TIDINGS_LET(result.suppressed,
                suppressions_.add(address, subscriber::SuppressionCause::complaint, words));
  }
  event.suppressed = result.suppressed;
  TIDINGS_TRY(table_.record(event));
  if (step == bounce::Step::count) {
    TIDINGS_LET(const int days,
                table_.days_counted(subscriber->id, at - context_.config.bounce.policy.window));
    if (days >= context_.config.bounce.policy.threshold) {
      TIDINGS_LET(result.suppressed,
                  suppressions_.add(address, subscriber::SuppressionCause::soft_bounces,
                                    fmt::format("bounced on {} days; the last time {}", days, words)));
      if (result.suppressed) {
        event.suppressed = true;
        event.counts = false;  // a second row, so that a storm can take the suppression back
        TIDINGS_TRY(table_.record(event));
      }
    }
  }
  result.words = fmt::format("{} (found by {})", words, match.by);
  if (!report.complaint && recipient.action == bounce::Action::failed)
    TIDINGS_TRY(look_for_storm(event, result));
  return result;
}

/// Whether a report is about an address that the subscriber no longer has: a mail sent before the move, or
/// one of no edition to another address.
Result<bool> BounceIntake::is_before_the_move(const subscriber::Subscriber& reader, EditionId edition,
                                              const bounce::Recipient& recipient) {
  if (!reader.moved) return false;
  if (!edition)
    return !ascii_iequals(recipient.address, reader.address) &&
           !ascii_iequals(recipient.original, reader.address);
  TIDINGS_LET(const auto rows, ledger_.list({.subscriber = reader.id}));
  return std::ranges::any_of(rows, [&](const delivery::DeliveryRow& row) {
    return row.edition == edition && row.settled && *row.settled < *reader.moved;
  });
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
    result.words += fmt::format("; {} refuses many at once ({} subscribers within the hour): not counted",
                                event.domain, verdict.hit);
  if (!result.taken_back.empty())
    result.words += fmt::format(", {} suppression{} taken back", result.taken_back.size(),
                                result.taken_back.size() == 1 ? "" : "s");
  return {};
}

Result<std::optional<IntakeResult>> BounceIntake::reply(const bounce::Mail& mail) {
  if (is_automatic(mail)) return std::optional<IntakeResult>{};
  auto words = token_words(bounce::field(mail.fields, "subject"));
  std::ranges::move(confirmation_words(mail), std::back_inserter(words));
  members::Membership membership{context_};
  for (const auto& word : words) {
    if (const auto subject = tokens_.verify(TokenPurpose::unsubscribe, TokenForm::link, word)) {
      TIDINGS_LET(auto left, leave(*subject, "mail with an unsubscribe token"));
      return std::optional{std::move(left)};
    }
    TIDINGS_LET(const auto confirmed, membership.confirm(word, {.origin = subscriber::Origin::mailto,
                                                                .detail = "mail with a confirmation token"}));
    if (confirmed) {
      return std::optional{
          IntakeResult{.intake = Intake::confirm,
                       .subscriber = confirmed->subscriber,
                       .words = fmt::format("{}confirmed {}", confirmed->before ? "had already " : "",
                                            join(confirmed->digests, ", "))}};
    }
  }
  return leave_by_words(mail);
}

Result<std::optional<IntakeResult>> BounceIntake::leave_by_words(const bounce::Mail& mail) {
  const auto writer = writer_of(mail);
  const auto answered = message_ids_of(mail);
  if (!writer || answered.empty() || !bounce::asks_to_leave(bounce::own_text(mail)))
    return std::optional<IntakeResult>{};
  TIDINGS_LET(const auto found, subscribers_.find(*writer));
  if (!found) return std::optional<IntakeResult>{};
  TIDINGS_LET(const auto subject, delivery_of(found->id, answered));
  if (!subject) return std::optional<IntakeResult>{};
  TIDINGS_LET(auto left, leave(*subject, "reply that asks to be unsubscribed"));
  return std::optional{std::move(left)};
}

Result<IntakeResult> BounceIntake::leave(const subscriber::TokenSubject& subject, std::string_view proof) {
  std::string digest;
  if (subject.edition) {
    if (const auto edition = digest::EditionTable{context_.database}.get(subject.edition))
      digest = edition->digest;
  }
  members::Membership membership{context_};
  TIDINGS_LET(auto transaction, context_.database.begin());
  TIDINGS_LET(const auto left,
              membership.leave_by_mail(transaction, subject.subscriber, digest,
                                       {.origin = subscriber::Origin::mailto, .detail = std::string{proof}}));
  TIDINGS_TRY(transaction.commit());
  return IntakeResult{
      .intake = Intake::unsubscribe,
      .subscriber = subject.subscriber,
      .words = fmt::format("left {}: {}", left.empty() ? "nothing (already unsubscribed)" : join(left, ", "),
                           proof)};
}

bounce::Take take_each(BounceIntake& intake, IntakeRun run) {
  return [&intake, run = std::move(run)](const bounce::Incoming& mail) -> Result<bounce::Disposition> {
    const auto result = intake.take(mail.bytes, run.envelope_to);
    if (result) {
      run.read(*result);
      return result->intake == Intake::unmatched ? bounce::Disposition::unmatched
                                                 : bounce::Disposition::taken;
    }
    // A locked or broken store is so for each mail; anything else concerns only this one.
    auto error = result.error();
    if (error.code == Errc::try_again || error.code == Errc::io)
      return tl::unexpected<Error>(std::move(error));
    error.what = mail.name + ": " + error.what;
    run.failed(error);
    return bounce::Disposition::unmatched;
  };
}

}  // namespace tidings::returns
