// What a visitor may ask of the list: the narrow window through which this room sees it.
// site/list_service.hpp stands behind it.
//
// A token is the only authority; what it does not name is not shown and cannot be changed. An absent answer
// means "no such thing", for whatever reason: unknown, forged, cut off, used, erased. No call says whether an
// address is on the list. One Service belongs to one thread. Calls fail with Errc::io or Errc::try_again of
// the store.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "web/web.hpp"

namespace tidings::web {

struct Choice {
  std::string value;
  std::string label;  ///< empty for a digest: the page names it
  bool is_chosen = false;

  bool operator==(const Choice&) const = default;
};

/// Whom an unsubscribe link is about.
struct Leaving {
  std::string address;   ///< masked
  std::string language;  ///< BCP 47 or empty
  std::string digest;    ///< name of the digest whose edition carried the link; empty: about all of them
  bool is_subscribed = false;       ///< to that digest (to any, if empty)
  std::vector<std::string> others;  ///< names of the other digests they get
};

/// What a confirmation link stands for.
struct Joining {
  std::string address;  ///< masked
  std::string language;
  std::vector<std::string> digests;  ///< names
  bool is_done = false;              ///< confirmed by this link already: it was pressed again
};

/// A subscriber on their own page.
struct Member {
  std::string address;  ///< masked
  std::string name;
  std::string language;
  std::vector<Choice> digests;
  std::vector<Choice> topics;  ///< none chosen: all
  bool is_stopped = false;     ///< suppressed: they may leave and change their name, and get nothing
};

/// What they want instead.
struct Preferences {
  std::string name;
  std::string language;
  std::vector<std::string> digests;
  std::vector<std::string> topics;
};

/// partly: what they leave is left, what they asked for anew is not to be had (Member::is_stopped).
enum class Change { saved, waits_for_confirmation, partly };

struct SignUp {
  std::string address;
  std::string name;
  std::string language;
  std::vector<std::string> digests;  ///< empty: all of them
  std::vector<std::string> topics;
  std::string client;   ///< from where, for the proof of consent
  std::string consent;  ///< the sentence that was agreed to
};

enum class SignUpResult { taken, bad_address, too_many };

enum class Scope { digest, all };

class Service {
 public:
  Service() = default;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  virtual ~Service() = default;

  [[nodiscard]] virtual Result<std::optional<Leaving>> leaving(std::string_view token) = 0;
  /// Idempotent. The answer is how things are afterwards.
  [[nodiscard]] virtual Result<std::optional<Leaving>> leave(std::string_view token, Scope scope,
                                                             std::string_view client) = 0;
  /// The same for a mail program, which shows nobody anything: what it returns is called with what to do once
  /// the withdrawal is on disk. So that many of them share one commit. Empty: nothing to wait for.
  [[nodiscard]] virtual Result<std::optional<std::function<void(Settled)>>> leave_at_once(
      std::string_view token, std::string_view client) = 0;
  /// Asks by mail whether they want to be back; false if there is no such token.
  [[nodiscard]] virtual Result<bool> come_back(std::string_view token, std::string_view client) = 0;

  [[nodiscard]] virtual Result<std::optional<Joining>> joining(std::string_view token) = 0;
  [[nodiscard]] virtual Result<std::optional<Joining>> confirm(std::string_view token,
                                                               std::string_view client) = 0;

  [[nodiscard]] virtual Result<std::optional<Member>> member(std::string_view token) = 0;
  /// Errc::bad_data for an invalid name or language.
  [[nodiscard]] virtual Result<std::optional<Change>> change(std::string_view token,
                                                             const Preferences& preferences,
                                                             std::string_view client) = 0;

  /// One insert, whether the address is known or not; whoever sends the mails looks it up later.
  [[nodiscard]] virtual Result<SignUpResult> sign_up(const SignUp& wanted) = 0;

  [[nodiscard]] virtual std::vector<Choice> digests() const = 0;
  [[nodiscard]] virtual std::vector<Choice> topics() const = 0;

  /// A call of a relay's webhook to /hooks/RELAY; the HTTP status to answer with. 404 unless it is switched
  /// on.
  [[nodiscard]] virtual Result<int> take_webhook(std::string_view /*relay*/, const Request& /*call*/) {
    return 404;
  }

  /// Whether the store answers.
  [[nodiscard]] virtual Result<void> check() = 0;
  /// Lines of Prometheus text about the list; may be a minute old.
  [[nodiscard]] virtual Result<std::string> gauges() = 0;
};

}  // namespace tidings::web
