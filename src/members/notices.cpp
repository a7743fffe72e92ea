#include "members/notices.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"
#include "edition/seal.hpp"
#include "members/membership.hpp"
#include "members/our_files.hpp"
#include "members/topics.hpp"
#include "message/build.hpp"
#include "sending/deliver.hpp"
#include "sending/links.hpp"
#include "sending/signing.hpp"
#include "store/instance.hpp"
#include "subscriber/confirmation.hpp"
#include "subscriber/notice_table.hpp"
#include "subscriber/subscriber_table.hpp"
#include "web/limits.hpp"

namespace tidings::members {
namespace {

using subscriber::NoticeKind;
using subscriber::Origin;
using subscriber::SubscriptionState;

constexpr std::chrono::hours pending_lifetime{24 * 7};

/// Nobody has confirmed anything of it.
bool is_only_a_wish(const subscriber::Subscriber& known) {
  return !known.subscriptions.empty() && std::ranges::all_of(known.subscriptions, [](const auto& each) {
    return each.state == subscriber::SubscriptionState::pending;
  });
}

/// Whoever signs up again before confirming means what they say now.
subscriber::SubscriberChange newest_wish(const subscriber::SignUpRequest& request) {
  subscriber::SubscriberChange wish{
      .topics = request.topics, .fields = request.fields, .origin = Origin::web, .detail = request.detail};
  if (!request.name.empty()) wish.name = request.name;
  if (!request.language.empty()) wish.language = request.language;
  if (!request.timezone.empty()) wish.timezone = request.timezone;
  return wish;
}

Result<void> take_one(const config::Context& context, subscriber::SignUpRequest request) {
  const auto& config = context.config;
  auto& database = context.database;
  subscriber::SubscriberTable table{database, context.clock};
  Membership membership{context};
  TIDINGS_LET(const auto topics, known_topics(config, database));
  std::erase_if(request.digests,
                [&](const std::string& name) { return config.find_digest(name) == nullptr; });
  std::erase_if(request.topics,
                [&](const std::string& name) { return !subscriber::check_known_topic(name, topics); });
  std::erase_if(request.fields,
                [&](const auto& field) { return !subscriber::check_fields({field}, config.fields); });
  TIDINGS_LET(auto transaction, database.begin());
  TIDINGS_TRY(subscriber::NoticeTable(database, context.clock).drop_sign_up(request.id));
  if (!request.digests.empty()) {
    // What a stranger types into a form must not become the name of an existing subscriber.
    TIDINGS_LET(const auto known, table.find(request.address));
    if (known && is_only_a_wish(*known)) {
      const auto changed = table.set(transaction, known->id, newest_wish(request));
      if (!changed && changed.error().code != Errc::bad_data) return tl::unexpected<Error>(changed.error());
    }
    const auto result = membership.join(transaction, {.address = std::move(request.address),
                                                      .name = known ? std::string{} : request.name,
                                                      .language = known ? std::string{} : request.language,
                                                      .timezone = known ? std::string{} : request.timezone,
                                                      .topics = request.topics,
                                                      .fields = known ? subscriber::Fields{} : request.fields,
                                                      .digests = request.digests,
                                                      .origin = Origin::web,
                                                      .detail = request.detail});
    if (!result && result.error().code != Errc::bad_data) return tl::unexpected<Error>(result.error());
    if (!result) log::warning(fmt::format("sign-up {} is dropped: {}", request.id, result.error().line()));
  }
  return transaction.commit();
}

/// Kinds with a link that confirms.
bool asks(NoticeKind kind) {
  return kind == NoticeKind::confirm || kind == NoticeKind::move || kind == NoticeKind::reconfirm;
}

/// What one notice implies for the next: nothing, or that the relay may be down.
enum class Sent { done, in_trouble };
constexpr int most_trouble_in_a_row = 3;
constexpr std::size_t most_failures_told = 20;

/// Builds and sends the notices of one run.
class Sender {
 public:
  Sender(const config::Context& context, const NoticeWriter& words, const delivery::StopFlag& stop)
      : context_(context),
        words_(words),
        stop_(stop),
        notices_(context.database, context.clock),
        table_(context.database, context.clock) {}

  Result<NoticeReport> run(const std::filesystem::path& to_folder) {
    int trouble_in_a_row = 0;
    while (!stop_) {
      if (!transport_) {
        TIDINGS_LET(const auto open, notices_.open());
        if (open == 0) break;
        TIDINGS_TRY(prepare(to_folder));
      }
      TIDINGS_LET(const auto notice, notices_.claim());
      if (!notice) break;
      TIDINGS_LET(const auto outcome, send(*notice));
      // A relay that is down answers nobody; one mail that it chokes on implies nothing for the next.
      trouble_in_a_row = outcome == Sent::in_trouble ? trouble_in_a_row + 1 : 0;
      if (trouble_in_a_row >= most_trouble_in_a_row) break;
    }
    return report_;
  }

 private:
  /// Nothing is claimed before every possible mistake in keys and secrets has been found.
  Result<void> prepare(const std::filesystem::path& to_folder) {
    const auto& config = context_.config;
    TIDINGS_TRY(store::check_instance(context_.database, store::Guard::refuse));
    TIDINGS_LET(auto transport, sending::make_transport(config, to_folder));
    TIDINGS_LET(signers_, sending::load_signers(config));
    TIDINGS_LET(auto keys, subscriber::KeyRing::open(context_.database, context_.random, context_.clock));
    links_.emplace(config, std::move(keys));
    transport_ = std::move(transport);
    return {};
  }

  /// One notice and its result. Fails only as the store does: anything wrong with the notice is its own
  /// trouble.
  Result<Sent> send(const subscriber::Notice& notice) {
    auto made = message(notice);
    if (!made) return postpone(notice, made.error());
    if (!*made) {
      TIDINGS_TRY(notices_.finish(notice.id, "no longer a recipient"));
      return Sent::done;
    }
    const auto sent = delivery::send_one(*transport_, **std::move(made), stop_);
    if (!sent) return postpone(notice, sent.error());
    const auto& outcome = *sent;
    if (outcome.kind == delivery::OutcomeKind::accepted) {
      TIDINGS_TRY(finish_sent(notice));
      ++report_.sent;
      return Sent::done;
    }
    const bool relay_trouble = delivery::is_relay_trouble(outcome);
    if (outcome.kind == delivery::OutcomeKind::permanent && !relay_trouble) {
      TIDINGS_TRY(notices_.finish(notice.id, outcome.line()));
      ++report_.refused;
      return Sent::done;
    }
    TIDINGS_TRY(notices_.postpone(notice, outcome.line()));
    ++report_.postponed;
    if (!relay_trouble && outcome.kind != delivery::OutcomeKind::unknown) return Sent::done;
    report_.trouble = outcome.line();
    return Sent::in_trouble;
  }

  /// Only a question that the relay took is one that must be answered.
  Result<void> finish_sent(const subscriber::Notice& notice) {
    TIDINGS_LET(auto transaction, context_.database.begin());
    TIDINGS_TRY(notices_.finish(notice.id, ""));
    if (notice.kind == NoticeKind::reconfirm)
      TIDINGS_TRY(table_.await_answer(notice.subscriber, notice.digests, answer_by()));
    return transaction.commit();
  }

  /// The end of a day, since readers are told the day.
  [[nodiscard]] UtcTime answer_by() const {
    const auto& zone = context_.config.newsletter.zone;
    const auto last = zone.to_local(context_.clock.now() + context_.config.web.reconfirm_within);
    return zone.to_utc(LocalTime{std::chrono::floor<std::chrono::days>(last) + std::chrono::days{1}});
  }

  Result<Sent> postpone(const subscriber::Notice& notice, const Error& error) {
    const auto line =
        fmt::format("the {} mail {} cannot be sent: {}", name_of(notice.kind), notice.id, error.line());
    log::error(line);
    TIDINGS_TRY(notices_.postpone(notice, error.line()));
    ++report_.failed;
    if (report_.failures.size() < most_failures_told) report_.failures.push_back(line);
    const bool about_all = error.code != Errc::bad_data && error.code != Errc::no_input;
    if (about_all) report_.trouble = error.line();
    return about_all ? Sent::in_trouble : Sent::done;
  }

  /// Nothing if there is no longer a recipient.
  Result<std::optional<message::Message>> message(const subscriber::Notice& notice) {
    if (!notice.address.empty()) return to_another_address(notice);
    TIDINGS_LET(const auto contact, table_.contact(notice.subscriber));
    if (!contact) return may_come_back(notice);
    return write(notice, *contact);
  }

  /// An erased person who signed up again is suppressed until they confirm; other suppressed people are not
  /// written to.
  Result<std::optional<message::Message>> may_come_back(const subscriber::Notice& notice) {
    TIDINGS_LET(const auto subscriber, table_.find(notice.subscriber));
    if (!subscriber || notice.kind != NoticeKind::confirm) return std::nullopt;
    TIDINGS_LET(const auto address, parse_mail_address(subscriber->address));
    TIDINGS_LET(const auto suppression,
                subscriber::Suppressions(context_.database, context_.clock).lookup(address));
    if (suppression && suppression->cause != subscriber::SuppressionCause::erased) return std::nullopt;
    return write(notice, {.id = subscriber->id,
                          .address = subscriber->address,
                          .name = subscriber->name,
                          .language = subscriber->language});
  }

  /// About a move: to the new address, or afterwards to the old one.
  Result<std::optional<message::Message>> to_another_address(const subscriber::Notice& notice) {
    TIDINGS_LET(const auto subscriber, table_.find(notice.subscriber));
    if (!subscriber) return std::nullopt;
    const auto address = stored_address(notice.address);
    TIDINGS_LET(const auto suppression,
                subscriber::Suppressions(context_.database, context_.clock).lookup(address));
    // The hash of an address that imports must not bring back is no reason not to tell its owner.
    if (suppression && suppression->cause != subscriber::SuppressionCause::erased) return std::nullopt;
    return write(notice, {.id = subscriber->id,
                          .address = notice.address,
                          .name = subscriber->name,
                          .language = subscriber->language});
  }

  /// The link and the reply that confirm something, and the Message-ID by which the reply names it.
  Result<void> add_confirmation(const subscriber::Confirmation& what, NoticeLinks& links,
                                message::PlainMail& mail) {
    const auto& config = context_.config;
    subscriber::Confirmations confirmations{context_.database, context_.clock, context_.random};
    const auto lifetime = links.answer_by ? *links.answer_by - context_.clock.now()
                                          : std::chrono::milliseconds{subscriber::confirmation_lifetime};
    TIDINGS_LET(const auto token, confirmations.issue(what, lifetime));
    links.action_url = config.newsletter.public_url.empty()
                           ? ""
                           : fmt::format("{}/c/{}", config.newsletter.public_url, token);
    if (!config.newsletter.unsubscribe_mailto.empty()) {
      links.reply_mailto =
          fmt::format("mailto:{}?subject=confirm%20{}", config.newsletter.unsubscribe_mailto, token);
    }
    // A reply names the mail it answers, so the token comes back in In-Reply-To, whatever the reply's
    // subject.
    mail.message_id = fmt::format("<confirm-{}@{}>", token, config.newsletter.from.address.domain);
    mail.reply_to = config.bounce.is_read() ? fmt::format("{}+confirm-{}@{}", config.bounce.address->local,
                                                          token, config.bounce.address->domain)
                                            : config.newsletter.unsubscribe_mailto;
    return {};
  }

  /// The digests that the notice asks about and that still have to be confirmed; those of a move all.
  Result<std::vector<std::string>> still_asked(const subscriber::Notice& notice) {
    if (notice.kind == NoticeKind::move) return notice.digests;
    TIDINGS_LET(const auto subscriber, table_.find(notice.subscriber));
    std::vector<std::string> digests;
    if (!subscriber) return digests;
    const auto wanted =
        notice.kind == NoticeKind::confirm ? SubscriptionState::pending : SubscriptionState::confirmed;
    for (const auto& each : subscriber->subscriptions) {
      const bool asked = std::ranges::find(notice.digests, each.digest) != notice.digests.end();
      if (asked && each.state == wanted && !each.answer_by) digests.push_back(each.digest);
    }
    return digests;
  }

  Result<std::optional<message::Message>> write(const subscriber::Notice& notice,
                                                const subscriber::Contact& contact) {
    const auto reader = links_->reader(contact.id);
    NoticeLinks links{.action_url = reader.preferences_url};
    message::PlainMail mail;
    const auto& domain = context_.config.newsletter.from.address.domain;
    // The same for every attempt: a mail sent twice after a crash is shown once.
    mail.message_id = fmt::format(
        "<notice-{}-{}@{}>", notice.id,
        hex_encode(hmac_sha256(links_->edition_key({}), fmt::format("notice {}", notice.id)).substr(0, 8)),
        domain);
    if (notice.kind == NoticeKind::reconfirm) links.answer_by = answer_by();
    if (asks(notice.kind)) {
      TIDINGS_LET(const auto digests, still_asked(notice));
      if (digests.empty()) return std::nullopt;
      TIDINGS_TRY(add_confirmation({.subscriber = contact.id, .digests = digests, .address = notice.address},
                                   links, mail));
    }
    if (notice.kind == NoticeKind::moved) {
      TIDINGS_LET(const auto now, table_.find(contact.id));
      const auto& url = context_.config.newsletter.public_url;
      links.action_url = url.empty() ? "" : url + "/subscribe";
      links.moved_to = now ? now->address : "";
    }
    TIDINGS_LET(auto text, words_.notice(notice.kind, contact.language, notice.digests, links));
    TIDINGS_LET(mail.to.address, parse_mail_address(contact.address));
    mail.from = context_.config.newsletter.from;
    // What comes back of a mail to another address says nothing about theirs.
    mail.envelope_from =
        notice.address.empty() ? reader.envelope_from : context_.config.newsletter.from.address.text();
    mail.subject = std::move(text.subject);
    mail.text = std::move(text.text);
    mail.html = std::move(text.html);
    mail.language = std::move(text.language);
    if (notice.kind == NoticeKind::welcome || notice.kind == NoticeKind::already ||
        notice.kind == NoticeKind::reconfirm)
      mail.list = list_of(notice, reader);
    mail.signers = signers_;
    TIDINGS_LET(auto message, message::build_plain(mail, context_.clock.now()));
    return message;
  }

  /// Of the notice's one digest, or of the newsletter. The links leave everything the person gets.
  [[nodiscard]] message::PlainList list_of(const subscriber::Notice& notice,
                                           const message::Reader& reader) const {
    const auto* const digest =
        notice.digests.size() == 1 ? context_.config.find_digest(notice.digests.front()) : nullptr;
    return {.id = digest != nullptr ? digest->list_id : context_.config.newsletter.list_id,
            .name = context_.config.newsletter.name,
            .unsubscribe_url = reader.unsubscribe_url,
            .unsubscribe_mailto = reader.unsubscribe_mailto};
  }

  const config::Context context_;
  const NoticeWriter& words_;
  const delivery::StopFlag& stop_;
  subscriber::NoticeTable notices_;
  subscriber::SubscriberTable table_;
  std::unique_ptr<delivery::Transport> transport_;
  std::vector<message::DkimSigner> signers_;
  std::optional<sending::Links> links_;
  NoticeReport report_;
};

}  // namespace

Result<int> take_sign_ups(const config::Context& context) {
  subscriber::NoticeTable notices{context.database, context.clock};
  for (int count = 0;; ++count) {
    TIDINGS_LET(auto request, notices.next_sign_up());
    if (!request) return count;
    TIDINGS_TRY(take_one(context, *std::move(request)));
  }
}

Result<bool> has_notices(const config::Context& context) {
  TIDINGS_LET(const auto open, subscriber::NoticeTable(context.database, context.clock).open());
  return open > 0;
}

Result<NoticeReport> send_notices(const config::Context& context, const NoticeWriter& words,
                                  const std::filesystem::path& to_folder, const delivery::StopFlag& stop) {
  return Sender{context, words, stop}.run(to_folder);
}

Result<void> tidy_up(const config::Context& context) {
  auto& database = context.database;
  const auto& clock = context.clock;
  if (auto erased = finish_erasing(database); !erased && erased.error().code != Errc::try_again)
    return erased;
  {
    TIDINGS_LET(auto transaction, database.begin());
    TIDINGS_TRY(edition::end_pauses(context));
    TIDINGS_TRY(transaction.commit());
  }
  TIDINGS_TRY(subscriber::SubscriberTable(database, clock).expire_pending(clock.now() - pending_lifetime));
  TIDINGS_TRY(subscriber::Confirmations(database, clock, context.random).sweep());
  TIDINGS_TRY(Membership(context).end_unanswered());
  TIDINGS_TRY(web::sweep_limits(database, clock.now()));
  return subscriber::NoticeTable(database, clock).sweep();
}

}  // namespace tidings::members
