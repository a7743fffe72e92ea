// The HTTP server: the sockets are ours, cpp-httplib parses requests and writes responses (only parser.cpp
// knows it).
//
// One thread waits for all connections (epoll) and collects what arrives until a request is complete
// (frame.hpp), within a time limit that counts from the first wait, not from the last byte; only then a
// worker gets it. So ten thousand idle or trickling clients cost memory but no threads; with too many
// connections the one that has waited longest is dropped for the new one. cpp-httplib's own design, a thread
// per connection with a time limit per read, is blocked by as many slow clients as it has threads. Plain
// HTTP: the proxy in front does TLS (docs/web.md).
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "web/frame.hpp"
#include "web/web.hpp"

namespace tidings::web {

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 8080;  ///< 0: the kernel chooses
  int threads = 8;
  int max_connections = 10'000;
  std::chrono::milliseconds request_timeout{10'000};  ///< for a whole request, and between two of them
  std::chrono::milliseconds write_timeout{30'000};    ///< for a whole answer
  FrameLimits frame{};
  std::vector<std::string>
      trusted_proxies{};  ///< addresses whose X-Forwarded-For is trusted, besides loopback
};

using Answer = std::function<Response(const Request&)>;
/// Called once in each worker's thread.
using MakeAnswer = std::function<Result<Answer>()>;

class Server {
 public:
  /// Bound and listening when it returns. Errc::unavailable if the address cannot be used, Errc::config if it
  /// is invalid; else the failure of `make`.
  [[nodiscard]] static Result<Server> listen(const ServerOptions& options, const MakeAnswer& make);

  [[nodiscard]] int port() const;

  /// Serves until `stop`, then finishes current answers for at most 5 s. Asks for no answer after it has
  /// returned; pending answers (Response::wait) must be settled before the server is destroyed.
  void run(const std::atomic<bool>& stop);

  Server(Server&&) noexcept;
  Server& operator=(Server&&) = delete;
  ~Server();

  struct State;

 private:
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The visitor behind a connection from `peer`: the last untrusted hop in X-Forwarded-For if the peer is
/// trusted; else the peer.
[[nodiscard]] std::string client_of(const std::string& peer, const std::string& forwarded_for,
                                    const std::vector<std::string>& trusted);

}  // namespace tidings::web
