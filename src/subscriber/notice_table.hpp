// Sign-ups that wait to be looked into, and notices: confirmation, welcome and goodbye mails that wait to be
// sent. The only writer of `sign_ups` and `notices`.
//
// A form's answer is one insert here, the same whether the address is known or not. A notice is claimed for
// ten minutes before it is sent and is done when the relay has it: a crash between the two sends it again
// after that, and loses none. A confirmation is mailed at most three times a day to one subscriber, "already
// subscribed" once a day: a form must not be a way to flood somebody. Any call may fail as store/database.hpp
// says.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/mail_address.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace tidings::subscriber {

enum class NoticeKind { confirm, already, welcome, goodbye };
[[nodiscard]] std::string_view name_of(NoticeKind kind);

struct SignUpRequest {
  std::int64_t id = 0;
  MailAddress address{};
  std::string name{};
  std::string language{};
  std::vector<std::string> digests{};
  std::vector<std::string> topics{};
  std::string detail{};
};

struct Notice {
  std::int64_t id = 0;
  SubscriberId subscriber{};
  NoticeKind kind = NoticeKind::confirm;
  std::vector<std::string> digests{};
  UtcTime created{};
  int attempts = 0;  ///< this one counted
};

/// Notices that have failed and are tried again.
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

  /// False if too many wait already (100,000): nothing was written.
  [[nodiscard]] Result<bool> take_sign_up(const SignUpRequest& request);
  /// The oldest one. One whose address makes no sense is told and dropped.
  [[nodiscard]] Result<std::optional<SignUpRequest>> next_sign_up();
  /// Within the caller's transaction.
  [[nodiscard]] Result<void> drop_sign_up(std::int64_t id);
  /// All of one address (MailAddress::key()). Within the caller's transaction.
  [[nodiscard]] Result<void> forget_sign_ups(std::string_view address_key);

  /// Within the caller's transaction. False where the limits above say no.
  [[nodiscard]] Result<bool> add(SubscriberId subscriber, NoticeKind kind,
                                 const std::vector<std::string>& digests);

  /// The next that is due, claimed on disk before it is returned. Those that have failed least come first, so
  /// that many which keep failing hold up none.
  [[nodiscard]] Result<std::optional<Notice>> claim();
  /// Sent, or given up for the reason.
  [[nodiscard]] Result<void> finish(std::int64_t id, std::string_view error);
  /// Tried again later: after 1, 5, 15, 60 minutes and so on; given up when it is older than notice_give_up.
  [[nodiscard]] Result<void> postpone(const Notice& notice, std::string_view error);

  /// Those that wait for another try.
  [[nodiscard]] Result<NoticeTrouble> trouble();

  /// What waits.
  [[nodiscard]] Result<std::int64_t> open();
  /// Forgets what is done and older than a day.
  [[nodiscard]] Result<void> sweep();

 private:
  store::Database& database_;
  const Clock& clock_;
};

}  // namespace tidings::subscriber
