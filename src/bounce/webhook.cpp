#include "bounce/webhook.hpp"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "bounce/reason.hpp"
#include "bounce/scan.hpp"
#include "bounce/sns.hpp"

namespace tidings::bounce {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_events = 1000;
constexpr std::array<std::pair<Provider, std::string_view>, 5> providers{{{Provider::ses, "ses"},
                                                                          {Provider::mailgun, "mailgun"},
                                                                          {Provider::sendgrid, "sendgrid"},
                                                                          {Provider::postmark, "postmark"},
                                                                          {Provider::brevo, "brevo"}}};

std::string text_of(const Json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto at = object.find(key);
  if (at == object.end()) return {};
  if (at->is_string()) return at->get<std::string>();
  return at->is_number_integer() ? std::to_string(at->get<std::int64_t>()) : std::string{};
}

const Json& member(const Json& object, const char* key) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto at = object.find(key);
  return at == object.end() ? none : *at;
}

Json parsed(std::string_view body) {
  constexpr int most_levels = 20;
  const auto limited = [](int depth, Json::parse_event_t /*event*/, Json& /*value*/) {
    return depth < most_levels;
  };
  return Json::parse(body, limited, false);
}

std::string bracketed(const std::string& id) {
  return id.empty() || id.starts_with("<") ? id : "<" + id + ">";
}

/// The relay's own verdict, used if the host's answer says nothing.
enum class Verdict { permanent, transient, complaint };

struct Told {
  Provider provider = Provider::ses;
  Verdict verdict = Verdict::transient;
  std::string key{};  ///< empty: the hash of the event
  std::string address{};
  std::string status{};
  std::string diagnostic{};
  std::string message_id{};
  std::string envelope_from{};
  bool no_mailbox = false;  ///< the relay itself says that the address is invalid
};

std::optional<WebhookEvent> event_of(const Told& told, const Json& json) {
  const auto address = address_of(told.address);
  if (!address) return std::nullopt;
  WebhookEvent event;
  const auto key = told.key.empty()
                       ? hex_encode(sha256(json.dump(-1, ' ', false, Json::error_handler_t::replace)))
                       : told.key;
  event.key = std::string{name_of(told.provider)} + ":" + std::string{truncate_utf8(key, 300)};
  event.report.reporter = name_of(told.provider);
  event.report.returned.message_id = bracketed(told.message_id);
  event.report.returned.envelope_from = told.envelope_from;
  Recipient recipient{.address = *address};
  if (told.verdict == Verdict::complaint) {
    event.report.complaint = true;
    event.report.feedback_type = "abuse";
    recipient.action = Action::complaint;
  } else {
    auto judgement = judge({.status = status_at_start(told.status), .diagnostic = told.diagnostic});
    if (judgement.reason == Reason::unknown && told.no_mailbox) judgement = judge({.status = "5.1.1"});
    recipient.status = judgement.status;
    recipient.reason = judgement.reason;
    recipient.kind = told.verdict == Verdict::permanent ? judgement.kind : Kind::soft;
    recipient.diagnostic = std::string{truncate_utf8(collapse_blanks(clean_utf8(told.diagnostic)), 500)};
  }
  event.report.recipients.push_back(std::move(recipient));
  return event;
}

using Events = std::vector<WebhookEvent>;

Events read_ses(const Json& json, std::string_view body) {
  auto report = read_sns(body);
  if (!report) return {};
  const auto inner = parsed(text_of(json, "Message"));
  const auto& mail = member(inner, "mail");
  report->returned.envelope_from = text_of(mail, "source");
  report->returned.message_id = bracketed(text_of(member(mail, "commonHeaders"), "messageId"));
  return {{.key = "ses:" + text_of(json, "MessageId"), .report = *std::move(report)}};
}

Events read_mailgun(const Json& json) {
  const auto& data = member(json, "event-data");
  const auto name = text_of(data, "event");
  const bool complaint = name == "complained";
  const bool permanent = text_of(data, "severity") == "permanent";
  if (!complaint && (name != "failed" || !permanent)) return {};
  const auto& answer = member(data, "delivery-status");
  auto words = text_of(answer, "message");
  if (words.empty()) words = text_of(answer, "description");
  // The signature covers only the token, which counts once.
  const Told told{.provider = Provider::mailgun,
                  .verdict = complaint ? Verdict::complaint : Verdict::permanent,
                  .key = text_of(member(json, "signature"), "token"),
                  .address = text_of(data, "recipient"),
                  .status = text_of(answer, "enhanced-code"),
                  .diagnostic = text_of(answer, "code") + " " + words,
                  .message_id = text_of(member(member(data, "message"), "headers"), "message-id"),
                  .envelope_from = text_of(member(data, "envelope"), "sender")};
  const auto event = event_of(told, json);
  return event ? Events{*event} : Events{};
}

Events read_sendgrid(const Json& json) {
  Events events;
  for (const auto& each : json) {
    if (events.size() >= max_events) break;
    const auto name = text_of(each, "event");
    const bool blocked = text_of(each, "type") == "blocked";
    if (name != "bounce" && name != "spamreport") continue;
    const auto event = event_of({.provider = Provider::sendgrid,
                                 .verdict = name == "spamreport" ? Verdict::complaint
                                            : blocked            ? Verdict::transient
                                                                 : Verdict::permanent,
                                 .key = text_of(each, "sg_event_id"),
                                 .address = text_of(each, "email"),
                                 .status = text_of(each, "status"),
                                 .diagnostic = text_of(each, "reason"),
                                 .message_id = text_of(each, "smtp-id")},
                                each);
    if (event) events.push_back(*event);
  }
  return events;
}

Events read_postmark(const Json& json) {
  const auto record = text_of(json, "RecordType");
  const auto type = text_of(json, "Type");
  if (record != "Bounce" && record != "SpamComplaint") return {};
  // The other types are auto-replies, challenges, subscriptions and mail that Postmark itself did not send.
  const bool complaint = record == "SpamComplaint" || type == "SpamComplaint";
  const bool hard = type == "HardBounce" || type == "BadEmailAddress";
  if (!complaint && !hard && type != "SoftBounce" && type != "Blocked" && type != "DnsError" &&
      type != "SpamNotification")
    return {};
  const auto event = event_of({.provider = Provider::postmark,
                               .verdict = complaint ? Verdict::complaint
                                          : hard    ? Verdict::permanent
                                                    : Verdict::transient,
                               .key = text_of(json, "ID"),
                               .address = text_of(json, "Email"),
                               .diagnostic = text_of(json, "Details"),
                               .no_mailbox = hard},
                              json);
  return event ? Events{*event} : Events{};
}

std::optional<WebhookEvent> brevo_event(const Json& json) {
  const auto name = text_of(json, "event");
  const bool complaint = name == "spam" || name == "complaint";
  const bool hard =
      name == "hard_bounce" || name == "invalid_email" || name == "hardBounce" || name == "invalid";
  if (!complaint && !hard && name != "soft_bounce" && name != "softBounce" && name != "blocked")
    return std::nullopt;
  // Brevo signs nothing and numbers no events; these fields are the same each time it reports one.
  auto moment = text_of(json, "ts_epoch");
  if (moment.empty()) moment = text_of(json, "ts_event");
  const auto id = text_of(json, "message-id");
  const bool telling = !moment.empty() && !id.empty();
  return event_of(
      {.provider = Provider::brevo,
       .verdict = complaint ? Verdict::complaint
                  : hard    ? Verdict::permanent
                            : Verdict::transient,
       .key = telling ? hex_encode(sha256(name + "\n" + id + "\n" + moment + "\n" + text_of(json, "email")))
                      : "",
       .address = text_of(json, "email"),
       .diagnostic = text_of(json, "reason"),
       .message_id = id,
       .no_mailbox = hard},
      json);
}

/// One event, or an array of them if `batched`.
Events read_brevo(const Json& json) {
  Events events;
  const auto take = [&](const Json& each) {
    if (auto event = brevo_event(each); event && events.size() < max_events)
      events.push_back(*std::move(event));
  };
  if (json.is_array()) {
    for (const auto& each : json) take(each);
  } else {
    take(json);
  }
  return events;
}

}  // namespace

std::string_view name_of(Provider provider) {
  for (const auto& [each, name] : providers) {
    if (each == provider) return name;
  }
  return "";
}

std::optional<Provider> provider_named(std::string_view name) {
  for (const auto& [provider, each] : providers) {
    if (each == name) return provider;
  }
  return std::nullopt;
}

Result<std::vector<WebhookEvent>> read_webhook(Provider provider, std::string_view body) {
  const auto json = parsed(body);
  const bool many =
      json.is_array() && (provider == Provider::sendgrid || (provider == Provider::brevo && !json.empty()));
  const bool fits = provider == Provider::sendgrid ? many : many || json.is_object();
  if (json.is_discarded() || !fits)
    return fail(Errc::bad_data, "the request is not JSON of " + std::string{name_of(provider)});
  switch (provider) {
    case Provider::ses: return read_ses(json, body);
    case Provider::mailgun: return read_mailgun(json);
    case Provider::sendgrid: return read_sendgrid(json);
    case Provider::postmark: return read_postmark(json);
    case Provider::brevo: return read_brevo(json);
  }
  return Events{};
}

std::optional<std::string> sns_subscribe_url(std::string_view body) {
  const auto json = parsed(body);
  if (text_of(json, "Type") != "SubscriptionConfirmation") return std::nullopt;
  return text_of(json, "SubscribeURL");
}

}  // namespace tidings::bounce
