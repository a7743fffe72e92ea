// What a visitor may ask of the list: the narrow interface through which this room sees it. Implemented by
// site/list_service.hpp.
//
// A token is the only authority; whatever it does not cover is neither shown nor changed. An absent answer
// means "no such thing", whatever the reason: unknown, forged, truncated, used, erased. No call reveals
// whether an address is on the list. A Service belongs to one thread. Calls fail with Errc::io or
// Errc::try_again of the store.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "web/metrics.hpp"
#include "web/web.hpp"

namespace tidings::web {

struct Choice {
  std::string value{};
  std::string label{};  ///< empty for a digest: the page names it
  std::string description{};
  bool is_chosen = false;
  std::size_t group = 0;  ///< digests that bring the same posts have the same: one of them is enough

  bool operator==(const Choice&) const = default;
};

/// The subject of an unsubscribe link.
struct Leaving {
  std::string address{};               ///< masked
  std::string language{};              ///< BCP 47 or empty
  std::string digest{};                ///< the digest whose edition carried the link; empty: all of them
  bool is_subscribed = false;          ///< to that digest (to any, if empty)
  std::vector<std::string> others{};   ///< names of the other digests they get
  std::vector<std::string> instead{};  ///< names of digests that bring the same posts less often
  std::vector<Choice> topics{};  ///< all of them, the ones they get chosen; fewer than two are no choice
  bool may_pause = false;
};

/// A question of the publisher's own, and the answer.
struct OwnField {
  enum class Kind { text, choice, date, number, yes_no } kind = Kind::text;
  std::string name{};
  std::string title{};
  std::vector<std::string> choices{};
  std::string value{};
  bool is_wrong = false;  ///< the answer makes no sense
};

/// Name and answer; an empty one is none.
using Answers = std::vector<std::pair<std::string, std::string>>;

/// Less of it instead of leaving. An unsubscribe link allows nothing that means more mail.
struct Less {
  enum class What { digest, pause, topics } what = What::digest;
  std::string digest{};               ///< one of Leaving::instead
  std::vector<std::string> topics{};  ///< some of those that they get
};

/// When a digest's next mail may come.
struct NextMail {
  std::string digest;
  UtcTime at{};
  std::string timezone = {};  ///< where the reader is; empty: the newsletter's

  bool operator==(const NextMail&) const = default;
};

/// The subject of a confirmation link.
struct Joining {
  std::string address;  ///< masked
  std::string language;
  std::vector<std::string> digests;  ///< names
  bool is_done = false;              ///< already confirmed by this link: it was used again
  bool moves = false;                ///< the link moves the subscription to the address
  bool is_expired = false;           ///< a new link can be sent to the address
};

/// A subscriber on their own page.
struct Member {
  std::string address;  ///< masked
  std::string name;
  std::string language;
  std::vector<Choice> digests;  ///< those on offer, and those they get
  std::vector<Choice> topics;   ///< none chosen means all
  bool is_stopped = false;      ///< suppressed: may leave digests and change the name, but gets no mail
  bool may_pause = false;       ///< gets something
  std::string paused_until{};   ///< as 2027-01-15; empty: not paused
  std::string first_day{};      ///< that a pause may end on
  std::string last_day{};
  std::vector<NextMail> next{};
  std::vector<OwnField> fields{};
  std::string timezone{};       ///< IANA name; empty: the newsletter's
  std::vector<Choice> zones{};  ///< as Service::zones()
};

/// The preferences they want instead.
struct Preferences {
  std::string name;
  std::string language;
  std::vector<std::string> digests;
  std::vector<std::string> topics;
  Answers fields{};                           ///< absent ones are unchanged
  std::optional<std::string> timezone{};      ///< absent: as it is
  std::optional<std::string> paused_until{};  ///< a day, or empty: no pause; absent: as it is
};

/// bad_day: of a pause; nothing was changed. partly: they left what they wanted to leave, but cannot get what
/// they asked for (Member::is_stopped).
enum class Change { saved, waits_for_confirmation, partly, bad_day };

/// asked: by mail at the new address, if anything may be sent there. refused: there is nothing that could
/// move.
enum class Moving { asked, same, bad_address, too_often, refused };

struct SignUp {
  std::string address;
  std::string name;
  std::string language;
  std::vector<std::string> digests;  ///< empty: those that newcomers get
  std::vector<std::string> topics;   ///< empty: every topic
  Answers fields{};                  ///< checked
  std::string timezone = {};         ///< checked; empty: the newsletter's
  std::string client;                ///< the visitor's address, as proof of consent
  std::string way;                   ///< "sign-up form"
  std::string consent;               ///< the sentence they agreed to; empty: we do not know it
};

/// too_many: the store takes no more; limited: that network has had its share.
enum class SignUpResult { taken, bad_address, blocked_domain, too_many, limited };

enum class Scope { digest, all };

class Service {
 public:
  Service() = default;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  virtual ~Service() = default;

  [[nodiscard]] virtual Result<std::optional<Leaving>> leaving(std::string_view token) = 0;
  /// Idempotent. Returns the state afterwards.
  [[nodiscard]] virtual Result<std::optional<Leaving>> leave(std::string_view token, Scope scope,
                                                             std::string_view client) = 0;
  /// The same for a mail program, which shows no page: the returned function is called with what to do once
  /// the withdrawal is on disk, so that many share one commit. Empty: nothing to wait for.
  [[nodiscard]] virtual Result<std::optional<std::function<void(Settled)>>> leave_at_once(
      std::string_view token, std::string_view client) = 0;
  /// Asks by mail whether they want to come back; false for an invalid token.
  [[nodiscard]] virtual Result<bool> come_back(std::string_view token, std::string_view client) = 0;

  /// What they get then; as before, if the wish is not among what Leaving offers. Nothing for an invalid
  /// token.
  [[nodiscard]] virtual Result<std::optional<Member>> get_less(std::string_view token, const Less& less,
                                                               std::string_view client) = 0;
  /// Takes back what this link left since then, without a mail. Empty if there is nothing to take back.
  [[nodiscard]] virtual Result<std::optional<Leaving>> undo_leave(std::string_view token, UtcTime since,
                                                                  std::string_view client) = 0;
  /// Why they left; false for an invalid token or reason.
  [[nodiscard]] virtual Result<bool> give_reason(std::string_view token, std::string_view reason) = 0;
  /// The words that give_reason() knows.
  [[nodiscard]] virtual std::vector<std::string> reasons() const = 0;

  [[nodiscard]] virtual Result<std::optional<Joining>> joining(std::string_view token) = 0;
  [[nodiscard]] virtual Result<std::optional<Joining>> confirm(std::string_view token,
                                                               std::string_view client) = 0;

  /// A new link instead of an expired one, to the same address; false if there is none to replace.
  [[nodiscard]] virtual Result<bool> send_new_link(std::string_view token, std::string_view client) = 0;

  [[nodiscard]] virtual Result<std::optional<Member>> member(std::string_view token) = 0;
  /// Errc::bad_data for an invalid name or language.
  [[nodiscard]] virtual Result<std::optional<Change>> change(std::string_view token,
                                                             const Preferences& preferences,
                                                             std::string_view client) = 0;

  /// To another address. The answer is the same whether or not somebody on the list has it.
  [[nodiscard]] virtual Result<std::optional<Moving>> move(std::string_view token, std::string_view address,
                                                           std::string_view client) = 0;
  /// All that is known of them, as JSON.
  [[nodiscard]] virtual Result<std::optional<std::string>> personal_data(std::string_view token) = 0;
  /// Erases them. False for an invalid token.
  [[nodiscard]] virtual Result<bool> erase(std::string_view token) = 0;

  /// One insert, whether or not the address is known; it is looked up later, when the mail is sent.
  [[nodiscard]] virtual Result<SignUpResult> sign_up(const SignUp& wanted) = 0;

  /// What the sign-up form offers; those that newcomers get are chosen.
  [[nodiscard]] virtual std::vector<Choice> digests() const = 0;
  [[nodiscard]] virtual std::vector<Choice> topics() const = 0;
  /// The publisher's own questions, without answers.
  [[nodiscard]] virtual std::vector<OwnField> fields() const { return {}; }
  /// Time zones to choose from, the newsletter's first with an empty value; none if no digest on offer comes
  /// at the reader's own hour.
  [[nodiscard]] virtual std::vector<Choice> zones() const { return {}; }
  /// The zone's name as it is kept. Errc::bad_data names the nearest one.
  [[nodiscard]] virtual Result<std::string> check_zone(std::string_view name) const {
    return std::string{name};
  }
  /// The answer as it is kept. Errc::bad_data says what is wrong with it, or names the nearest field.
  [[nodiscard]] virtual Result<std::string> check_field(std::string_view name,
                                                        std::string_view answer) const = 0;

  /// A relay's webhook call to /hooks/RELAY; returns the HTTP status. 404 unless enabled.
  [[nodiscard]] virtual Result<int> take_webhook(std::string_view /*relay*/, const Request& /*call*/) {
    return 404;
  }

  /// Whether the store is available.
  [[nodiscard]] virtual Result<void> check() = 0;
  /// Numbers about the newsletter, for a monitor; may be a minute old.
  [[nodiscard]] virtual Result<std::vector<Metric>> metrics() = 0;
};

}  // namespace tidings::web
