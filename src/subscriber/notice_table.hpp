// Sign-ups waiting to be processed, and notices: confirmation, welcome and goodbye mails waiting to be sent.
// The only writer of `sign_ups` and `notices`.
//
// A form's answer is one insert here, the same whether or not the address is known. A notice is claimed for
// ten minutes before it is sent and is done when the relay accepts it: a crash between the two sends it
// again, and loses none. A subscriber gets at most three confirmations a day, "already subscribed" once a
// day, and three of each subscriber and to each address ask about a move: a form must not be a way to flood
// somebody. Any call may fail as store/database.hpp says.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/mail_address.hpp"
#include "base/result.hpp"
#include "store/database.hpp"
#include "subscriber/subscriber.hpp"

namespace tidings::subscriber {

/// move: asks at a new address; moved: tells it to the old one; reconfirm: asks once more after a long time.
enum class NoticeKind { confirm, already, welcome, goodbye, move, moved, reconfirm };
[[nodiscard]] std::string_view name_of(NoticeKind kind);

struct SignUpRequest {
  std::int64_t id = 0;
  MailAddress address{};
  std::string name{};
  std::string language{};
  std::string timezone{};
  std::vector<std::string> digests{};
  std::vector<std::string> topics{};
  Fields fields{};
  std::string detail{};
};

struct Notice {
  std::int64_t id = 0;
  SubscriberId subscriber{};
  NoticeKind kind = NoticeKind::confirm;
  std::vector<std::string> digests{};
  std::string address{};  ///< where it goes instead of the subscriber's own; may be empty
  UtcTime created{};
  int attempts = 0;  ///< including this one
};

/// Notices that failed and will be retried.
struct NoticeTrouble {
  std::int64_t failing = 0;
  std::optional<UtcTime> next_try{};
  std::string last_error{};
};

inline constexpr std::chrono::minutes notice_lease{10};
inline constexpr std::chrono::hours notice_give_up{48};

/// Within the caller's transaction; for erasing a person.
[[nodiscard]] Result<void> forget_notices(store::Database& database, SubscriberId subscriber);

class NoticeTable {
 public:
  NoticeTable(store::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  /// False if too many wait already (100,000): then nothing was written.
  [[nodiscard]] Result<bool> take_sign_up(const SignUpRequest& request);
  /// The oldest one. One with an invalid address is reported and dropped.
  [[nodiscard]] Result<std::optional<SignUpRequest>> next_sign_up();
  /// Within the caller's transaction.
  [[nodiscard]] Result<void> drop_sign_up(std::int64_t id);
  /// All sign-ups of one address (MailAddress::key()), and notices that go to it on somebody else's wish.
  /// Within the caller's transaction.
  [[nodiscard]] Result<void> forget_address(std::string_view address_key);

  /// Within the caller's transaction. False if the limits above forbid it.
  [[nodiscard]] Result<bool> add(SubscriberId subscriber, NoticeKind kind,
                                 const std::vector<std::string>& digests, std::string_view address = {});

  /// Asks everybody again whose confirmation of one of the digests (all, if none is named) is older, who is
  /// not paused, and who has not been asked since. Within the caller's transaction. Returns how many people.
  [[nodiscard]] Result<std::int64_t> ask_again(UtcTime confirmed_before,
                                               std::span<const std::string> digests);

  /// The next one due, claimed on disk before it is returned. Those with the fewest failures come first, so
  /// that failing ones do not hold up the others.
  [[nodiscard]] Result<std::optional<Notice>> claim();
  /// Sent, or given up for the reason.
  [[nodiscard]] Result<void> finish(std::int64_t id, std::string_view error);
  /// Retried later: after 1, 5, 15, 60 minutes and so on; given up when it is older than notice_give_up.
  [[nodiscard]] Result<void> postpone(const Notice& notice, std::string_view error);

  /// Those that wait for a retry.
  [[nodiscard]] Result<NoticeTrouble> trouble();

  /// How many wait.
  [[nodiscard]] Result<std::int64_t> open();
  /// Deletes those done for more than a day.
  [[nodiscard]] Result<void> sweep();

 private:
  store::Database& database_;
  const Clock& clock_;
};

}  // namespace tidings::subscriber
