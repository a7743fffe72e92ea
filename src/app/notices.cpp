#include "app/notices.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "app/deliver.hpp"
#include "app/links.hpp"
#include "app/signing.hpp"
#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"
#include "message/build.hpp"
#include "store/instance.hpp"
#include "subscriber/confirmation.hpp"
#include "subscriber/notice_table.hpp"
#include "subscriber/subscriber_table.hpp"
#include "web/limits.hpp"

namespace tidings::app {
namespace {

using subscriber::NoticeKind;
using subscriber::Origin;
using subscriber::SubscriptionState;

constexpr std::chrono::hours pending_lifetime{24 * 7};

Result<void> take_one(store::Database& database, const Clock& clock, const Config& config, subscriber::SignUpRequest request) {
  subscriber::SubscriberTable table{database, clock};
  subscriber::NoticeTable notices{database, clock};
  std::erase_if(request.digests, [&](const std::string& name) { return config.find_digest(name) == nullptr; });
  TIDINGS_LET(auto transaction, database.begin());
  TIDINGS_TRY(notices.drop_sign_up(request.id));
  if (!request.digests.empty()) {
    // What a stranger types into a form does not become the name of somebody who is there already.
    TIDINGS_LET(const auto known, table.find(request.address));
    auto result = table.add(transaction, {.address = std::move(request.address),
                                          .name = known ? std::string{} : request.name,
                                          .language = known ? std::string{} : request.language,
                                          .topics = request.topics,
                                          .digests = request.digests,
                                          .origin = Origin::web,
                                          .detail = request.detail});
    if (!result && result.error().code != Errc::bad_data) return tl::unexpected<Error>(result.error());
    if (result && result->outcome != subscriber::AddOutcome::suppressed) {
      const bool ask = !result->pending.empty();
      TIDINGS_TRY(
          notices.add(result->id, ask ? NoticeKind::confirm : NoticeKind::already, ask ? result->pending : request.digests));
    }
  }
  return transaction.commit();
}

/// Makes and sends the notices of one run.
class Sender {
 public:
  Sender(const Config& config, const WebPages& pages, store::Database& database, const Clock& clock, Random& random,
         subscriber::KeyRing keys, std::vector<message::DkimSigner> signers)
      : config_(config),
        pages_(pages),
        database_(database),
        clock_(clock),
        random_(random),
        links_(config, std::move(keys)),
        signers_(std::move(signers)),
        table_(database, clock) {}

  /// Nothing if there is nobody to tell any more.
  Result<std::optional<message::Letter>> letter(const subscriber::Notice& notice) {
    TIDINGS_LET(const auto contact, table_.contact(notice.subscriber));
    if (!contact) return may_come_back(notice);
    return write(notice, *contact);
  }

 private:
  /// An erased person who signed up anew is suppressed until they confirm; everybody else who is suppressed is not written to.
  Result<std::optional<message::Letter>> may_come_back(const subscriber::Notice& notice) {
    TIDINGS_LET(const auto subscriber, table_.find(notice.subscriber));
    if (!subscriber || notice.kind != NoticeKind::confirm) return std::nullopt;
    TIDINGS_LET(const auto address, parse_mail_address(subscriber->address));
    TIDINGS_LET(const auto suppression, subscriber::Suppressions(database_, clock_).lookup(address));
    if (suppression && suppression->cause != subscriber::SuppressionCause::erased) return std::nullopt;
    return write(
        notice,
        {.id = subscriber->id, .address = subscriber->address, .name = subscriber->name, .language = subscriber->language});
  }

  Result<std::optional<message::Letter>> write(const subscriber::Notice& notice, const subscriber::Contact& contact) {
    const auto reader = links_.reader(contact.id);
    NoticeLinks links{.action_url = reader.preferences_url, .reply_mailto = {}};
    message::PlainMail mail;
    const auto& domain = config_.newsletter.from.address.domain;
    // The same for every attempt: a mail that went out twice after a crash is shown once.
    mail.message_id =
        fmt::format("<notice-{}-{}@{}>", notice.id,
                    hex_encode(hmac_sha256(links_.edition_key({}), fmt::format("notice {}", notice.id)).substr(0, 8)), domain);
    if (notice.kind == NoticeKind::confirm) {
      TIDINGS_LET(const auto digests, still_pending(notice));
      if (digests.empty()) return std::nullopt;
      subscriber::Confirmations confirmations{database_, clock_, random_};
      TIDINGS_LET(const auto token, confirmations.issue(contact.id, digests));
      if (!config_.newsletter.public_url.empty()) links.action_url = fmt::format("{}/c/{}", config_.newsletter.public_url, token);
      if (!config_.newsletter.unsubscribe_mailto.empty()) {
        links.reply_mailto = fmt::format("mailto:{}?subject=confirm%20{}", config_.newsletter.unsubscribe_mailto, token);
      }
      // A reply names what it answers, so the token comes back in In-Reply-To, whatever the reply's subject is.
      mail.message_id = fmt::format("<confirm-{}@{}>", token, domain);
      mail.reply_to = config_.bounce.is_read() ? fmt::format("{}+confirm-{}@{}", config_.bounce.address->local, token,
                                                             config_.bounce.address->domain)
                                               : config_.newsletter.unsubscribe_mailto;
    }
    TIDINGS_LET(auto text, pages_.notice(notice.kind, contact.language, notice.digests, links));
    TIDINGS_LET(mail.to.address, parse_mail_address(contact.address));
    mail.from = config_.newsletter.from;
    mail.envelope_from = reader.envelope_from;
    mail.subject = std::move(text.subject);
    mail.text = std::move(text.text);
    mail.html = std::move(text.html);
    mail.language = std::move(text.language);
    mail.signers = signers_;
    TIDINGS_LET(auto letter, message::build_plain(mail, clock_.now()));
    return letter;
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

  const Config& config_;
  const WebPages& pages_;
  store::Database& database_;
  const Clock& clock_;
  Random& random_;
  Links links_;
  std::vector<message::DkimSigner> signers_;
  subscriber::SubscriberTable table_;
};

}  // namespace

Result<int> take_sign_ups(store::Database& database, const Clock& clock, const Config& config) {
  subscriber::NoticeTable notices{database, clock};
  for (int count = 0;; ++count) {
    TIDINGS_LET(auto request, notices.next_sign_up());
    if (!request) return count;
    TIDINGS_TRY(take_one(database, clock, config, *std::move(request)));
  }
}

Result<NoticeReport> send_notices(const Config& config, const WebPages& pages, store::Database& database, const Clock& clock,
                                  Random& random, const std::filesystem::path& to_folder, const delivery::StopFlag& stop) {
  NoticeReport report;
  subscriber::NoticeTable notices{database, clock};
  std::unique_ptr<delivery::Transport> transport;
  std::unique_ptr<Sender> sender;
  while (!stop) {
    if (!sender) {
      // Nothing is claimed before everything that can be wrong with keys and secrets has been read.
      TIDINGS_LET(const auto open, notices.open());
      if (open == 0) return report;
      TIDINGS_TRY(store::check_instance(database, store::Guard::refuse));
      TIDINGS_LET(transport, make_transport(config, to_folder));
      TIDINGS_LET(auto signers, load_signers(config));
      TIDINGS_LET(auto keys, subscriber::KeyRing::open(database, random, clock));
      sender = std::make_unique<Sender>(config, pages, database, clock, random, std::move(keys), std::move(signers));
    }
    TIDINGS_LET(const auto notice, notices.claim());
    if (!notice) return report;
    auto letter = sender->letter(*notice);
    if (!letter) {
      log::error(fmt::format("notice {}: {}", notice->id, letter.error().line()));
      TIDINGS_TRY(notices.postpone(*notice, letter.error().what));
      ++report.postponed;
      continue;
    }
    if (!*letter) {
      TIDINGS_TRY(notices.finish(notice->id, "nobody to tell any more"));
      continue;
    }
    TIDINGS_LET(const auto outcome, delivery::send_one(*transport, **std::move(letter)));
    if (outcome.kind == delivery::OutcomeKind::accepted) {
      TIDINGS_TRY(notices.finish(notice->id, ""));
      ++report.sent;
    } else if (outcome.kind == delivery::OutcomeKind::permanent && !delivery::is_relay_trouble(outcome)) {
      TIDINGS_TRY(notices.finish(notice->id, outcome.line()));
      ++report.refused;
    } else {
      TIDINGS_TRY(notices.postpone(*notice, outcome.line()));
      ++report.postponed;
      if (!delivery::is_relay_trouble(outcome) && outcome.kind != delivery::OutcomeKind::unknown) continue;
      report.trouble = outcome.line();
      return report;
    }
  }
  return report;
}

Result<void> tidy_up(store::Database& database, const Clock& clock, Random& random) {
  TIDINGS_TRY(subscriber::SubscriberTable(database, clock).expire_pending(clock.now() - pending_lifetime));
  TIDINGS_TRY(subscriber::Confirmations(database, clock, random).sweep());
  TIDINGS_TRY(web::sweep_limits(database, clock.now()));
  return subscriber::NoticeTable(database, clock).sweep();
}

}  // namespace tidings::app
