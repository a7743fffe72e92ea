// Subscribers, their subscriptions and topics: the only writer of these three tables.
//
// Every change of consent writes its row in `consents` in the same transaction (consent.hpp). Suppression
// beats consent and is checked here before anybody is added (suppression.hpp). Whoever left comes back only
// as pending, whatever the caller claims: a new confirmation is needed. Results like "already there" or
// "suppressed" are values, not errors. Each mutating call is one immediate transaction, except the overloads
// that take an open one. Not thread-safe: one table per handle and thread. Any call may fail with Errc::io or
// Errc::try_again from the store.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/mail_address.hpp"
#include "base/result.hpp"
#include "store/database.hpp"
#include "subscriber/consent.hpp"
#include "subscriber/language.hpp"
#include "subscriber/subscriber.hpp"
#include "subscriber/suppression.hpp"

namespace tidings::subscriber {

/// What to add. `digests` must not be empty: the caller knows the configuration's list.
struct NewSubscriber {
  MailAddress address{};
  std::string name{};
  std::string language{};
  std::string timezone{};
  std::vector<std::string> topics{};  ///< only for a new subscriber; empty: every topic
  Fields fields{};                    ///< checked (field.hpp)
  std::vector<std::string> digests{};
  SubscriptionState state = SubscriptionState::pending;  ///< withdrawn records that they left
  std::optional<UtcTime> confirmed{};                    ///< when consent was given, if known; else now
  std::optional<UtcTime> left{};          ///< with `state` withdrawn: when they left, if known; else now
  std::optional<UtcTime> paused_until{};  ///< with `state` confirmed, if it is still to come: paused
  Origin origin = Origin::cli;
  std::string detail{};  ///< for the consent log: from where, which text
};

enum class AddOutcome {
  added,                 ///< a new subscriber, a new subscription, or a pending one that is now confirmed
  already_there,         ///< nothing to do
  resubscribed_pending,  ///< had left at least one of the digests; waits for a new confirmation
  left,        ///< had left, and an import does not bring them back; or was now withdrawn as requested
  suppressed,  ///< must not be mailed; nothing was changed
};
[[nodiscard]] std::string_view name_of(AddOutcome outcome);

struct AddResult {
  AddOutcome outcome = AddOutcome::added;
  SubscriberId id{};                        ///< 0 if suppressed and unknown
  bool created = false;                     ///< the subscriber is new
  std::optional<SuppressionCause> cause{};  ///< if suppressed
  std::vector<std::string> pending{};       ///< the requested digests that now wait for a confirmation
};

/// All conditions must hold; empty ones are ignored.
struct SubscriberFilter {
  std::optional<SubscriptionState> state{};  ///< of `digest` if it is set; else of any
  std::string digest{};
  std::string topic{};             ///< explicitly chosen; subscribers without topics are not listed
  std::string domain{};            ///< exactly this one, in either form (A-labels or Unicode)
  std::optional<UtcTime> since{};  ///< created at or after
  std::string text{};              ///< part of address or name, ignoring ASCII case
  bool suppressed_only = false;
};

struct Page {
  SubscriberId after{};  ///< the last id of the previous page; 0 for the first
  int limit = 100;
};

struct SubscriptionCounts {
  std::string digest{};
  std::int64_t pending = 0;
  std::int64_t confirmed = 0;  ///< mailable: without the suppressed
  std::int64_t paused = 0;
  std::int64_t withdrawn = 0;
  std::int64_t suppressed = 0;  ///< confirmed, but suppressed

  bool operator==(const SubscriptionCounts&) const = default;
};

struct SubscriberCounts {
  std::int64_t subscribers = 0;  ///< without the erased
  std::int64_t staying = 0;      ///< with a subscription that they have not left
  std::int64_t erased = 0;
  std::vector<SubscriptionCounts> digests{};  ///< by name

  bool operator==(const SubscriberCounts&) const = default;
};

/// What only the subscriber (or the publisher on their behalf) may change; absent fields are unchanged.
struct SubscriberChange {
  std::optional<std::string> name{};
  std::optional<std::string> language{};
  std::optional<std::string> timezone{};
  std::optional<std::vector<std::string>> topics{};
  Fields fields{};  ///< checked (field.hpp); an empty value is removed, absent ones are unchanged
  Origin origin = Origin::cli;
  std::string detail{};
};

/// The result of a request for other digests.
struct DigestChange {
  std::vector<std::string> left{};    ///< now withdrawn
  std::vector<std::string> joined{};  ///< now confirmed, or paused: their existing consent covers these too
  std::vector<std::string>
      pending{};  ///< requested without any confirmed subscription: waits for a confirmation

  bool operator==(const DigestChange&) const = default;
};

/// A pause of everything that somebody gets, and how the wish for it came.
struct Pause {
  UtcTime until{};
  Origin origin = Origin::cli;
  std::string detail{};
};

/// To another address, and how the wish for it came.
struct Move {
  MailAddress to{};
  Origin origin = Origin::web;
  std::string detail{};
};

/// A subscription by its key.
struct SubscriptionKey {
  SubscriberId subscriber{};
  std::string digest{};

  bool operator==(const SubscriptionKey&) const = default;
};

/// A recipient of an edition, with only what composing needs.
struct Recipient {
  SubscriberId id{};
  std::string language{};             ///< empty: the newsletter's
  std::string timezone{};             ///< empty: the newsletter's
  std::vector<std::string> topics{};  ///< sorted; empty: every topic

  bool operator==(const Recipient&) const = default;
};

/// The addressee of a message, with only what delivering needs.
struct Contact {
  SubscriberId id{};
  std::string address{};
  std::string name{};
  std::string language{};

  bool operator==(const Contact&) const = default;
};

/// At most 200 bytes of one line of UTF-8, blanks collapsed. Errc::bad_data for control characters.
[[nodiscard]] Result<std::string> check_name(std::string_view text);
/// Like a name, not empty, without ';' and ',' (they separate topics in files). Errc::bad_data.
[[nodiscard]] Result<std::string> check_topic(std::string_view text);
/// The one of `known` with this spelling, ignoring case.
[[nodiscard]] std::optional<std::string> known_name(std::string_view text,
                                                    std::span<const std::string> known);
/// Like check_topic(), and one of `known` (if any), in its spelling. Errc::bad_data names the nearest.
[[nodiscard]] Result<std::string> check_known_topic(std::string_view text,
                                                    std::span<const std::string> known);

class SubscriberTable {
 public:
  SubscriberTable(store::Database& database, const Clock& clock);
  ~SubscriberTable();

  /// Adds a subscriber, or subscriptions of an existing one. Fills in an existing subscriber's empty name,
  /// language, zone and fields, never replaces them. Errc::bad_data if name, language, zone or a topic is
  /// invalid;
  /// Errc::usage without a digest.
  [[nodiscard]] Result<AddResult> add(const NewSubscriber& wanted);
  [[nodiscard]] Result<AddResult> add(const store::Transaction& open, NewSubscriber wanted);

  /// Before the first add() of an import: it does not bring back anybody who has left all that they had, not
  /// even to a digest that is new to them.
  [[nodiscard]] Result<void> begin_import();

  /// The suppressions that add() checks.
  [[nodiscard]] Suppressions& suppressions() { return suppressions_; }

  /// For an import that is large compared with the list: from now on add() looks up subscribers in memory and
  /// collects rows, and the table's indexes are dropped until end_bulk(), which must come before the commit.
  /// In between only add() and suppressions() may be used; added subscribers are in the tables after
  /// flush_bulk(). import.cpp has the figures for when it pays.
  [[nodiscard]] Result<void> begin_bulk(const store::Transaction& open);
  [[nodiscard]] Result<void> flush_bulk();
  [[nodiscard]] Result<void> end_bulk();

  /// Nothing if unknown or erased. Subscriptions are sorted by digest, topics by name.
  [[nodiscard]] Result<std::optional<Subscriber>> find(const MailAddress& address);
  [[nodiscard]] Result<std::optional<Subscriber>> find(SubscriberId id);

  /// Whether somebody is written exactly so.
  [[nodiscard]] Result<bool> has_name(std::string_view name);

  /// Nothing if erased, unknown or suppressed: must not be mailed.
  [[nodiscard]] Result<std::optional<Contact>> contact(SubscriberId id);

  /// In id order, at most `page.limit`; fewer means that this is the last page. Never lists the erased.
  [[nodiscard]] Result<std::vector<Subscriber>> list(const SubscriberFilter& filter, const Page& page);
  [[nodiscard]] Result<std::int64_t> count(const SubscriberFilter& filter);
  [[nodiscard]] Result<SubscriberCounts> counts();

  /// True if something changed. Errc::no_input if unknown; Errc::bad_data as add().
  [[nodiscard]] Result<bool> set(SubscriberId id, const SubscriberChange& change);
  [[nodiscard]] Result<bool> set(const store::Transaction& open, SubscriberId id,
                                 const SubscriberChange& change);

  /// pending -> confirmed, of one digest, or of all if `digest` is empty; confirmed anew where they were
  /// asked once more (await_answer). Returns the digests that changed; those that were left stay so.
  /// Errc::no_input if unknown; Errc::not_permitted if the address is suppressed.
  [[nodiscard]] Result<std::vector<std::string>> confirm(SubscriberId id, std::string_view digest,
                                                         Origin origin, std::string_view detail);
  [[nodiscard]] Result<std::vector<std::string>> confirm(const store::Transaction& open, SubscriberId id,
                                                         std::string_view digest, Origin origin,
                                                         std::string_view detail);

  /// -> withdrawn, of one digest, or of all if `digest` is empty. Idempotent: returns the digests that
  /// changed, none for an unknown or erased subscriber.
  [[nodiscard]] Result<std::vector<std::string>> unsubscribe(SubscriberId id, std::string_view digest,
                                                             Origin origin, std::string_view detail);
  [[nodiscard]] Result<std::vector<std::string>> unsubscribe(const store::Transaction& open, SubscriberId id,
                                                             std::string_view digest, Origin origin,
                                                             std::string_view detail);

  /// From now on the subscriber gets exactly `digests`; none is "off". A subscriber confirmed for any digest
  /// is confirmed for new ones, even ones left before; a pending one stays pending, since a stranger may have
  /// requested it. Errc::no_input if unknown. For members/membership.hpp, which makes sure that nothing is
  /// missed in between.
  [[nodiscard]] Result<DigestChange> change_digests(const store::Transaction& open, SubscriberId id,
                                                    std::span<const std::string> digests, Origin origin,
                                                    std::string_view detail);

  /// confirmed or paused -> paused until then. Returns the digests; none if they have nothing to pause, or if
  /// all of it is paused until then already. Errc::no_input if unknown.
  [[nodiscard]] Result<std::vector<std::string>> pause(const store::Transaction& open, SubscriberId id,
                                                       const Pause& pause);
  /// paused -> confirmed, before the time. Returns the digests that changed. Errc::no_input if unknown.
  [[nodiscard]] Result<std::vector<std::string>> resume(const store::Transaction& open, SubscriberId id,
                                                        Origin origin, std::string_view detail);
  /// paused -> confirmed where the time has come; find(), list() and counts() read it so before. Within the
  /// caller's transaction.
  [[nodiscard]] Result<std::vector<SubscriptionKey>> end_pauses();

  /// withdrawn -> confirmed, of these digests: their leaving was a mistake. Within the caller's transaction,
  /// which knows that they say so themselves, and at once.
  [[nodiscard]] Result<void> restore(SubscriberId id, std::span<const std::string> digests, Origin origin,
                                     std::string_view detail);

  /// Another address, whose owner has agreed; id, history and consent stay. False if somebody on the list has
  /// it. Errc::no_input if unknown.
  [[nodiscard]] Result<bool> move(const store::Transaction& open, SubscriberId id, const Move& move);

  /// They were asked to confirm these digests once more, and have until then to answer. Within the caller's
  /// transaction.
  [[nodiscard]] Result<void> await_answer(SubscriberId id, std::span<const std::string> digests,
                                          UtcTime answer_by);
  /// An answer: what was asked about is confirmed anew. Returns the digests. Within the caller's transaction.
  [[nodiscard]] Result<std::vector<std::string>> answer(SubscriberId id, Origin origin,
                                                        std::string_view detail);
  /// -> withdrawn where no answer came in time. Within the caller's transaction.
  [[nodiscard]] Result<std::vector<SubscriptionKey>> end_unanswered();

  /// Erases the person: deletes address, name, language, topics, fields, subscriptions and consent log; the
  /// row stays as a bare id, and a salted hash of the address joins the suppressions, so that no import
  /// brings it back. False if there was nobody.
  [[nodiscard]] Result<bool> erase(SubscriberId id);
  [[nodiscard]] Result<bool> erase(const store::Transaction& open, SubscriberId id);

  /// Ends subscriptions pending since before `before`: earlier withdrawals are restored, others are deleted,
  /// along with subscribers who never had another one. Returns the number ended.
  [[nodiscard]] Result<std::int64_t> expire_pending(UtcTime before);

  /// Calls `visit` for everybody confirmed for the digest, not suppressed and not erased, in id order, in
  /// constant memory. An error of `visit` stops it and is returned. `visit` may write other tables through
  /// the same handle.
  [[nodiscard]] Result<void> for_each_recipient(std::string_view digest,
                                                const std::function<Result<void>(const Recipient&)>& visit);

 private:
  [[nodiscard]] Result<AddResult> insert_or_join(const NewSubscriber& wanted, const std::string& key);
  [[nodiscard]] Result<void> insert_if_new(const NewSubscriber& wanted, const std::string& key,
                                           AddResult& result);
  [[nodiscard]] Result<void> fill_in(const NewSubscriber& wanted, SubscriberId id);
  [[nodiscard]] Result<void> load_if_new(const NewSubscriber& wanted, const std::string& key,
                                         AddResult& result);
  void load_subscription(SubscriberId id, const Subscription& subscription);
  [[nodiscard]] Result<void> flush_hundreds();
  [[nodiscard]] Result<void> join(const NewSubscriber& wanted, const std::string& digest, AddResult& result);
  [[nodiscard]] Result<void> put_subscription(SubscriberId id, const Subscription& subscription);
  /// Of one digest, or of all if `digest` is empty; sorted.
  [[nodiscard]] Result<std::vector<Subscription>> subscription_rows(SubscriberId id, std::string_view digest);
  [[nodiscard]] Result<void> put_topics(SubscriberId id, const std::vector<std::string>& topics);
  [[nodiscard]] Result<void> fill_in_fields(SubscriberId id, const Fields& fields);
  [[nodiscard]] Result<void> set_fields(SubscriberId id, const Fields& fields);
  [[nodiscard]] Result<std::optional<SubscriberId>> find_in_bulk(std::string_view key);
  [[nodiscard]] Result<void> load_details(Subscriber& subscriber);
  [[nodiscard]] Result<std::optional<Subscriber>> read_one(store::Statement& query);

  store::Database& database_;
  const Clock& clock_;
  ConsentLog consents_;
  Suppressions suppressions_;
  [[nodiscard]] Result<bool> left_before_import(SubscriberId id);

  SubscriberId first_of_import_{};                     ///< subscribers from this id on came with the import
  std::optional<store::Statement> insert_subscriber_;  // kept, because an import runs them for each line
  std::optional<store::Statement> put_subscription_;
  struct Bulk;
  std::unique_ptr<Bulk> bulk_;
};

/// Of one subscriber, without the empty ones.
[[nodiscard]] Result<Fields> fields_of(store::Database& database, SubscriberId id);

/// One value of an own field.
struct FieldValue {
  SubscriberId subscriber{};
  std::string field{};
  std::string value{};
};
/// All values of these fields, by subscriber.
[[nodiscard]] Result<std::vector<FieldValue>> values_of_fields(store::Database& database,
                                                               std::span<const std::string> fields);

/// The zones in which somebody confirmed for the digest is, without the newsletter's for those who named
/// none.
[[nodiscard]] Result<std::vector<std::string>> zones_of(store::Database& database, std::string_view digest);

/// The domains that at least so many addresses of the list share.
[[nodiscard]] Result<std::set<std::string>> shared_domains(store::Database& database, int least);

}  // namespace tidings::subscriber
