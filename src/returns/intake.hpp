// Reports and replies that came back, applied: match, count, suppress, unsubscribe.
//
// Whom a mail is about is decided by a token of ours, never by an address that the mail names: first the
// return address (VERP token), then the Message-ID of the returned message, which is a MAC, then the
// unsubscribe token in its header. A mail without any of these has no effect. A reply to a delivery, from its
// reader's own address, that asks in plain words to leave is heeded too (bounce/leave_words). What else a
// person writes goes on to the editor (returns/forward). A mail is read once (Message-ID or hash); each is
// one transaction.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "bounce/bounce_table.hpp"
#include "bounce/intake.hpp"
#include "bounce/mime_reader.hpp"
#include "bounce/report.hpp"
#include "bounce/storm.hpp"
#include "bounce/webhook.hpp"
#include "config/context.hpp"
#include "delivery/ledger.hpp"
#include "sending/links.hpp"
#include "subscriber/subscriber_table.hpp"
#include "subscriber/suppression.hpp"
#include "subscriber/token.hpp"

namespace tidings::returns {

enum class Intake {
  bounce,  ///< a report about a reader of ours, counted or not
  complaint,
  unsubscribe,  ///< a mail with an unsubscribe token, or a reply that asks for it
  confirm,      ///< a mail with a confirmation token
  auto_reply,   ///< out of office, challenge: no effect
  forward,      ///< a person's words: they wait to go on to the editor
  duplicate,    ///< read before
  unmatched,    ///< not ours, or not a report: no effect
};
[[nodiscard]] std::string_view name_of(Intake intake);

struct IntakeResult {
  Intake intake = Intake::unmatched;
  SubscriberId subscriber{};  ///< 0: nobody
  std::string address{};      ///< theirs, where it is a report; the writer's, where it goes on to the editor
  bool suppressed = false;
  bool storm = false;
  std::vector<SubscriberId>
      taken_back{};     ///< whose suppression, by this report or one before it, the storm has lifted
  std::string words{};  ///< what was done and why, one line
};

class BounceIntake {
 public:
  /// With the keys of the database; makes none.
  [[nodiscard]] static Result<std::unique_ptr<BounceIntake>> open(const config::Context& context);
  BounceIntake(const config::Context& context, subscriber::KeyRing keys);

  /// `envelope_to` is where the MTA says the mail was sent to; may be empty. Only the store's errors.
  [[nodiscard]] Result<IntakeResult> take(std::string_view bytes, std::string_view envelope_to = {});

  /// What a relay has told and proved: its word about an address is believed where no token of ours is in it.
  [[nodiscard]] Result<IntakeResult> take_event(const bounce::WebhookEvent& event);

 private:
  struct Match {
    subscriber::TokenSubject subject{};
    std::string_view by{};
  };

  [[nodiscard]] Result<IntakeResult> handle(const bounce::Mail& mail, std::string_view bytes,
                                            std::string_view envelope_to, UtcTime at);
  /// Within the caller's transaction.
  [[nodiscard]] Result<IntakeResult> pass_on(const bounce::Mail& mail, std::string_view bytes,
                                             std::string_view envelope_to);
  [[nodiscard]] std::optional<Match> by_return_address(const bounce::Mail& mail,
                                                       std::string_view envelope_to) const;
  [[nodiscard]] std::optional<Match> by_token_in(const std::vector<std::string>& addresses) const;
  [[nodiscard]] Result<std::optional<Match>> by_address(const bounce::Report& report);
  [[nodiscard]] Result<std::optional<Match>> by_message_id(const bounce::Report& report);
  /// Whose Message-ID one of these is, if it is of a delivery to this subscriber.
  [[nodiscard]] Result<std::optional<subscriber::TokenSubject>> delivery_of(
      SubscriberId id, const std::vector<std::string>& message_ids);
  [[nodiscard]] std::optional<Match> by_unsubscribe_field(const bounce::Report& report) const;
  [[nodiscard]] Result<IntakeResult> apply(const bounce::Report& report, const Match& match, UtcTime at);
  [[nodiscard]] Result<void> look_for_storm(const bounce::BounceEvent& event, IntakeResult& result);
  /// False where nothing of ours was to be lifted.
  [[nodiscard]] Result<bool> lift(SubscriberId id);
  [[nodiscard]] Result<std::optional<IntakeResult>> reply(const bounce::Mail& mail);
  /// A reply to a delivery that asks in words to leave.
  [[nodiscard]] Result<std::optional<IntakeResult>> leave_by_words(const bounce::Mail& mail);
  [[nodiscard]] Result<IntakeResult> leave(const subscriber::TokenSubject& subject, std::string_view proof);

  const config::Context context_;
  sending::Links links_;
  subscriber::Tokens tokens_;
  bounce::BounceTable table_;
  delivery::Ledger ledger_;
  subscriber::SubscriberTable subscribers_;
  subscriber::Suppressions suppressions_;
  bounce::StormWatch storms_;
};

/// How a run handles each mail: it is applied, told to `read`, and put away by what it was. One that cannot
/// be applied, as when a row of ours makes no sense, is told to `failed`, put away as unmatched, and stops no
/// other.
struct IntakeRun {
  std::string envelope_to{};
  std::function<void(const IntakeResult&)> read{};
  std::function<void(const Error&)> failed{};
};
[[nodiscard]] bounce::Take take_each(BounceIntake& intake, IntakeRun run);

}  // namespace tidings::returns
