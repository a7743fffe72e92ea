// Membership: what a person may do with their subscriptions, whichever way they come: page, one click, mail,
// command.
//
// Each act is one transaction: the subscriptions with their consent rows, what is owed to whoever changes
// digests (digest/carry_over), and the mails that follow. Those are the same for every way:
//  - whoever waits for a confirmation is asked by mail (at most three times a day, notice_table.hpp);
//  - whoever is confirmed gets the welcome mail, whoever leaves the goodbye mail, where [web] switches them
//  on;
//  - nobody who is suppressed joins; whoever was erased may come back by their own confirmation;
//  - deliveries of a digest that was left and that have not begun are suppressed by the ledger when it claims
//  them.
// An import is no act of a person: it writes no mails (subscriber/import.hpp). One Membership belongs to one
// thread and handle. Any call may fail as store/database.hpp says.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "store/database.hpp"
#include "subscriber/notice_table.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::members {

/// Which way an act came, for the consent log.
struct Way {
  subscriber::Origin origin = subscriber::Origin::cli;
  std::string detail{};
};

/// What somebody wants to be different; an absent field stays as it is.
struct Preferences {
  std::optional<std::string> name{};
  std::optional<std::string> language{};
  std::optional<std::vector<std::string>> topics{};
  std::optional<std::vector<std::string>> digests{};  ///< exactly these; none is "off"
};

struct Changed {
  bool details = false;  ///< name, language or topics
  subscriber::DigestChange digests{};
  std::vector<std::string> refused{};  ///< digests that a suppressed address cannot have
};

struct Confirmed {
  SubscriberId subscriber{};
  std::vector<std::string> digests{};
  bool before = false;  ///< by the same token: it was used again
};

class Membership {
 public:
  explicit Membership(const config::Context& context);

  /// Joins, or asks to. Answers as SubscriberTable::add(). Errc::bad_data for a name, language or topic that
  /// cannot be.
  [[nodiscard]] Result<subscriber::AddResult> join(subscriber::NewSubscriber wanted);
  [[nodiscard]] Result<subscriber::AddResult> join(const store::Transaction& open,
                                                   subscriber::NewSubscriber wanted);

  /// By the token of a confirmation mail. Nothing if it is invalid or too old.
  [[nodiscard]] Result<std::optional<Confirmed>> confirm(std::string_view token, const Way& way);
  /// On somebody's word: of these digests, or of all that wait if none is named. The digests that
  /// changed. Errors as SubscriberTable::confirm().
  [[nodiscard]] Result<std::vector<std::string>> confirm(SubscriberId id,
                                                         std::span<const std::string> digests,
                                                         const Way& way);

  /// Errc::no_input for an unknown subscriber, Errc::bad_data as join(). Whoever reads one digest changes to
  /// another at once; whoever reads none is asked.
  [[nodiscard]] Result<Changed> change(SubscriberId id, const Preferences& preferences, const Way& way);

  /// From these digests, or from all if none is named. Idempotent: the digests that changed, empty for an
  /// unknown or erased one.
  [[nodiscard]] Result<std::vector<std::string>> leave(SubscriberId id, std::span<const std::string> digests,
                                                       const Way& way);
  [[nodiscard]] Result<std::vector<std::string>> leave(const store::Transaction& open, SubscriberId id,
                                                       std::span<const std::string> digests, const Way& way);

  /// Forgets the person, in what relays said about them too. False if there was nobody.
  [[nodiscard]] Result<bool> erase(SubscriberId id);
  [[nodiscard]] Result<bool> erase(const store::Transaction& open, SubscriberId id);

  /// Whether mails were queued since the last call; whoever sends them should be told.
  [[nodiscard]] bool take_queued() { return std::exchange(queued_, false); }

 private:
  [[nodiscard]] Result<void> notify(SubscriberId id, subscriber::NoticeKind kind,
                                    const std::vector<std::string>& digests);
  [[nodiscard]] Result<void> welcome(SubscriberId id, const std::vector<std::string>& digests);
  [[nodiscard]] Result<bool> is_stopped(const subscriber::Subscriber& known);
  /// As the configuration writes them; one of their own that it has no more stays.
  [[nodiscard]] Result<std::vector<std::string>> checked_topics(std::span<const std::string> wanted,
                                                                std::span<const std::string> own);
  /// Changed::details stays false.
  [[nodiscard]] Result<Changed> change_digests(const store::Transaction& open,
                                               const subscriber::Subscriber& known,
                                               std::span<const std::string> wanted, const Way& way);

  const config::Context context_;
  subscriber::SubscriberTable table_;
  bool queued_ = false;
};

}  // namespace tidings::members
