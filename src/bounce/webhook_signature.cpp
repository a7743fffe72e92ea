#include "bounce/webhook_signature.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

#include <nlohmann/json.hpp>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "base/url.hpp"

namespace tidings::bounce {
namespace {

using Json = nlohmann::json;

std::string text_of(const Json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string{};
}

/// A fixed limit on levels keeps a stranger's nesting off the stack.
Json parsed(std::string_view body) {
  constexpr int most_levels = 20;
  const auto limited = [](int depth, Json::parse_event_t /*event*/, Json& /*value*/) {
    return depth < most_levels;
  };
  return Json::parse(body, limited, false);
}

bool is_mailgun(const WebhookCall& call, std::string_view key) {
  const auto json = parsed(call.body);
  if (!json.is_object() || !json.contains("signature")) return false;
  const auto& proof = json["signature"];
  const auto expected = hex_encode(hmac_sha256(key, text_of(proof, "timestamp") + text_of(proof, "token")));
  return !text_of(proof, "token").empty() &&
         equal_in_constant_time(expected, ascii_lower(text_of(proof, "signature")));
}

bool is_sendgrid(const WebhookCall& call, std::string_view key_base64) {
  const auto key = base64_decode(trim(key_base64));
  const auto signature = base64_decode(trim(call.signature));
  if (!key || !signature) return false;
  const auto verifier = VerifyingKey::from_der(*key);
  return verifier && verifier->verifies(std::string{call.signature_timestamp} + std::string{call.body},
                                        *signature, VerifyingKey::Hash::sha256);
}

std::optional<UtcTime> unix_time(std::string_view text) {
  std::int64_t seconds = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr std::int64_t most = 100'000'000'000;
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || seconds < 0 || seconds > most)
    return std::nullopt;
  return from_ms(seconds * 1000);
}

/// The signed fields of an SNS message, in order.
std::optional<std::string> signed_text(const Json& json) {
  const auto type = text_of(json, "Type");
  std::vector<const char*> names{"Message", "MessageId"};
  if (type == "Notification") {
    if (json.contains("Subject") && json["Subject"].is_string()) names.push_back("Subject");
  } else if (type == "SubscriptionConfirmation" || type == "UnsubscribeConfirmation") {
    names.push_back("SubscribeURL");
  } else {
    return std::nullopt;
  }
  names.push_back("Timestamp");
  if (type != "Notification") names.push_back("Token");
  names.push_back("TopicArn");
  names.push_back("Type");
  std::string text;
  for (const auto* const name : names) text += std::string{name} + "\n" + text_of(json, name) + "\n";
  return text;
}

}  // namespace

bool is_genuine(Provider provider, const WebhookCall& call, std::string_view secret) {
  if (secret.empty()) return false;
  switch (provider) {
    case Provider::mailgun: return is_mailgun(call, secret);
    case Provider::sendgrid: return is_sendgrid(call, secret);
    case Provider::postmark:
      return equal_in_constant_time(call.authorization, "Basic " + base64_encode(secret));
    case Provider::brevo:
      return equal_in_constant_time(call.authorization, "Bearer " + std::string{secret}) ||
             equal_in_constant_time(call.authorization, "Basic " + base64_encode(secret));
    case Provider::ses: return false;
  }
  return false;
}

std::optional<UtcTime> signed_at(Provider provider, const WebhookCall& call) {
  if (provider == Provider::sendgrid) return unix_time(call.signature_timestamp);
  if (provider != Provider::mailgun && provider != Provider::ses) return std::nullopt;
  const auto json = parsed(call.body);
  if (!json.is_object()) return std::nullopt;
  if (provider == Provider::mailgun)
    return json.contains("signature") ? unix_time(text_of(json["signature"], "timestamp")) : std::nullopt;
  const auto time = parse_rfc3339(text_of(json, "Timestamp"));
  return time ? std::optional{*time} : std::nullopt;
}

bool is_fresh(UtcTime signed_at, UtcTime now) {
  return signed_at > now - std::chrono::hours{48} && signed_at < now + std::chrono::hours{1};
}

bool is_sns_url(std::string_view text) {
  const auto url = parse_url(std::string{text});
  if (!url || url->scheme != "https" || !url->port.empty() || text.find('@') != std::string_view::npos)
    return false;
  auto host = std::string_view{url->host};
  if (host.ends_with(".cn")) host.remove_suffix(3);
  constexpr std::string_view before = "sns.";
  constexpr std::string_view after = ".amazonaws.com";
  if (!host.starts_with(before) || !host.ends_with(after) || host.size() <= before.size() + after.size())
    return false;
  const auto region = host.substr(before.size(), host.size() - before.size() - after.size());
  return region.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

std::optional<std::string> sns_certificate_url(std::string_view body, std::span<const std::string> topics) {
  const auto json = parsed(body);
  if (!json.is_object() || std::find(topics.begin(), topics.end(), text_of(json, "TopicArn")) == topics.end())
    return std::nullopt;
  auto url = text_of(json, "SigningCertURL");
  if (!is_sns_url(url) || !url.ends_with(".pem")) return std::nullopt;
  return url;
}

bool is_signed_by_sns(std::string_view body, std::string_view certificate_pem) {
  const auto json = parsed(body);
  if (!json.is_object()) return false;
  const auto text = signed_text(json);
  const auto signature = base64_decode(text_of(json, "Signature"));
  const auto version = text_of(json, "SignatureVersion");
  if (!text || !signature || (version != "1" && version != "2")) return false;
  const auto key = VerifyingKey::from_certificate(certificate_pem);
  return key && key->verifies(*text, *signature,
                              version == "2" ? VerifyingKey::Hash::sha256 : VerifyingKey::Hash::sha1);
}

}  // namespace tidings::bounce
