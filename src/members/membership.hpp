// Membership: what people may do with their subscriptions, however they do it: page, one click, mail,
// command.
//
// Each act is one transaction: the subscriptions with their consent rows, what is owed to a person who
// changes digests (digest/carry_over), and the mails that follow, which are the same for every way:
//
// - A person who must confirm is asked by mail (at most three times a day, notice_table.hpp).
// - A confirmed person gets the welcome mail, one who leaves the goodbye mail, if [web] enables them.
// - A subscription moves to another address when its owner confirms; the old address is told. Id, links,
//   history and consent stay, and so does the suppression of the old address.
// - Nobody who is suppressed joins; an erased person may come back by confirming again.
// - Deliveries of a digest that was left or paused, if not yet started, are suppressed by the ledger when it
// claims
//   them.
//
// An import is not an act of a person and sends no mails (subscriber/import.hpp). A Membership belongs to one
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
#include "subscriber/confirmation.hpp"
#include "subscriber/notice_table.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::members {

/// How an act came, for the consent log.
struct Way {
  subscriber::Origin origin = subscriber::Origin::cli;
  std::string detail{};
};

/// A pause until then; without a time it ends now.
struct PauseWish {
  std::optional<UtcTime> until{};
};

/// A person's wishes; absent fields are unchanged.
struct Preferences {
  std::optional<std::string> name{};
  std::optional<std::string> language{};
  std::optional<std::string> timezone{};
  std::optional<std::vector<std::string>> topics{};
  subscriber::Fields fields{};                        ///< an empty value removes it
  std::optional<std::vector<std::string>> digests{};  ///< exactly these; none is "off"
  std::optional<PauseWish> pause{};                   ///< of all that they get, after the change of digests
};

struct Changed {
  bool details = false;  ///< name, language, zone, topics or fields
  subscriber::DigestChange digests{};
  std::vector<std::string> paused{};   ///< digests that are now paused until the time wanted
  std::vector<std::string> resumed{};  ///< digests whose pause has ended
  std::vector<std::string> refused{};  ///< digests that a suppressed address cannot have
};

enum class MoveAnswer {
  asked,       ///< by mail at the new address; nothing has changed yet
  same,        ///< it is their address already
  suppressed,  ///< nothing is sent to the new address
  too_often,   ///< three of a day were asked for, or went to that address
  refused,     ///< they have nothing that could move, or were suppressed by hand
};

struct Confirmed {
  SubscriberId subscriber{};
  std::vector<std::string> digests{};
  bool has_moved = false;  ///< to the address that the link was mailed to
  bool before = false;     ///< by the same token: it was used again
};

enum class DryRun { no, yes };

class Membership {
 public:
  explicit Membership(const config::Context& context);

  /// Joins, or asks to. Results as SubscriberTable::add(). Errc::bad_data for an invalid name, language,
  /// topic or field.
  [[nodiscard]] Result<subscriber::AddResult> join(subscriber::NewSubscriber wanted);
  [[nodiscard]] Result<subscriber::AddResult> join(const store::Transaction& open,
                                                   subscriber::NewSubscriber wanted);

  /// Asks at another address whether the subscription may move there. The address may be anybody's: only
  /// confirm() looks whether it is on the list. Errc::no_input for an unknown subscriber.
  [[nodiscard]] Result<MoveAnswer> ask_to_move(SubscriberId id, const MailAddress& to, const Way& way);

  /// Asks by mail, once, whether those still want it whose confirmation is older. Returns how many, also of a
  /// dry run. They are given [web] reconfirm_within from when the mail is sent.
  [[nodiscard]] Result<std::int64_t> ask_again(UtcTime confirmed_before, std::span<const std::string> digests,
                                               DryRun dry_run);
  /// Ends what was asked about and not answered in time. Returns how many subscriptions.
  [[nodiscard]] Result<std::int64_t> end_unanswered();

  /// By the token of a confirmation mail. If it moves a subscription to an address that somebody on the list
  /// has, that subscriber gets the digests and the other one leaves: both prove that they agree. Nothing if
  /// it is invalid or expired.
  [[nodiscard]] Result<std::optional<Confirmed>> confirm(std::string_view token, const Way& way);
  /// On somebody's word: for these digests, or all pending ones if none is named. Returns the digests that
  /// changed. Errors as SubscriberTable::confirm().
  [[nodiscard]] Result<std::vector<std::string>> confirm(SubscriberId id,
                                                         std::span<const std::string> digests,
                                                         const Way& way);

  /// Errc::no_input for an unknown subscriber, Errc::bad_data as join(). Confirmed subscribers change digests
  /// at once; others are asked to confirm.
  [[nodiscard]] Result<Changed> change(SubscriberId id, const Preferences& preferences, const Way& way);

  /// Errc::no_input for an unknown subscriber. No mail is sent about a pause, nor about its end, which comes
  /// by itself. Editions of the pause are not made up for: the next one after it is a usual one.
  [[nodiscard]] Result<std::vector<std::string>> pause(SubscriberId id, UtcTime until, const Way& way);
  [[nodiscard]] Result<std::vector<std::string>> resume(SubscriberId id, const Way& way);

  /// From these digests, or from all if none is named. Idempotent: returns the digests that changed, none for
  /// an unknown or erased subscriber.
  [[nodiscard]] Result<std::vector<std::string>> leave(SubscriberId id, std::span<const std::string> digests,
                                                       const Way& way);
  [[nodiscard]] Result<std::vector<std::string>> leave(const store::Transaction& open, SubscriberId id,
                                                       std::span<const std::string> digests, const Way& way);

  /// By the link or the address in a mail of `digest`: leaves it, or else what the person has changed to from
  /// it. Empty: all. Returns as leave().
  [[nodiscard]] Result<std::vector<std::string>> leave_by_mail(const store::Transaction& open,
                                                               SubscriberId id, const std::string& digest,
                                                               const Way& way);
  /// Takes back what was left of these digests (all, if none is named) since then: for whoever has just left
  /// by mistake. Returns the digests; none if there is nothing, or the address is suppressed.
  [[nodiscard]] Result<std::vector<std::string>> undo_leave(SubscriberId id,
                                                            std::span<const std::string> digests,
                                                            UtcTime since, const Way& way);

  /// Erases the person, also in what relays said about them. False if there was nobody.
  [[nodiscard]] Result<bool> erase(SubscriberId id);
  [[nodiscard]] Result<bool> erase(const store::Transaction& open, SubscriberId id);

  /// Whether mails were queued since the last call, so that their sender can be notified.
  [[nodiscard]] bool take_queued() { return std::exchange(queued_, false); }

 private:
  [[nodiscard]] Result<void> notify(SubscriberId id, subscriber::NoticeKind kind,
                                    const std::vector<std::string>& digests);
  [[nodiscard]] Result<std::optional<Confirmed>> move(const store::Transaction& open,
                                                      const subscriber::Confirmation& confirmation,
                                                      const Way& way);
  [[nodiscard]] Result<SubscriberId> merge(const store::Transaction& open, const subscriber::Subscriber& from,
                                           const MailAddress& to, const Way& way);
  [[nodiscard]] Result<void> welcome(SubscriberId id, const std::vector<std::string>& digests);
  [[nodiscard]] Result<bool> is_stopped(const subscriber::Subscriber& known);
  /// In the configuration's spelling; keeps their own topics that it no longer has.
  [[nodiscard]] Result<std::vector<std::string>> checked_topics(std::span<const std::string> wanted,
                                                                std::span<const std::string> own);
  /// Changed::details stays false.
  [[nodiscard]] Result<Changed> change_digests(const store::Transaction& open,
                                               const subscriber::Subscriber& known,
                                               std::span<const std::string> wanted, const Way& way);

  [[nodiscard]] Result<std::vector<std::string>> resume(const store::Transaction& open, SubscriberId id,
                                                        const Way& way);

  const config::Context context_;
  subscriber::SubscriberTable table_;
  bool queued_ = false;
};

}  // namespace tidings::members
