// Serve: the web room's routes over the list, and a thread that sends the promised mails. Also the same for
// one CGI request.
#pragma once

#include <atomic>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "web/cgi.hpp"
#include "web/metrics.hpp"

namespace tidings::site {

/// What a monitor is told besides what visitors did. Called by one thread, with its own database.
using TellMetrics = std::function<Result<std::vector<web::Metric>>(const config::Context&)>;

struct ServeOptions {
  int threads = 8;
  TellMetrics metrics;
  std::function<void(const std::string& address)> on_ready;  ///< "127.0.0.1:8080", once it is listening
  std::function<void(const std::string& address)> on_monitor_ready;  ///< of [web] metrics, if set
};

/// Until `stop`. Randomness must be thread-safe. Errc::config for an invalid theme or address;
/// Errc::unavailable if the address is in use.
[[nodiscard]] Result<void> serve(const config::SharedContext& shared, const ServeOptions& options,
                                 const std::atomic<bool>& stop);

/// Answers one request of a web server. A separate process, for which the server does not wait, sends the
/// promised mails; if it is killed, the next "send --due" does.
[[nodiscard]] Result<void> serve_cgi(const config::SharedContext& shared, const web::Environment& environment,
                                     std::istream& in);

}  // namespace tidings::site
