#include "web/cgi.hpp"

#include <map>
#include <sstream>

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::web;

namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

Result<Request> called(const Variables& variables, const std::string& body = {}) {
  std::istringstream in{body};
  return read_cgi(
      [&](const char* name) -> std::optional<std::string> {
        const auto found = variables.find(std::string_view{name});
        if (found == variables.end()) return std::nullopt;
        return found->second;
      },
      in);
}

}  // namespace

TEST_CASE("cgi: a webhook's proof is passed on, to webhooks only") {
  Variables variables{{"REQUEST_METHOD", "POST"},
                      {"PATH_INFO", "/hooks/brevo/k3y"},
                      {"CONTENT_LENGTH", "2"},
                      {"HTTP_AUTHORIZATION", "Bearer s3cret"},
                      {"HTTP_X_TWILIO_EMAIL_EVENT_WEBHOOK_SIGNATURE", "MEUC"},
                      {"HTTP_X_TWILIO_EMAIL_EVENT_WEBHOOK_TIMESTAMP", "1600112502"},
                      {"HTTP_COOKIE", "a=b"}};
  const auto hook = called(variables, "{}");
  REQUIRE(hook);
  CHECK(hook->body == "{}");
  REQUIRE(hook->proof.size() == 3);
  CHECK(hook->proof[0] == std::pair<std::string, std::string>{"authorization", "Bearer s3cret"});
  CHECK(hook->proof[1].first == "x-twilio-email-event-webhook-signature");
  CHECK(hook->proof[2].second == "1600112502");

  variables["PATH_INFO"] = "/u/token";
  const auto other = called(variables, "{}");
  REQUIRE(other);
  CHECK(other->proof.empty());
}

TEST_CASE("cgi: webhooks may send a megabyte, everybody else 64 KiB") {
  const std::string body(100'000, 'x');
  Variables variables{{"REQUEST_METHOD", "POST"}, {"PATH_INFO", "/hooks/ses"}, {"CONTENT_LENGTH", "100000"}};
  CHECK(called(variables, body)->body.size() == 100'000);
  variables["PATH_INFO"] = "/u/token";
  CHECK(called(variables, body)->path == "/too-large");
  variables["PATH_INFO"] = "/hooks/ses";
  variables["CONTENT_LENGTH"] = "1048577";
  CHECK(called(variables, body)->path == "/too-large");
  variables["CONTENT_LENGTH"] = "-1";
  CHECK(called(variables, body)->path == "/too-large");
}

TEST_CASE("cgi: nothing is answered to who is no web server") { CHECK_FALSE(called({})); }
