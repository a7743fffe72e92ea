#include "web/cgi.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "web/rate_limit.hpp"

namespace tidings::web {
namespace {

constexpr std::size_t max_body_bytes = 64 * 1024;
constexpr std::size_t max_events_bytes = 1024 * 1024;  // webhooks: events come by the hundred

/// The header fields that prove a call to /hooks/ or /api/, by their names in RFC 3875 section 4.1.18.
void read_proof(const Environment& environment, Request& request) {
  for (const auto& [variable, name] :
       {std::pair{"HTTP_AUTHORIZATION", "authorization"}, std::pair{"HTTP_ORIGIN", "origin"},
        std::pair{"HTTP_X_TWILIO_EMAIL_EVENT_WEBHOOK_SIGNATURE", "x-twilio-email-event-webhook-signature"},
        std::pair{"HTTP_X_TWILIO_EMAIL_EVENT_WEBHOOK_TIMESTAMP", "x-twilio-email-event-webhook-timestamp"}}) {
    if (auto value = environment(variable)) request.proof.emplace_back(name, *std::move(value));
  }
}

}  // namespace

Result<Request> read_cgi(const Environment& environment, std::istream& in) {
  const auto method = environment("REQUEST_METHOD");
  if (!method) {
    return fail(Errc::usage, "this is not a CGI call: REQUEST_METHOD is not set",
                "a web server starts it; docs/web.md shows how");
  }
  const auto text = [&](const char* name) { return environment(name).value_or(std::string{}); };
  Request request;
  request.method = *method == "GET"       ? Method::get
                   : *method == "HEAD"    ? Method::head
                   : *method == "POST"    ? Method::post
                   : *method == "OPTIONS" ? Method::options
                                          : Method::other;
  request.path = text("PATH_INFO");
  if (request.path.empty()) request.path = "/";
  request.query = text("QUERY_STRING");
  request.content_type = text("CONTENT_TYPE");
  request.accept_language = text("HTTP_ACCEPT_LANGUAGE");
  request.client = plain_address(text("REMOTE_ADDR"));
  const bool hook = request.path.find("/hooks/") != std::string::npos;
  if (hook || request.path.find("/api/") != std::string::npos) read_proof(environment, request);
  std::size_t length = 0;
  const auto digits = text("CONTENT_LENGTH");
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (digits.empty() || request.method != Method::post) return request;
  if (read.ec != std::errc{} || length > (hook ? max_events_bytes : max_body_bytes)) {
    request.path = "/too-large";
    return request;
  }
  request.body.resize(length);
  in.read(request.body.data(), static_cast<std::streamsize>(length));
  request.body.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, in.gcount())));
  return request;
}

std::string write_cgi(const Request& request, const Response& response) {
  auto out = fmt::format("Status: {}\r\nContent-Type: {}\r\n", response.status, response.content_type);
  for (const auto& [name, value] : response.fields) out += fmt::format("{}: {}\r\n", name, value);
  out += fmt::format("Content-Length: {}\r\n\r\n", response.body.size());
  return request.method == Method::head ? out : out + response.body;
}

}  // namespace tidings::web
