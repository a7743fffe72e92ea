// The routes: from one request to one response, over a Service (the list) and Pages (the theme). No sockets:
// shared by server.hpp and cgi.hpp.
//
//   | path            | GET                    | POST                                          |
//   |-----------------|------------------------|-----------------------------------------------|
//   | /, /subscribe   | the sign-up form       | asks for a confirmation mail                  |
//   | /embed          | the form for a frame   | the same                                      |
//   | /api/subscribe  |                        | the same, as JSON (sign_up_api.cpp)           |
//   | /c/TOKEN        | what will be confirmed | confirms, or sends a new link                 |
//   | /u/TOKEN        | a button               | leaves (also RFC 8058), gets less, comes back |
//   | /p/TOKEN        | preferences            | changes them, moves, downloads, erases        |
//   | /hooks/RELAY    |                        | webhooks of relays, each with its proof       |
//   | /archive/...    | files of the archive   |                                               |
//   | /style.css, /robots.txt, /healthz | as named |                                           |
//
// Metrics have a separate listener (answer_monitor), which no proxy leads to.
//
// GET and HEAD change nothing. There are no redirects, cookies or scripts, and no link is made from the
// request's host. Every invalid token gives the same 404; misses are limited by network. Personal pages are
// never stored or indexed.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "web/form.hpp"
#include "web/limits.hpp"
#include "web/pages.hpp"
#include "web/service.hpp"
#include "web/web.hpp"

namespace tidings::web {

struct SiteOptions {
  std::string base_path;          ///< path of public_url, without trailing slash; may be empty
  std::filesystem::path archive;  ///< empty: none
  std::string form_token_secret;
  std::string api_key{};                     ///< empty: no /api/subscribe
  std::vector<std::string> api_origins{};    ///< whose pages may call it
  std::vector<std::string> embed_origins{};  ///< whose pages may show /embed; empty: it is not there
  std::chrono::milliseconds least_fill_time{2000};
};

/// Shared by all threads that answer.
struct SiteState {
  enum Counter {
    pages,
    sign_ups,
    robots,
    confirmations,
    withdrawals,
    one_clicks,
    changes,
    misses,
    limited,
    failures,
    pauses,
    moves,
    erasures,
    counters
  };
  std::array<std::atomic<std::uint64_t>, counters> counts{};
};

/// Belongs to one thread.
class Site {
 public:
  Site(const SiteOptions& options, Service& service, const Pages& pages, const Clock& clock, Limits& limits,
       SiteState& state)
      : options_(options), service_(service), pages_(pages), clock_(clock), limits_(limits), state_(state) {}

  /// The path may begin with the base path, or the proxy may have stripped it.
  [[nodiscard]] Response answer(Request request);

  /// The monitor's listener answers GET /metrics and nothing else.
  [[nodiscard]] Response answer_monitor(const Request& request);

 private:
  [[nodiscard]] Result<Response> route(const Request& request);
  // sign_up.cpp
  [[nodiscard]] Result<Response> subscribe(const Request& request);
  [[nodiscard]] Result<Response> embed(const Request& request);
  [[nodiscard]] Result<Response> sign_up_page(const Request& request, PageView view);
  [[nodiscard]] Result<Response> answer_form(const Request& request, const Form& form, PageView view);
  /// A message in the place of that page.
  [[nodiscard]] Result<Response> show_instead(const PageView& view, int status, Banner notice);
  [[nodiscard]] Result<SignUpResult> take_sign_up(const SignUp& wanted);
  // sign_up_api.cpp
  [[nodiscard]] Result<Response> api(const Request& request);
  [[nodiscard]] Result<Response> answer_api(const Request& request);

  [[nodiscard]] Result<Response> confirm(const Request& request, std::string_view token);
  [[nodiscard]] Result<Response> show_joined(const Request& request, const Joining& joined);
  [[nodiscard]] Result<Response> unsubscribe(const Request& request, std::string_view token);
  [[nodiscard]] Result<Response> preferences(const Request& request, std::string_view token);
  [[nodiscard]] Result<Response> show_preferences(const Member& member, const std::string& language,
                                                  Problem problem = Problem::none);
  [[nodiscard]] Result<Response> save(const Request& request, std::string_view token, const Member& before,
                                      const Form& form);
  [[nodiscard]] Result<Response> show_saved(const Member& before, const Member& after,
                                            const std::string& language);
  [[nodiscard]] Result<Response> move(const Request& request, std::string_view token, const Member& member,
                                      const Form& form);
  [[nodiscard]] Result<Response> download(const Request& request, std::string_view token);
  [[nodiscard]] Result<Response> ask_to_erase(const Request& request, const Member& member);
  [[nodiscard]] Result<Response> erase(const Request& request, std::string_view token, const Member& member);
  [[nodiscard]] Result<Response> leave(const Request& request, std::string_view token, Scope scope);
  [[nodiscard]] Result<Response> get_less(const Request& request, std::string_view token, const Less& less);
  [[nodiscard]] Result<Response> come_back(const Request& request, std::string_view token, const Form& form);
  [[nodiscard]] Result<Response> give_reason(const Request& request, std::string_view token,
                                             const Form& form);
  [[nodiscard]] Result<Response> send_new_link(const Request& request, std::string_view token);
  /// Of one link: what is signed with it proves that its visitor has just left.
  [[nodiscard]] std::string undo_secret(std::string_view token) const;
  [[nodiscard]] Response health();
  [[nodiscard]] Result<Response> metrics(const Request& request);
  [[nodiscard]] Result<Response> archive(const Request& request, std::string_view path);
  [[nodiscard]] Result<Response> missing(const Request& request);
  [[nodiscard]] Result<Response> show(int status, const PageView& view);
  [[nodiscard]] Result<Response> show_notice(int status, Banner notice, const std::string& language);
  [[nodiscard]] std::string language_of(const Request& request, const std::string& first = {}) const;
  void count(SiteState::Counter counter) { ++state_.counts[counter]; }

  const SiteOptions& options_;
  Service& service_;
  const Pages& pages_;
  const Clock& clock_;
  Limits& limits_;
  SiteState& state_;
};

/// The tags of an Accept-Language field, best first, at most ten (RFC 9110 section 12.5.4).
[[nodiscard]] std::vector<std::string> accepted_languages(std::string_view field);

}  // namespace tidings::web
