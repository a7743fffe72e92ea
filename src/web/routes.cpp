#include "web/routes.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "web/choices.hpp"
#include "web/static_files.hpp"

namespace tidings::web {
namespace {

constexpr std::string_view page_policy =
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors ";
// Editions carry their style and show the posts' pictures; nothing in them runs.
constexpr std::string_view archive_policy =
    "default-src 'none'; img-src 'self' https: data:; style-src 'self' 'unsafe-inline'; frame-ancestors "
    "'none'; base-uri 'none'";

Response plain(int status, std::string text) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .body = std::move(text),
          .fields = {{"Cache-Control", "no-store"}}};
}

Response not_allowed(std::string_view methods) {
  auto response = plain(405, "method not allowed\n");
  response.fields.emplace_back("Allow", methods);
  return response;
}

/// The rest after `prefix` if it can be a token: one segment of base64url or base32.
std::string_view token_after(std::string_view path, std::string_view prefix) {
  const auto token = path.substr(prefix.size());
  const bool sound = !token.empty() && token.size() <= 200 && std::ranges::all_of(token, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  return sound ? token : std::string_view{};
}

}  // namespace

std::vector<std::string> accepted_languages(std::string_view field) {
  std::vector<std::pair<double, std::string>> weighed;
  for (const auto item : split(field.substr(0, 500), ',')) {
    const auto semicolon = std::min(item.find(';'), item.size());
    const auto tag = trim(item.substr(0, semicolon));
    if (tag.empty() || tag == "*" || tag.size() > 35 || weighed.size() >= 10) continue;
    double weight = 1;
    if (const auto q = item.find("q=", semicolon); q != std::string_view::npos) {
      const auto text = trim(item.substr(q + 2));
      if (std::from_chars(text.data(), text.data() + text.size(), weight).ec != std::errc{}) weight = 0;
    }
    if (weight > 0) weighed.emplace_back(weight, ascii_lower(tag));
  }
  std::ranges::stable_sort(weighed, [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> tags;
  for (auto& [weight, tag] : weighed) tags.push_back(std::move(tag));
  return tags;
}

std::string Site::language_of(const Request& request, const std::string& first) const {
  std::vector<std::string> wanted;
  if (const auto query = parse_urlencoded(request.query); query.has("lang"))
    wanted.emplace_back(query.get("lang").substr(0, 35));
  if (!first.empty()) wanted.push_back(first);
  std::ranges::move(accepted_languages(request.accept_language), std::back_inserter(wanted));
  return pages_.language_for(wanted);
}

Result<Response> Site::show(int status, const PageView& view) {
  Response response{
      .status = status,
      .content_type = "text/html; charset=utf-8",
      .body = {},
      .fields = {
          {"Cache-Control", "no-store"}, {"Content-Language", view.language}, {"X-Robots-Tag", "noindex"}}};
  if (view.page == PageName::subscribe && !view.is_embedded) response.fields.pop_back();
  if (view.is_embedded) {
    response.fields.emplace_back("Content-Security-Policy",
                                 std::string{page_policy} + join(options_.embed_origins, " "));
  }
  TIDINGS_LET(response.body, pages_.render(view));
  return response;
}

Result<Response> Site::show_notice(int status, Banner notice, const std::string& language) {
  return show(status, {.page = PageName::message, .notice = notice, .language = language});
}

Result<Response> Site::missing(const Request& request) {
  count(SiteState::misses);
  TIDINGS_LET(const bool may_try, limits_.take(Limit::misses, request.client, clock_.now()));
  if (!may_try) {
    count(SiteState::limited);
    return show_notice(429, Banner::many, language_of(request));
  }
  return show_notice(404, Banner::missing, language_of(request));
}

Result<Response> Site::confirm(const Request& request, std::string_view token) {
  if (request.reads()) {
    TIDINGS_LET(const auto joining, service_.joining(token));
    if (!joining) return missing(request);
    if (joining->is_done) return show_joined(request, *joining);
    PageView view{.page = joining->is_expired ? PageName::expired : PageName::confirm,
                  .language = language_of(request, joining->language),
                  .address = joining->address};
    view.moves = joining->moves;
    view.others = joining->digests;
    return show(200, view);
  }
  const auto form = parse_form(request.content_type, request.body).value_or(Form{});
  if (form.get("act") == "again") return send_new_link(request, token);
  TIDINGS_LET(const auto joined, service_.confirm(token, request.client));
  if (!joined) return missing(request);
  if (!joined->is_done) count(SiteState::confirmations);
  return show_joined(request, *joined);
}

Result<Response> Site::show_joined(const Request& request, const Joining& joined) {
  PageView view{.page = PageName::message,
                .notice = joined.moves     ? Banner::moved
                          : joined.is_done ? Banner::already
                                           : Banner::confirmed,
                .language = language_of(request, joined.language),
                .address = joined.address};
  view.others = joined.digests;
  return show(200, view);
}

Result<Response> Site::unsubscribe(const Request& request, std::string_view token) {
  if (request.reads()) {
    TIDINGS_LET(const auto leaving, service_.leaving(token));
    if (!leaving) return missing(request);
    PageView view{.page = leaving->is_subscribed ? PageName::unsubscribe : PageName::left,
                  .language = language_of(request, leaving->language),
                  .address = leaving->address};
    view.digest = leaving->digest;
    view.others = leaving->others;
    view.instead = leaving->instead;
    view.topics = leaving->topics;
    view.may_pause = leaving->may_pause;
    return show(200, view);
  }
  // An unreadable body is no reason to keep anybody subscribed: the token alone says who leaves what.
  const auto form = parse_form(request.content_type, request.body).value_or(Form{});
  if (form.get("List-Unsubscribe") == "One-Click") {
    TIDINGS_LET(auto wait, service_.leave_at_once(token, request.client));
    if (!wait) return missing(request);
    count(SiteState::one_clicks);
    auto response = plain(200, "unsubscribed\n");  // read by a program (RFC 8058 section 3.2)
    response.wait = *std::move(wait);
    return response;
  }
  const auto act = form.get("act");
  if (act == "return") return come_back(request, token, form);
  if (act == "reason") return give_reason(request, token, form);
  if (act == "pause") return get_less(request, token, {.what = Less::What::pause});
  if (act == "topics")
    return get_less(request, token, {.what = Less::What::topics, .topics = form.all("topic")});
  if (constexpr std::string_view prefix = "instead:"; act.starts_with(prefix)) {
    return get_less(request, token,
                    {.what = Less::What::digest, .digest = std::string{act.substr(prefix.size())}});
  }
  return leave(request, token, act == "all" ? Scope::all : Scope::digest);
}

Result<Response> Site::show_preferences(const Member& member, const std::string& language, Problem problem) {
  PageView view{
      .page = PageName::preferences, .language = language, .address = member.address, .name = member.name};
  view.digests = member.digests;
  view.topics = member.topics;
  view.fields = member.fields;
  view.zones = member.zones;
  view.is_stopped = member.is_stopped;
  view.problem = problem;
  view.may_pause = member.may_pause;
  view.paused_until = member.paused_until;
  view.first_day = member.first_day;
  view.last_day = member.last_day;
  return show(problem == Problem::none ? 200 : 422, view);
}

Result<Response> Site::preferences(const Request& request, std::string_view token) {
  TIDINGS_LET(const auto member, service_.member(token));
  if (!member) return missing(request);
  const auto language = language_of(request, member->language);
  if (request.reads()) return show_preferences(*member, language);
  const auto form = parse_form(request.content_type, request.body);
  const auto act = form ? form->get("act") : std::string_view{};
  if (act == "save") return save(request, token, *member, *form);
  if (act == "move") return move(request, token, *member, *form);
  if (act == "download") return download(request, token);
  if (act == "erase") return ask_to_erase(request, *member);
  if (act == "erase_now") return erase(request, token, *member);
  // Without the button's own field it is not our form, and "nothing ticked" would mean leaving everything.
  return show_notice(400, Banner::trouble, language);
}

Result<Response> Site::save(const Request& request, std::string_view token, const Member& before,
                            const Form& form) {
  const auto language = language_of(request, before.language);
  auto topics = named_topics(form);
  if (!topics) return show_preferences(before, language, Problem::topics);
  auto wanted = before;
  if (!fill_answers(wanted.fields, form, service_))
    return show_preferences(wanted, language, Problem::fields);
  Preferences preferences{.name = std::string{form.get("name")},
                          .language = std::string{form.get("language")},
                          .digests = named_digests(form, before.digests.size()),
                          .topics = *std::move(topics),
                          .fields = answers(wanted.fields)};
  if (!form.has("name")) preferences.name = before.name;
  if (!form.has("language")) preferences.language = before.language;
  if (form.has("timezone")) preferences.timezone = std::string{form.get("timezone")};
  if (form.has("paused_until")) preferences.paused_until = std::string{form.get("paused_until")};
  auto change = service_.change(token, preferences, request.client);
  if (!change && change.error().code == Errc::bad_data) return show_notice(422, Banner::trouble, language);
  TIDINGS_LET(const auto changed, std::move(change));
  if (!changed) return missing(request);
  if (*changed == Change::bad_day) return show_preferences(before, language, Problem::pause);
  count(SiteState::changes);
  const auto after = preferences.language.empty() ? language : language_of(request, preferences.language);
  if (*changed == Change::waits_for_confirmation) return show_notice(200, Banner::check, after);
  TIDINGS_LET(const auto now, service_.member(token));
  if (!now) return missing(request);
  // The current state says it best: what they asked for is not ticked, and a note explains why.
  if (*changed == Change::partly) return show_preferences(*now, after);
  if (now->paused_until != before.paused_until) count(SiteState::pauses);
  return show_saved(before, *now, after);
}

Response Site::health() {
  const auto well = service_.check();
  if (!well) log::error("web: " + well.error().line());
  return well ? plain(200, "ok\n") : plain(503, "the store is not available\n");
}

Response Site::answer_monitor(const Request& request) {
  if (!request.reads()) return not_allowed("GET, HEAD");
  if (request.path != "/metrics") return plain(404, "/metrics is here\n");
  auto numbers = metrics(request);
  if (numbers) return *std::move(numbers);
  log::error("web: " + numbers.error().line());
  return plain(503, "the store is not available\n");
}

Result<Response> Site::metrics(const Request& request) {
  static constexpr std::array<std::string_view, SiteState::counters> names{
      "pages",  "sign_ups", "robots",   "confirmations", "withdrawals", "one_clicks", "changes",
      "misses", "limited",  "failures", "pauses",        "moves",       "erasures"};
  TIDINGS_LET(auto metrics, service_.metrics());
  Metric web{.name = "tidings_web",
             .kind = Metric::Kind::counter,
             .help = "What visitors did since the start.",
             .samples = {}};
  for (std::size_t i = 0; i < names.size(); ++i) {
    web.samples.push_back(
        {.labels = {{"what", std::string{names[i]}}}, .value = static_cast<double>(state_.counts[i].load())});
  }
  metrics.push_back(std::move(web));
  const auto form = metrics_form_for(request.accept);
  auto response = plain(200, write_metrics(metrics, form));
  response.content_type = content_type_of(form);
  return response;
}

Result<Response> Site::archive(const Request& request, std::string_view path) {
  auto file = static_file(options_.archive, path);
  if (!file) return missing(request);
  return Response{.status = 200,
                  .content_type = std::move(file->content_type),
                  .body = std::move(file->bytes),
                  .fields = {{"Cache-Control", "public, max-age=300"},
                             {"Content-Security-Policy", std::string{archive_policy}}}};
}

Result<Response> Site::route(const Request& request) {
  const std::string_view path{request.path};
  const bool is_post = request.method == Method::post;
  if (path == "/api/subscribe") return api(request);
  if (request.method == Method::other || request.method == Method::options)
    return not_allowed("GET, HEAD, POST");
  if (path == "/embed") return embed(request);
  if (path == "/" || path == "/subscribe") {
    if (is_post && path == "/") return not_allowed("GET, HEAD");
    return subscribe(request);
  }
  using Handler = Result<Response> (Site::*)(const Request&, std::string_view);
  static constexpr std::array<std::pair<std::string_view, Handler>, 3> personal{
      {{"/u/", &Site::unsubscribe}, {"/c/", &Site::confirm}, {"/p/", &Site::preferences}}};
  for (const auto& [prefix, handler] : personal) {
    if (!path.starts_with(prefix)) continue;
    const auto token = token_after(path, prefix);
    return token.empty() ? missing(request) : (this->*handler)(request, token);
  }
  if (constexpr std::string_view hooks = "/hooks/"; is_post && path.starts_with(hooks)) {
    TIDINGS_LET(const int status, service_.take_webhook(path.substr(hooks.size()), request));
    return status == 404 ? missing(request) : plain(status, status == 200 ? "taken\n" : "not accepted\n");
  }
  if (is_post) {
    return path == "/healthz" || path == "/style.css" ? not_allowed("GET, HEAD") : missing(request);
  }
  if (path == "/healthz") return health();
  if (path == "/style.css") {
    return Response{.status = 200,
                    .content_type = "text/css; charset=utf-8",
                    .body = pages_.style(),
                    .fields = {{"Cache-Control", "public, max-age=3600"}}};
  }
  // Browsers request it if a page names no icon, as the archive's editions do.
  if (path == "/favicon.ico") {
    return Response{.status = 200,
                    .content_type = "image/svg+xml",
                    .body = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
                    .fields = {{"Cache-Control", "public, max-age=86400"}}};
  }
  if (path == "/robots.txt")
    return plain(200, "User-agent: *\nDisallow: /c/\nDisallow: /p/\nDisallow: /u/\n");
  if (path == "/archive") return archive(request, "");
  if (path.starts_with("/archive/")) return archive(request, path.substr(9));
  return missing(request);
}

Response Site::answer(Request request) {
  const auto& base = options_.base_path;
  if (!base.empty() && request.path.starts_with(base) &&
      (request.path.size() == base.size() || request.path[base.size()] == '/')) {
    request.path.erase(0, base.size());
    if (request.path.empty()) request.path = "/";
  }
  count(SiteState::pages);
  auto routed = route(request);
  if (!routed) {
    count(SiteState::failures);
    log::error("web: " + routed.error().line());
    routed = show_notice(routed.error().code == Errc::try_again ? 503 : 500, Banner::trouble,
                         language_of(request));
  }
  auto response = routed ? *std::move(routed) : plain(500, "internal error\n");
  const bool has_policy = std::ranges::any_of(
      response.fields, [](const auto& field) { return field.first == "Content-Security-Policy"; });
  if (!has_policy)
    response.fields.emplace_back("Content-Security-Policy", std::string{page_policy} + "'none'");
  response.fields.emplace_back("X-Content-Type-Options", "nosniff");
  response.fields.emplace_back("Referrer-Policy", "no-referrer");
  return response;
}

}  // namespace tidings::web
