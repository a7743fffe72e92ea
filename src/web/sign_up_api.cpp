// POST /api/subscribe of routes.hpp: a sign-up as JSON, by a publisher's own page or program.
//
//   {"email": "ada@example.org", "name": "Ada", "language": "en", "digests": ["weekly"], "topics": ["boats"],
//    "fields": {"city": "Porto"}, "consent": "the sentence they agreed to"}
//
// Only email is required. The key comes as "Authorization: Bearer KEY"; it proves the caller, not the
// visitor: the person confirms by mail like everybody, and the answer is the same for every address. Browsers
// may call it from the pages of SiteOptions::api_origins.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/crypto.hpp"
#include "base/text.hpp"
#include "web/choices.hpp"
#include "web/routes.hpp"

namespace tidings::web {
namespace {

using nlohmann::json;

constexpr std::size_t most_consent_bytes = 500;

std::string_view field_of(const Request& request, std::string_view name) {
  const auto found = std::ranges::find(request.proof, name, [](const auto& each) { return each.first; });
  return found == request.proof.end() ? std::string_view{} : std::string_view{found->second};
}

Response answer_of(int status, const json& body) {
  return {.status = status,
          .content_type = "application/json",
          .body = body.dump(-1, ' ', false, json::error_handler_t::replace) + "\n",
          .fields = {{"Cache-Control", "no-store"}, {"Vary", "Origin"}}};
}

/// Errc::bad_data names what is wrong.
Result<std::string> text_in(const json& body, const char* name) {
  const auto found = body.find(name);
  if (found == body.end() || found->is_null()) return std::string{};
  if (!found->is_string()) return fail(Errc::bad_data, fmt::format("{} must be a string", name));
  return clean_utf8(found->get<std::string>());
}

Result<std::vector<std::string>> texts_in(const json& body, const char* name) {
  std::vector<std::string> out;
  const auto found = body.find(name);
  if (found == body.end() || found->is_null()) return out;
  const auto is_text = [](const json& each) { return each.is_string(); };
  if (!found->is_array() || !std::ranges::all_of(*found, is_text))
    return fail(Errc::bad_data, fmt::format("{} must be a list of strings", name));
  for (const auto& each : *found) out.push_back(clean_utf8(each.get<std::string>()));
  return out;
}

/// Own fields: texts, numbers, true and false.
Result<Answers> answers_in(const json& body, const Service& service) {
  Answers out;
  const auto found = body.find("fields");
  if (found == body.end() || found->is_null()) return out;
  if (!found->is_object()) return fail(Errc::bad_data, "fields must be an object");
  for (const auto& [name, value] : found->items()) {
    if (value.is_structured()) return fail(Errc::bad_data, "a field must be a string, a number or a boolean");
    const auto text = value.is_null()      ? std::string{}
                      : value.is_string()  ? value.get<std::string>()
                      : value.is_boolean() ? std::string{value.get<bool>() ? "yes" : "no"}
                                           : value.dump();
    TIDINGS_LET(auto checked, service.check_field(clean_utf8(name), clean_utf8(text)));
    out.emplace_back(name, std::move(checked));
  }
  return out;
}

Result<SignUp> read_sign_up(const json& body) {
  static const std::vector<std::string> known{"email",   "name",   "language", "timezone",
                                              "digests", "topics", "fields",   "consent"};
  if (!body.is_object()) return fail(Errc::bad_data, "the body must be a JSON object");
  for (const auto& [name, value] : body.items()) {
    if (std::ranges::find(known, name) == known.end())
      return fail(Errc::bad_data, fmt::format("unknown member \"{}\"", truncate_utf8(clean_utf8(name), 40)),
                  did_you_mean(clean_utf8(name), known));
  }
  SignUp wanted;
  TIDINGS_LET(wanted.address, text_in(body, "email"));
  TIDINGS_LET(wanted.name, text_in(body, "name"));
  TIDINGS_LET(wanted.language, text_in(body, "language"));
  TIDINGS_LET(wanted.timezone, text_in(body, "timezone"));
  TIDINGS_LET(wanted.digests, texts_in(body, "digests"));
  TIDINGS_LET(wanted.topics, texts_in(body, "topics"));
  TIDINGS_LET(wanted.consent, text_in(body, "consent"));
  wanted.consent = collapse_blanks(truncate_utf8(wanted.consent, most_consent_bytes));
  return wanted;
}

/// The names as the configuration writes them; an empty list stays empty.
Result<std::vector<std::string>> on_offer(std::vector<Choice> choices, const std::vector<std::string>& names,
                                          std::string_view noun) {
  if (names.empty()) return std::vector<std::string>{};
  if (choose(choices, names)) return chosen(choices);
  std::vector<std::string> known;
  for (const auto& choice : choices) known.push_back(choice.value);
  const auto unknown =
      std::ranges::find_if(names, [&](const std::string& name) { return !choose(choices, {name}); });
  return fail(Errc::bad_data, fmt::format("unknown {} \"{}\"", noun, truncate_utf8(*unknown, 40)),
              did_you_mean(*unknown, known));
}

}  // namespace

Result<Response> Site::api(const Request& request) {
  if (options_.api_key.empty()) return missing(request);
  const auto origin = field_of(request, "origin");
  const bool is_allowed = std::ranges::find(options_.api_origins, origin) != options_.api_origins.end();
  Response response;
  if (request.method == Method::options) {
    response = {.status = is_allowed ? 204 : 403, .content_type = "text/plain; charset=utf-8", .body = {}};
    response.fields = {{"Access-Control-Allow-Methods", "POST"},
                       {"Access-Control-Allow-Headers", "authorization, content-type"},
                       {"Access-Control-Max-Age", "3600"},
                       {"Vary", "Origin"}};
  } else if (!origin.empty() && !is_allowed) {
    response = answer_of(403, {{"error", "this site is not one of [web] api_origins"}});
  } else {
    TIDINGS_LET(response, answer_api(request));
  }
  if (is_allowed) response.fields.emplace_back("Access-Control-Allow-Origin", origin);
  return response;
}

Result<Response> Site::answer_api(const Request& request) {
  if (request.method != Method::post) {
    auto response = answer_of(405, {{"error", "POST a JSON object"}});
    response.fields.emplace_back("Allow", "POST, OPTIONS");
    return response;
  }
  constexpr std::string_view scheme = "Bearer ";
  const auto given = field_of(request, "authorization");
  const bool has_key = given.starts_with(scheme) &&
                       equal_in_constant_time(trim(given.substr(scheme.size())), options_.api_key);
  if (!has_key) {
    count(SiteState::misses);
    TIDINGS_LET(const bool may_try, limits_.take(Limit::misses, request.client, clock_.now()));
    auto response = answer_of(may_try ? 401 : 429, {{"error", may_try ? "wrong key" : "too many tries"}});
    response.fields.emplace_back("WWW-Authenticate", "Bearer");
    return response;
  }
  const auto refuse = [](const Error& error) {
    return answer_of(422, {{"error", error.what + (error.hint.empty() ? "" : " (" + error.hint + ")")}});
  };
  const auto body = json::parse(request.body, nullptr, false);
  if (body.is_discarded()) return answer_of(400, {{"error", "the body is not JSON"}});
  auto wanted = read_sign_up(body);
  if (!wanted) return refuse(wanted.error());
  auto zone = service_.check_zone(wanted->timezone);
  if (!zone) return refuse(zone.error());
  wanted->timezone = *std::move(zone);
  auto digests = on_offer(service_.digests(), wanted->digests, "digest");
  if (!digests) return refuse(digests.error());
  auto topics = on_offer(service_.topics(), wanted->topics, "topic");
  if (!topics) return refuse(topics.error());
  auto fields = answers_in(body, service_);
  if (!fields) return refuse(fields.error());
  wanted->fields = *std::move(fields);
  wanted->digests = *std::move(digests);
  wanted->topics = *std::move(topics);
  wanted->client = request.client;
  wanted->way = "API";
  TIDINGS_LET(const auto answer, take_sign_up(*wanted));
  switch (answer) {
    case SignUpResult::bad_address: return answer_of(422, {{"error", "email is not an address"}});
    case SignUpResult::blocked_domain:
      return answer_of(422, {{"error", "addresses of this domain are not accepted"}});
    case SignUpResult::limited: return answer_of(429, {{"error", "too many sign-ups"}});
    case SignUpResult::taken:
    case SignUpResult::too_many: break;
  }
  return answer_of(202, {{"status", "check_mail"}});
}

}  // namespace tidings::web
