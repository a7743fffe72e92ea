// Applies reports and replies: match, count, suppress, unsubscribe.
//
// A token of ours decides whom a mail is about, never an address in it: first the return address (VERP
// token), then the Message-ID of the returned message, which is a MAC, then the unsubscribe token in its
// header. A mail without a valid token has no effect. A reply to a delivery from its recipient's own address
// that plainly asks to unsubscribe also takes effect (bounce/leave_words). So does the editor's answer to a
// draft (returns/editor_reply). Other mail from people is forwarded to the editor (returns/forward). A mail
// is read once (Message-ID or hash); each is one transaction.
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
  bounce,  ///< a report about one of our subscribers, counted or not
  complaint,
  unsubscribe,  ///< a mail with an unsubscribe token, or a reply that asks to unsubscribe
  confirm,      ///< a mail with a confirmation token
  auto_reply,   ///< out of office, challenge: no effect
  review,       ///< the editor's answer to a draft's mail
  forward,      ///< a person's own words: to be forwarded to the editor
  duplicate,    ///< read before
  unmatched,    ///< foreign, or not a report: no effect
};
[[nodiscard]] std::string_view name_of(Intake intake);

struct IntakeResult {
  Intake intake = Intake::unmatched;
  SubscriberId subscriber{};  ///< 0: nobody
  std::string address{};      ///< the subscriber's, if known; the writer's for forwarded mail
  bool suppressed = false;
  bool storm = false;
  std::vector<SubscriberId>
      taken_back{};     ///< those whose suppression, by this or an earlier report, the storm has lifted
  std::string words{};  ///< what was done and why, one line
};

class BounceIntake {
 public:
  /// With the keys of the database; makes none.
  [[nodiscard]] static Result<std::unique_ptr<BounceIntake>> open(const config::Context& context);
  BounceIntake(const config::Context& context, subscriber::KeyRing keys);

  /// `envelope_to` is the envelope recipient as given by the MTA; may be empty. Only the store's errors.
  [[nodiscard]] Result<IntakeResult> take(std::string_view bytes, std::string_view envelope_to = {});

  /// An event from a verified relay: its word about an address is trusted if the event has no token of ours.
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
  /// The delivery to this subscriber that has one of these Message-IDs.
  [[nodiscard]] Result<std::optional<subscriber::TokenSubject>> delivery_of(
      SubscriberId id, const std::vector<std::string>& message_ids);
  [[nodiscard]] std::optional<Match> by_unsubscribe_field(const bounce::Report& report) const;
  [[nodiscard]] Result<IntakeResult> apply(const bounce::Report& report, const Match& match, UtcTime at);
  [[nodiscard]] Result<void> look_for_storm(const bounce::BounceEvent& event, IntakeResult& result);
  [[nodiscard]] Result<bool> is_before_the_move(const subscriber::Subscriber& reader, EditionId edition,
                                                const bounce::Recipient& recipient);
  /// False if there was no suppression of ours to lift.
  [[nodiscard]] Result<bool> lift(SubscriberId id);
  /// An answer to a draft's mail; nothing if it is not provably one.
  [[nodiscard]] Result<std::optional<IntakeResult>> editor_reply(const bounce::Mail& mail,
                                                                 std::string_view envelope_to);
  [[nodiscard]] std::optional<subscriber::TokenSubject> token_in(
      subscriber::TokenPurpose purpose, const std::vector<std::string>& addresses) const;
  [[nodiscard]] Result<std::optional<IntakeResult>> reply(const bounce::Mail& mail);
  /// A reply to a delivery that asks in words to unsubscribe.
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

/// How a run handles each mail: it is applied, passed to `read`, and filed by its result. A mail that cannot
/// be applied, for example because a stored row is invalid, is passed to `failed`, filed as unmatched, and
/// does not stop the others.
struct IntakeRun {
  std::string envelope_to{};
  std::function<void(const IntakeResult&)> read{};
  std::function<void(const Error&)> failed{};
};
[[nodiscard]] bounce::Take take_each(BounceIntake& intake, IntakeRun run);

}  // namespace tidings::returns
