#include "members/notices.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"
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
      .topics = request.topics, .origin = Origin::web, .detail = request.detail};
  if (!request.name.empty()) wish.name = request.name;
  if (!request.language.empty()) wish.language = request.language;
  return wish;
}

Result<void> take_one(store::Database& database, const Clock& clock, const config::Config& config,
                      subscriber::SignUpRequest request) {
  subscriber::SubscriberTable table{database, clock};
  Membership membership{config, database, clock};
  TIDINGS_LET(const auto topics, known_topics(config, database));
  std::erase_if(request.digests,
                [&](const std::string& name) { return config.find_digest(name) == nullptr; });
  std::erase_if(request.topics,
                [&](const std::string& name) { return !subscriber::check_known_topic(name, topics); });
  TIDINGS_LET(auto transaction, database.begin());
  TIDINGS_TRY(subscriber::NoticeTable(database, clock).drop_sign_up(request.id));
  if (!request.digests.empty()) {
    // What a stranger types into a form does not become the name of somebody who is there already.
    TIDINGS_LET(const auto known, table.find(request.address));
    if (known && is_only_a_wish(*known)) {
      const auto changed = table.set(transaction, known->id, newest_wish(request));
      if (!changed && changed.error().code != Errc::bad_data) return tl::unexpected<Error>(changed.error());
    }
    const auto result = membership.join(transaction, {.address = std::move(request.address),
                                                      .name = known ? std::string{} : request.name,
                                                      .language = known ? std::string{} : request.language,
                                                      .topics = request.topics,
                                                      .digests = request.digests,
                                                      .origin = Origin::web,
                                                      .detail = request.detail});
    if (!result && result.error().code != Errc::bad_data) return tl::unexpected<Error>(result.error());
    if (!result) log::warning(fmt::format("sign-up {} is dropped: {}", request.id, result.error().line()));
  }
  return transaction.commit();
}

/// What one notice says about the next: nothing, or that the relay may be away.
enum class Sent { done, in_trouble };
constexpr int most_trouble_in_a_row = 3;
constexpr std::size_t most_failures_told = 20;

/// Makes and sends the notices of one run.
class Sender {
 public:
  Sender(const config::Config& config, const NoticeWriter& words, store::Database& database,
         const Clock& clock, Random& random, subscriber::KeyRing keys,
         std::vector<message::DkimSigner> signers)
      : config_(config),
        words_(words),
        database_(database),
        clock_(clock),
        random_(random),
        links_(config, std::move(keys)),
        signers_(std::move(signers)),
        table_(database, clock) {}

  /// One notice, and what becomes of it. Fails as the store does only: whatever is wrong with the notice is
  /// its own trouble.
  Result<Sent> send(const subscriber::Notice& notice, delivery::Transport& transport,
                    subscriber::NoticeTable& notices, NoticeReport& report, const delivery::StopFlag& stop) {
    auto made = message(notice);
    if (!made) return postpone(notice, made.error(), notices, report);
    if (!*made) {
      TIDINGS_TRY(notices.finish(notice.id, "no longer a recipient"));
      return Sent::done;
    }
    const auto sent = delivery::send_one(transport, **std::move(made), stop);
    if (!sent) return postpone(notice, sent.error(), notices, report);
    const auto& outcome = *sent;
    if (outcome.kind == delivery::OutcomeKind::accepted) {
      TIDINGS_TRY(notices.finish(notice.id, ""));
      ++report.sent;
      return Sent::done;
    }
    const bool relay_trouble = delivery::is_relay_trouble(outcome);
    if (outcome.kind == delivery::OutcomeKind::permanent && !relay_trouble) {
      TIDINGS_TRY(notices.finish(notice.id, outcome.line()));
      ++report.refused;
      return Sent::done;
    }
    TIDINGS_TRY(notices.postpone(notice, outcome.line()));
    ++report.postponed;
    if (!relay_trouble && outcome.kind != delivery::OutcomeKind::unknown) return Sent::done;
    report.trouble = outcome.line();
    return Sent::in_trouble;
  }

 private:
  Result<Sent> postpone(const subscriber::Notice& notice, const Error& error,
                        subscriber::NoticeTable& notices, NoticeReport& report) {
    const auto line =
        fmt::format("the {} mail {} cannot be sent: {}", name_of(notice.kind), notice.id, error.line());
    log::error(line);
    TIDINGS_TRY(notices.postpone(notice, error.line()));
    ++report.failed;
    if (report.failures.size() < most_failures_told) report.failures.push_back(line);
    const bool about_all = error.code != Errc::bad_data && error.code != Errc::no_input;
    if (about_all) report.trouble = error.line();
    return about_all ? Sent::in_trouble : Sent::done;
  }

  /// Nothing if there is no longer a recipient.
  Result<std::optional<message::Message>> message(const subscriber::Notice& notice) {
    TIDINGS_LET(const auto contact, table_.contact(notice.subscriber));
    if (!contact) return may_come_back(notice);
    return write(notice, *contact);
  }

  /// An erased person who signed up anew is suppressed until they confirm; everybody else who is suppressed
  /// is not written to.
  Result<std::optional<message::Message>> may_come_back(const subscriber::Notice& notice) {
    TIDINGS_LET(const auto subscriber, table_.find(notice.subscriber));
    if (!subscriber || notice.kind != NoticeKind::confirm) return std::nullopt;
    TIDINGS_LET(const auto address, parse_mail_address(subscriber->address));
    TIDINGS_LET(const auto suppression, subscriber::Suppressions(database_, clock_).lookup(address));
    if (suppression && suppression->cause != subscriber::SuppressionCause::erased) return std::nullopt;
    return write(notice, {.id = subscriber->id,
                          .address = subscriber->address,
                          .name = subscriber->name,
                          .language = subscriber->language});
  }

  Result<std::optional<message::Message>> write(const subscriber::Notice& notice,
                                                const subscriber::Contact& contact) {
    const auto reader = links_.reader(contact.id);
    NoticeLinks links{.action_url = reader.preferences_url, .reply_mailto = {}};
    message::PlainMail mail;
    const auto& domain = config_.newsletter.from.address.domain;
    // The same for every attempt: a mail that went out twice after a crash is shown once.
    mail.message_id = fmt::format(
        "<notice-{}-{}@{}>", notice.id,
        hex_encode(hmac_sha256(links_.edition_key({}), fmt::format("notice {}", notice.id)).substr(0, 8)),
        domain);
    if (notice.kind == NoticeKind::confirm) {
      TIDINGS_LET(const auto digests, still_pending(notice));
      if (digests.empty()) return std::nullopt;
      subscriber::Confirmations confirmations{database_, clock_, random_};
      TIDINGS_LET(const auto token, confirmations.issue(contact.id, digests));
      if (!config_.newsletter.public_url.empty())
        links.action_url = fmt::format("{}/c/{}", config_.newsletter.public_url, token);
      if (!config_.newsletter.unsubscribe_mailto.empty()) {
        links.reply_mailto =
            fmt::format("mailto:{}?subject=confirm%20{}", config_.newsletter.unsubscribe_mailto, token);
      }
      // A reply names what it answers, so the token comes back in In-Reply-To, whatever the reply's subject
      // is.
      mail.message_id = fmt::format("<confirm-{}@{}>", token, domain);
      mail.reply_to = config_.bounce.is_read()
                          ? fmt::format("{}+confirm-{}@{}", config_.bounce.address->local, token,
                                        config_.bounce.address->domain)
                          : config_.newsletter.unsubscribe_mailto;
    }
    TIDINGS_LET(auto text, words_.notice(notice.kind, contact.language, notice.digests, links));
    TIDINGS_LET(mail.to.address, parse_mail_address(contact.address));
    mail.from = config_.newsletter.from;
    mail.envelope_from = reader.envelope_from;
    mail.subject = std::move(text.subject);
    mail.text = std::move(text.text);
    mail.html = std::move(text.html);
    mail.language = std::move(text.language);
    if (notice.kind == NoticeKind::welcome || notice.kind == NoticeKind::already)
      mail.list = list_of(notice, reader);
    mail.signers = signers_;
    TIDINGS_LET(auto message, message::build_plain(mail, clock_.now()));
    return message;
  }

  /// Of the one digest that the notice is about, or of the newsletter. The links leave all that the reader
  /// gets.
  [[nodiscard]] message::PlainList list_of(const subscriber::Notice& notice,
                                           const message::Reader& reader) const {
    const auto* const digest =
        notice.digests.size() == 1 ? config_.find_digest(notice.digests.front()) : nullptr;
    return {.id = digest != nullptr ? digest->list_id : config_.newsletter.list_id,
            .name = config_.newsletter.name,
            .unsubscribe_url = reader.unsubscribe_url,
            .unsubscribe_mailto = reader.unsubscribe_mailto};
  }

  Result<std::vector<std::string>> still_pending(const subscriber::Notice& notice) {
    TIDINGS_LET(const auto subscriber, table_.find(notice.subscriber));
    std::vector<std::string> digests;
    if (!subscriber) return digests;
    for (const auto& each : subscriber->subscriptions) {
      const bool asked = std::ranges::find(notice.digests, each.digest) != notice.digests.end();
      if (asked && each.state == SubscriptionState::pending) digests.push_back(each.digest);
    }
    return digests;
  }

  const config::Config& config_;
  const NoticeWriter& words_;
  store::Database& database_;
  const Clock& clock_;
  Random& random_;
  sending::Links links_;
  std::vector<message::DkimSigner> signers_;
  subscriber::SubscriberTable table_;
};

}  // namespace

Result<int> take_sign_ups(store::Database& database, const Clock& clock, const config::Config& config) {
  subscriber::NoticeTable notices{database, clock};
  for (int count = 0;; ++count) {
    TIDINGS_LET(auto request, notices.next_sign_up());
    if (!request) return count;
    TIDINGS_TRY(take_one(database, clock, config, *std::move(request)));
  }
}

Result<NoticeReport> send_notices(const config::Config& config, const NoticeWriter& words,
                                  store::Database& database, const Clock& clock, Random& random,
                                  const std::filesystem::path& to_folder, const delivery::StopFlag& stop) {
  NoticeReport report;
  subscriber::NoticeTable notices{database, clock};
  std::unique_ptr<delivery::Transport> transport;
  std::unique_ptr<Sender> sender;
  int trouble_in_a_row = 0;
  while (!stop) {
    if (!sender) {
      // Nothing is claimed before everything that can be wrong with keys and secrets has been read.
      TIDINGS_LET(const auto open, notices.open());
      if (open == 0) return report;
      TIDINGS_TRY(store::check_instance(database, store::Guard::refuse));
      TIDINGS_LET(transport, sending::make_transport(config, to_folder));
      TIDINGS_LET(auto signers, sending::load_signers(config));
      TIDINGS_LET(auto keys, subscriber::KeyRing::open(database, random, clock));
      sender = std::make_unique<Sender>(config, words, database, clock, random, std::move(keys),
                                        std::move(signers));
    }
    TIDINGS_LET(const auto notice, notices.claim());
    if (!notice) return report;
    TIDINGS_LET(const auto outcome, sender->send(*notice, *transport, notices, report, stop));
    // A relay that is away answers nobody; one mail that it chokes on says nothing about the next.
    trouble_in_a_row = outcome == Sent::in_trouble ? trouble_in_a_row + 1 : 0;
    if (trouble_in_a_row >= most_trouble_in_a_row) return report;
  }
  return report;
}

Result<void> tidy_up(store::Database& database, const Clock& clock, Random& random) {
  if (const auto erased = finish_erasing(database); !erased && erased.error().code != Errc::try_again)
    return erased;
  TIDINGS_TRY(subscriber::SubscriberTable(database, clock).expire_pending(clock.now() - pending_lifetime));
  TIDINGS_TRY(subscriber::Confirmations(database, clock, random).sweep());
  TIDINGS_TRY(web::sweep_limits(database, clock.now()));
  return subscriber::NoticeTable(database, clock).sweep();
}

}  // namespace tidings::members
