// Serve: the web room's routes over the list, and a thread that sends what they promise. Also the same for
// one CGI request.
#pragma once

#include <atomic>
#include <functional>
#include <iosfwd>
#include <string>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "web/cgi.hpp"

namespace tidings::site {

struct ServeOptions {
  int threads = 8;
  std::function<void(const std::string& address)> on_ready;          ///< "127.0.0.1:8080", once it listens
  std::function<void(const std::string& address)> on_monitor_ready;  ///< of [web] metrics, if that is set
};

/// Until `stop`. Randomness must be thread-safe. Errc::config for a broken theme or an invalid address;
/// Errc::unavailable if the address is taken.
[[nodiscard]] Result<void> serve(const config::SharedContext& shared, const ServeOptions& options,
                                 const std::atomic<bool>& stop);

/// Answers one request of a web server. What it promised is looked after by a process of its own, which the
/// server does not wait for; where that one is ended too soon the next "send --due" goes on.
[[nodiscard]] Result<void> serve_cgi(const config::SharedContext& shared, const web::Environment& environment,
                                     std::istream& in);

}  // namespace tidings::site
