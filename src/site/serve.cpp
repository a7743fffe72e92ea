#include "site/serve.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <memory>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/log.hpp"
#include "base/url.hpp"
#include "config/secret.hpp"
#include "members/notices.hpp"
#include "site/list_service.hpp"
#include "site/pages.hpp"
#include "web/routes.hpp"
#include "web/server.hpp"

namespace tidings::site {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t writers_cache_bytes = std::int64_t{32} << 20;

/// Wakes the sender of notices.
class Notifier {
 public:
  void notify() {
    {
      const std::lock_guard lock{mutex_};
      notified_ = true;
    }
    changed_.notify_all();
  }
  void wait(std::chrono::milliseconds most) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, most, [this] { return notified_; });
    notified_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool notified_ = false;
};

Result<web::SiteOptions> site_options(const config::SharedContext& shared) {
  const auto& config = shared.config;
  TIDINGS_LET(auto database, store::Database::open(config.store, store::Create::yes));
  TIDINGS_LET(const auto keys, subscriber::KeyRing::open(database, shared.random, shared.clock));
  web::SiteOptions options;
  if (const auto url = parse_url(config.newsletter.public_url))
    options.base_path = url->path == "/" ? std::string{} : url->path;
  while (options.base_path.ends_with('/')) options.base_path.pop_back();
  options.archive = config.web.archive;
  options.api_origins = config.web.api_origins;
  options.embed_origins = config.web.embed_origins;
  if (config.web.api_key.is_set()) {
    TIDINGS_LET(options.api_key, config::read_secret(config.web.api_key, "[web] api_key"));
  }
  // The oldest key: a form that is open while keys are rotated stays valid.
  options.form_token_secret = hmac_sha256(keys.keys().front().secret, "sign-up form");
  return options;
}

/// Sign-ups and notices, in a separate thread with its own handle. Failures are reported once, not every few
/// seconds.
void run_sender(const config::SharedContext& shared, const WebPages& pages, Notifier& notifier,
                const std::atomic<bool>& stop) {
  auto database = store::Database::open(shared.config.store, store::Create::yes);
  if (!database) return log::error("notices: " + database.error().line());
  const auto context = shared.on(*database);
  std::string said;
  auto tidied = std::chrono::steady_clock::time_point{};
  const auto say = [&said](const std::string& line) {
    if (!line.empty() && line != said) log::error("notices: " + line);
    said = line;
  };
  while (!stop) {
    const auto taken = members::take_sign_ups(context);
    const auto report =
        taken ? members::send_notices(context, pages, {}, stop) : tl::unexpected<Error>(taken.error());
    say(report ? report->trouble : report.error().line());
    if (std::chrono::steady_clock::now() - tidied > 1h) {
      if (const auto tidy = members::tidy_up(context); !tidy)
        log::error("housekeeping: " + tidy.error().line());
      tidied = std::chrono::steady_clock::now();
    }
    notifier.wait(5s);
  }
}

/// A worker's handles.
struct Worker {
  std::unique_ptr<ListService> service;
  web::Site site;
};

std::atomic<bool> told_to_stop{false};

/// Writes the answer. True if it promised something that is still to be done. All database handles are closed
/// when it returns.
Result<bool> answer_cgi(const config::SharedContext& shared, const WebPages& pages,
                        const web::Request& request) {
  TIDINGS_LET(const auto options, site_options(shared));
  TIDINGS_LET(auto database, store::Database::open(shared.config.store, store::Create::yes));
  bool has_work = false;
  TIDINGS_LET(const auto service, ListService::open(shared, [&has_work] { has_work = true; }));
  web::StoredLimits limits{database, options.form_token_secret};
  web::SiteState state;
  web::Site site{options, *service, pages, shared.clock, limits, state};
  const auto answer = site.answer(request);
  if (answer.wait) answer.wait([](bool) {});  // nobody to share a commit with: it is already made
  const auto out = web::write_cgi(request, answer);
  std::fwrite(out.data(), 1, out.size(), stdout);
  std::fflush(stdout);
  return has_work;
}

/// True in a new process that holds nothing of the web server's and is unknown to it; false in the process
/// that started it, which may end now: neither visitor nor server waits for the relay. If no process can be
/// started, true in this one. No database may be open.
bool go_on_alone() {
  const pid_t child = ::fork();
  if (child > 0) return false;
  if (child == 0) {
    ::setsid();
    ::close_range(3, ~0U, 0);
  }
  // An open pipe means that the answer is not finished, including the one for errors.
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere, fd);
  return true;
}

}  // namespace

namespace {

std::string shown_address(const std::string& host, int port) {
  const bool is_v6 = host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", is_v6 ? "[" : "", host, is_v6 ? "]" : "", port);
}

/// The listener for /metrics, in a separate thread.
class Monitor {
 public:
  Monitor(web::Server server, const std::atomic<bool>& stop)
      : server_(std::move(server)), thread_([this, &stop] { server_.run(stop); }) {}
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;
  ~Monitor() { thread_.join(); }

 private:
  web::Server server_;
  std::thread thread_;
};

}  // namespace

Result<void> serve(const config::SharedContext& shared, const ServeOptions& options,
                   const std::atomic<bool>& stop) {
  const auto& config = shared.config;
  TIDINGS_LET(const auto pages, WebPages::load(config));
  TIDINGS_LET(const auto site, site_options(shared));
  web::SiteState state;
  web::MemoryLimits limits;
  Notifier notifier;
  TIDINGS_LET(auto writers_database, store::Database::open(config.store, store::Create::yes));
  // People who leave are spread over the whole list: with its indexes in memory they are found without the
  // disk.
  TIDINGS_TRY(writers_database.set_cache(writers_cache_bytes));
  // Outlives the threads of the server that use it; what it still reports to the server by then is ignored.
  auto writer = std::make_unique<members::LeaveWriter>(shared, std::move(writers_database),
                                                       [&notifier] { notifier.notify(); });
  const web::MakeAnswer make = [&]() -> Result<web::Answer> {
    TIDINGS_LET(auto service, ListService::open(
                                  shared, [&notifier] { notifier.notify(); }, writer.get()));
    auto& worker_service = *service;
    auto worker = std::make_shared<Worker>(
        Worker{.service = std::move(service),
               .site = web::Site{site, worker_service, *pages, shared.clock, limits, state}});
    return [worker](const web::Request& request) { return worker->site.answer(request); };
  };
  web::ServerOptions server_options;
  server_options.host = config.web.host;
  server_options.port = config.web.port;
  server_options.threads = options.threads;
  server_options.max_connections = config.web.max_connections;
  server_options.trusted_proxies = config.web.trusted_proxies;
  if (!config.web.webhooks.empty()) server_options.frame.body_bytes = 1 << 20;  // events come by the hundred
  TIDINGS_LET(auto server, web::Server::listen(server_options, make));
  const web::MakeAnswer make_monitor = [&]() -> Result<web::Answer> {
    TIDINGS_LET(auto service, ListService::open(shared, [] {}));
    service->tell_metrics(options.metrics);
    auto& worker_service = *service;
    auto worker = std::make_shared<Worker>(
        Worker{.service = std::move(service),
               .site = web::Site{site, worker_service, *pages, shared.clock, limits, state}});
    return [worker](const web::Request& request) { return worker->site.answer_monitor(request); };
  };
  std::unique_ptr<Monitor> monitor;
  int monitor_port = 0;
  if (!config.web.metrics_host.empty()) {
    web::ServerOptions monitor_options;
    monitor_options.host = config.web.metrics_host;
    monitor_options.port = config.web.metrics_port;
    monitor_options.threads = 1;
    monitor_options.max_connections = 16;
    TIDINGS_LET(auto monitor_server, web::Server::listen(monitor_options, make_monitor));
    monitor_port = monitor_server.port();
    monitor = std::make_unique<Monitor>(std::move(monitor_server), stop);
  }
  std::atomic<bool> sender_stops{false};
  std::thread sender{[&] { run_sender(shared, *pages, notifier, sender_stops); }};
  if (options.on_ready) options.on_ready(shown_address(config.web.host, server.port()));
  if (options.on_monitor_ready && monitor_port != 0) {
    options.on_monitor_ready(shown_address(config.web.metrics_host, monitor_port));
  }
  server.run(stop);
  writer.reset();  // writes what is waiting, while the server can still be told
  sender_stops = true;
  notifier.notify();
  sender.join();
  return {};
}

Result<void> serve_cgi(const config::SharedContext& shared, const web::Environment& environment,
                       std::istream& in) {
  const auto& config = shared.config;
  TIDINGS_LET(const auto request, web::read_cgi(environment, in));
  TIDINGS_LET(const auto pages, WebPages::load(config));
  // lighttpd kills a program once it has the whole answer, but the promised mail is still to be sent.
  std::signal(SIGTERM, SIG_IGN);
  TIDINGS_LET(const bool has_work, answer_cgi(shared, *pages, request));
  if (!has_work || !go_on_alone()) return {};
  std::signal(SIGTERM, [](int) { told_to_stop = true; });
  TIDINGS_LET(auto database, store::Database::open(config.store, store::Create::yes));
  const auto context = shared.on(database);
  TIDINGS_TRY(members::take_sign_ups(context));
  TIDINGS_LET(const auto report, members::send_notices(context, *pages, {}, told_to_stop));
  if (!report.trouble.empty()) log::error("notices: " + report.trouble);
  return {};
}

}  // namespace tidings::site
