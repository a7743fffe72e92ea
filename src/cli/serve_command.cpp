// serve, cgi: the pages for subscribers
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include <fmt/format.h>

#include "app/metrics.hpp"
#include "base/log.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "site/pages.hpp"
#include "site/serve.hpp"

namespace tidings::cli {
namespace {

std::atomic<bool> stop_serving{false};

struct ServeCommand {
  int threads = 8;
  bool snippet = false;
  bool frame = false;
};

Result<Exit> serve(Session& session, const ServeCommand& command) {
  TIDINGS_LET(const auto shared, session.shared());
  if (shared.config.newsletter.public_url.empty()) {
    return fail(Errc::config, "[newsletter] public_url is not set",
                "links in mails lead there; for example https://news.example.org");
  }
  if (command.snippet) {
    TIDINGS_LET(const auto pages, site::WebPages::load(shared.config));
    show({{"html", pages->snippet()}}, pages->snippet());
    return Exit::done;
  }
  if (command.frame) {
    if (shared.config.web.embed_origins.empty()) {
      return fail(Errc::config, "[web] embed_origins is not set: no site may show the form",
                  "embed_origins = [\"https://example.org\"] names those that may");
    }
    TIDINGS_LET(const auto pages, site::WebPages::load(shared.config));
    print(pages->frame());
    return Exit::done;
  }
  struct sigaction action {};
  action.sa_handler = [](int) { stop_serving = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  const auto on_ready = [&](const std::string& address) {
    tell({{"event", "serving"}, {"url", shared.config.newsletter.public_url}, {"listen", address}},
         fmt::format("serving {} on http://{}\n", shared.config.newsletter.public_url, address));
    std::fflush(stdout);
  };
  const auto on_monitor_ready = [](const std::string& address) {
    tell({{"event", "metrics"}, {"url", fmt::format("http://{}/metrics", address)}, {"listen", address}},
         fmt::format("metrics on http://{}/metrics\n", address));
    std::fflush(stdout);
  };
  TIDINGS_TRY(site::serve(shared,
                          {.threads = command.threads,
                           .metrics = app::metrics,
                           .on_ready = on_ready,
                           .on_monitor_ready = on_monitor_ready},
                          stop_serving));
  return Exit::done;
}

Result<Exit> cgi(Session& session, const NoOptions& /*options*/) {
  ::signal(SIGPIPE, SIG_IGN);
  TIDINGS_LET(const auto shared, session.shared());
  const web::Environment environment = [](const char* name) -> std::optional<std::string> {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>{value};
  };
  TIDINGS_TRY(site::serve_cgi(shared, environment, std::cin));
  return Exit::done;
}

}  // namespace

void add_serve_commands(Command app, Session& session) {
  add_command<ServeCommand>(
      app, session, "serve",
      "serve the pages where subscribers join, choose and leave (behind nginx or Caddy)",
      [](Command command, ServeCommand& options) {
        command.add_option("--threads", options.threads, "that answer").show_default().range(1, 256);
        command.add_flag("--snippet", options.snippet, "print a sign-up form for another site and exit");
        command.add_flag("--frame", options.frame,
                         "print a frame for a site of [web] embed_origins and exit");
      },
      serve);
  add_command<NoOptions>(app, session, "cgi",
                         "answer one web server request with the same pages (CGI, RFC 3875)", no_setup, cgi);
}

}  // namespace tidings::cli
