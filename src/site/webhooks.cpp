#include "site/webhooks.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "bounce/webhook_signature.hpp"
#include "config/secret.hpp"
#include "returns/intake.hpp"
#include "source/fetch.hpp"

namespace tidings::site {
namespace {

constexpr std::size_t max_certificates = 16;

const config::SecretPlace& secret_of(const config::WebConfig& web, bounce::Provider relay) {
  switch (relay) {
    case bounce::Provider::mailgun: return web.mailgun_key;
    case bounce::Provider::sendgrid: return web.sendgrid_key;
    case bounce::Provider::postmark: return web.postmark_login;
    default: return web.brevo_token;
  }
}

std::string_view proof_of(const web::Request& call, std::string_view name) {
  const auto at = std::find_if(call.proof.begin(), call.proof.end(),
                               [&](const auto& field) { return field.first == name; });
  return at == call.proof.end() ? std::string_view{} : std::string_view{at->second};
}

/// From Amazon's host only, and only what is small; nothing when it is out of reach.
std::string fetch_from_amazon(const std::string& url) {
  const auto answer = source::fetch(
      {.url = url}, {.timeout = std::chrono::seconds{10}, .max_bytes = 1 << 20, .max_redirects = 0});
  if (const auto* const got = std::get_if<source::Fetched>(&answer)) return got->bytes;
  if (const auto* const failure = std::get_if<source::FetchFailure>(&answer))
    log::error("webhook of ses: " + failure->what);
  return {};
}

}  // namespace

Result<int> Webhooks::prove_sns(const std::string& body) {
  const auto url = bounce::sns_certificate_url(body, context_.config.web.ses_topics);
  if (!url) return 403;
  auto known = certificates_.find(*url);
  if (known != certificates_.end() && !VerifyingKey::from_certificate(known->second)) {
    certificates_.erase(known);  // expired since
    known = certificates_.end();
  }
  if (known == certificates_.end()) {
    // Whoever knows the topic can name certificates without end, and a thread of the site waits for each.
    if (!fetches_.take("", context_.clock.now())) return 503;
    auto certificate = fetch_from_amazon(*url);
    if (!VerifyingKey::from_certificate(certificate)) return 503;  // out of reach, or the page of an outage
    if (certificates_.size() >= max_certificates) certificates_.clear();
    known = certificates_.emplace(*url, std::move(certificate)).first;
  }
  if (!bounce::is_signed_by_sns(body, known->second)) return 403;
  if (const auto subscribe = bounce::sns_subscribe_url(body)) {
    return bounce::is_sns_url(*subscribe) && !fetch_from_amazon(*subscribe).empty() ? 200 : 503;
  }
  return 200;
}

Result<int> Webhooks::prove(bounce::Provider relay, const web::Request& call) {
  const bounce::WebhookCall proof{
      .body = call.body,
      .authorization = proof_of(call, "authorization"),
      .signature = proof_of(call, "x-twilio-email-event-webhook-signature"),
      .signature_timestamp = proof_of(call, "x-twilio-email-event-webhook-timestamp")};
  const bool signs_time = relay == bounce::Provider::ses || relay == bounce::Provider::mailgun ||
                          relay == bounce::Provider::sendgrid;
  if (signs_time) {
    const auto at = bounce::signed_at(relay, proof);
    if (!at || !bounce::is_fresh(*at, context_.clock.now())) return 403;
  }
  if (relay == bounce::Provider::ses) return prove_sns(call.body);
  TIDINGS_LET(const auto secret, config::read_secret(secret_of(context_.config.web, relay),
                                                     "[web] " + std::string{bounce::name_of(relay)}));
  return bounce::is_genuine(relay, proof, secret) ? 200 : 403;
}

Result<int> Webhooks::take(std::string_view name, const web::Request& call) {
  const auto relay = bounce::provider_named(name);
  const auto& on = context_.config.web.webhooks;
  if (!relay || std::find(on.begin(), on.end(), name) == on.end()) return 404;
  TIDINGS_LET(const int proved, prove(*relay, call));
  if (proved != 200) return proved;
  const auto events = bounce::read_webhook(*relay, call.body);
  if (!events) return 400;
  if (events->empty()) return 200;
  TIDINGS_LET(const auto intake, returns::BounceIntake::open(context_));
  int answer = 200;
  for (const auto& event : *events) {
    const auto taken = intake->take_event(event);
    if (taken) continue;
    // A store that is locked or broken is so for each event; anything else is about this one, and the relay
    // tells it again.
    if (taken.error().code == Errc::try_again || taken.error().code == Errc::io)
      return tl::unexpected<Error>(taken.error());
    log::error(fmt::format("webhook of {}: event {}: {}", name, event.key, taken.error().line()));
    answer = 500;
  }
  return answer;
}

}  // namespace tidings::site
