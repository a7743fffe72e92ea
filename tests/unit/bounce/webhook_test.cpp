#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/file.hpp"
#include "bounce/webhook.hpp"
#include "bounce/webhook_signature.hpp"

namespace {

using namespace tidings;
using namespace tidings::bounce;
using Json = nlohmann::json;

std::string key_file(const std::string& name) {
  const auto bytes = read_file(std::string{TIDINGS_TEST_DATA} + "/webhook/" + name, 1 << 20);
  REQUIRE(bytes.has_value());
  return *bytes;
}

TEST_CASE("webhook: Mailgun's HMAC is of timestamp and token, and nothing else passes") {
  const std::string key = "mailgun signing key";
  Json call{
      {"signature",
       {{"timestamp", "1767600000"},
        {"token", "t0"},
        {"signature", hex_encode(hmac_sha256(key, "1767600000t0"))}}},
      {"event-data",
       {{"event", "failed"},
        {"severity", "permanent"},
        {"id", "e1"},
        {"recipient", "ann@quay.example"},
        {"delivery-status", {{"code", 550}, {"enhanced-code", "5.1.1"}, {"message", "5.1.1 No such user"}}},
        {"message", {{"headers", {{"message-id", "m1@news.example"}}}}}}}};
  CHECK(is_genuine(Provider::mailgun, {.body = call.dump()}, key));
  CHECK_FALSE(is_genuine(Provider::mailgun, {.body = call.dump()}, "another key"));
  const auto events = read_webhook(Provider::mailgun, call.dump());
  REQUIRE(events.has_value());
  REQUIRE(events->size() == 1);
  CHECK(events->front().key == "mailgun:t0");
  CHECK(events->front().report.recipients.front().kind == Kind::hard);
  CHECK(events->front().report.returned.message_id == "<m1@news.example>");
  call["signature"]["timestamp"] = "1767600001";
  CHECK_FALSE(is_genuine(Provider::mailgun, {.body = call.dump()}, key));
  call["event-data"]["severity"] = "temporary";
  CHECK(read_webhook(Provider::mailgun, call.dump())->empty());
}

TEST_CASE("webhook: SendGrid's signature covers timestamp and body") {
  // Made with: openssl dgst -sha256 -sign; the key is of this test only.
  const auto body = key_file("sendgrid.json");
  const auto key = key_file("sendgrid_public.b64");
  const auto signature = key_file("sendgrid_signature.b64");
  CHECK(is_genuine(Provider::sendgrid,
                   {.body = body, .signature = signature, .signature_timestamp = "1767600000"}, key));
  CHECK_FALSE(is_genuine(Provider::sendgrid,
                         {.body = body + " ", .signature = signature, .signature_timestamp = "1767600000"},
                         key));
  CHECK_FALSE(is_genuine(Provider::sendgrid,
                         {.body = body, .signature = signature, .signature_timestamp = "1767600001"}, key));
  CHECK_FALSE(is_genuine(Provider::sendgrid,
                         {.body = body, .signature = "", .signature_timestamp = "1767600000"}, key));
  const auto events = read_webhook(Provider::sendgrid, body);
  REQUIRE(events.has_value());
  REQUIRE(events->size() == 3);  // the delivered one says nothing
  CHECK((*events)[0].report.recipients.front().kind == Kind::hard);
  CHECK((*events)[1].report.recipients.front().kind == Kind::soft);
  CHECK((*events)[2].report.complaint);
}

TEST_CASE("webhook: SNS messages need Amazon's host, a topic of ours and the certificate's signature") {
  const auto body = key_file("sns.json");
  const auto certificate = key_file("sns_certificate.pem");
  const std::vector<std::string> topics{"arn:aws:sns:eu-west-1:123456789012:bounces"};
  CHECK(sns_certificate_url(body, topics) ==
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-test.pem");
  CHECK_FALSE(sns_certificate_url(body, std::vector<std::string>{"arn:aws:sns:eu-west-1:999:other"}));
  CHECK(is_signed_by_sns(body, certificate));
  auto changed = Json::parse(body);
  changed["Message"] = "{}";
  CHECK_FALSE(is_signed_by_sns(changed.dump(), certificate));
  CHECK_FALSE(is_signed_by_sns(body, "no certificate"));
  for (const auto& url : std::vector<std::string>{
           "http://sns.eu-west-1.amazonaws.com/a.pem",
           "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem",
           "https://evil.example/sns.eu-west-1.amazonaws.com", "https://u@sns.eu-west-1.amazonaws.com/a.pem",
           "https://sns.a.b.amazonaws.com/a.pem", "https://sns..amazonaws.com/a.pem",
           "https://sns.eu-west-1.amazonaws.com:444/a.pem"}) {
    CAPTURE(url);
    CHECK_FALSE(is_sns_url(url));
  }
  const auto events = read_webhook(Provider::ses, body);
  REQUIRE(events.has_value());
  REQUIRE(events->size() == 1);
  CHECK(events->front().report.returned.envelope_from == "bounces+token@news.example");
  CHECK(events->front().report.recipients.front().kind == Kind::hard);
}

TEST_CASE("webhook: a signed time must be recent, and which calls sign one is known") {
  const auto now = from_ms(1'767'600'000'000);
  using namespace std::chrono_literals;
  CHECK(signed_at(Provider::sendgrid, {.signature_timestamp = "1767600000"}) == now);
  CHECK(signed_at(Provider::mailgun, {.body = R"({"signature":{"timestamp":"1767600000"}})"}) == now);
  CHECK(signed_at(Provider::ses, {.body = R"({"Timestamp":"2026-01-05T08:00:00.000Z"})"}) == now);
  for (const std::string_view odd : {"", "x", "1767600000x", "-1", "99999999999999999999"})
    CHECK_FALSE(signed_at(Provider::sendgrid, {.signature_timestamp = odd}));
  CHECK_FALSE(signed_at(Provider::mailgun, {.body = "[]"}));
  CHECK_FALSE(signed_at(Provider::brevo, {.body = "{}"}));
  CHECK(is_fresh(now, now));
  CHECK(is_fresh(now - 47h, now));
  CHECK_FALSE(is_fresh(now - 48h, now));
  CHECK_FALSE(is_fresh(now + 1h, now));
}

TEST_CASE("webhook: Postmark and Brevo prove themselves by what was agreed on") {
  CHECK(is_genuine(Provider::postmark, {.authorization = "Basic dXNlcjpzZWNyZXQ="}, "user:secret"));
  CHECK_FALSE(is_genuine(Provider::postmark, {.authorization = "Basic dXNlcjpzZWNyZXR="}, "user:secret"));
  CHECK_FALSE(is_genuine(Provider::postmark, {}, ""));
  CHECK(is_genuine(Provider::brevo, {.authorization = "Bearer t0ken"}, "t0ken"));
  CHECK_FALSE(is_genuine(Provider::brevo, {.authorization = "Bearer t0keN"}, "t0ken"));
  CHECK(is_genuine(Provider::brevo, {.authorization = "Basic dXNlcjpzZWNyZXQ="}, "user:secret"));
  CHECK_FALSE(is_genuine(Provider::brevo, {.authorization = "Basic dXNlcjpzZWNyZXR="}, "user:secret"));
  CHECK_FALSE(is_genuine(Provider::ses, {.authorization = "Bearer t0ken"}, "t0ken"));

  struct Case {
    Provider relay;
    Json call;
    std::size_t events;
    Kind kind;
    bool complaint;
  };
  const std::vector<Case> cases{
      {Provider::postmark,
       {{"RecordType", "Bounce"},
        {"Type", "HardBounce"},
        {"ID", 7},
        {"Email", "a@b.example"},
        {"Details", "smtp;550 5.1.1 Unknown user"}},
       1,
       Kind::hard,
       false},
      {Provider::postmark,
       {{"RecordType", "Bounce"},
        {"Type", "HardBounce"},
        {"ID", 8},
        {"Email", "a@b.example"},
        {"Details", "smtp;550 5.7.1 blocked"}},
       1,
       Kind::soft,
       false},
      {Provider::postmark,
       {{"RecordType", "Bounce"}, {"Type", "AutoResponder"}, {"ID", 9}, {"Email", "a@b.example"}},
       0,
       Kind::soft,
       false},
      {Provider::postmark,
       {{"RecordType", "SpamComplaint"}, {"Type", "SpamComplaint"}, {"ID", 10}, {"Email", "a@b.example"}},
       1,
       Kind::soft,
       true},
      {Provider::postmark, {{"RecordType", "Open"}, {"Email", "a@b.example"}}, 0, Kind::soft, false},
      {Provider::brevo,
       {{"event", "hard_bounce"}, {"email", "a@b.example"}, {"message-id", "<m@n.example>"}},
       1,
       Kind::hard,
       false},
      {Provider::brevo,
       {{"event", "soft_bounce"}, {"email", "a@b.example"}, {"reason", "552 mailbox full"}},
       1,
       Kind::soft,
       false},
      {Provider::brevo, {{"event", "spam"}, {"email", "a@b.example"}}, 1, Kind::soft, true},
      {Provider::brevo, {{"event", "delivered"}, {"email", "a@b.example"}}, 0, Kind::soft, false},
      {Provider::brevo, {{"event", "hard_bounce"}, {"email", 7}}, 0, Kind::soft, false},
  };
  for (const auto& [relay, call, count, kind, complaint] : cases) {
    CAPTURE(call.dump());
    const auto events = read_webhook(relay, call.dump());
    REQUIRE(events.has_value());
    REQUIRE(events->size() == count);
    if (count == 0) continue;
    CHECK(events->front().report.recipients.front().kind == kind);
    CHECK(events->front().report.complaint == complaint);
  }
}

TEST_CASE("webhook: Brevo's batches are read event by event") {
  const Json batch{{{"event", "hard_bounce"}, {"email", "a@b.example"}, {"ts_epoch", 1}},
                   {{"event", "opened"}, {"email", "b@b.example"}},
                   {{"event", "invalid_email"}, {"email", "c@b.example"}}};
  const auto events = read_webhook(Provider::brevo, batch.dump());
  REQUIRE(events.has_value());
  REQUIRE(events->size() == 2);
  CHECK((*events)[0].key != (*events)[1].key);
  CHECK((*events)[1].report.recipients.front().address == "c@b.example");
}

TEST_CASE("webhook: what is no JSON of that relay is refused, however deep or odd") {
  for (const auto& body : std::vector<std::string>{std::string{}, std::string{"x"}, std::string{"[]"},
                                                   std::string(100000, '['), std::string{"\"a\""}}) {
    CHECK_FALSE(read_webhook(Provider::brevo, body).has_value());
    CHECK_FALSE(is_genuine(Provider::mailgun, {.body = body}, "key"));
    CHECK_FALSE(is_signed_by_sns(body, ""));
  }
  CHECK_FALSE(read_webhook(Provider::sendgrid, "{}").has_value());
}

}  // namespace
