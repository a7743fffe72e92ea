// The HTTP server: sockets are ours, requests are parsed and answers written by cpp-httplib (server.cpp alone
// knows it).
//
// One thread waits for all connections (epoll) and keeps what arrives until a request is whole (frame.hpp),
// within a time that counts from its first wait, not from its last byte; only then a worker gets it. So ten
// thousand idle or trickling clients cost memory and no thread; when there are too many connections the one
// that has waited longest is dropped for the new one. cpp-httplib's own way, a thread for each connection
// with a time limit for each read, is held up by as many slow clients as it has threads. Plain HTTP: TLS
// belongs to the proxy in front (docs/web.md).
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
      trusted_proxies{};  ///< addresses whose X-Forwarded-For is believed, besides loopback
};

using Answer = std::function<Response(const Request&)>;
/// Called once in each worker's thread.
using MakeAnswer = std::function<Result<Answer>()>;

class Server {
 public:
  /// Bound and listening when it returns. Errc::unavailable if the address cannot be had, Errc::config if it
  /// is none; else what `make` fails with.
  [[nodiscard]] static Result<Server> listen(const ServerOptions& options, const MakeAnswer& make);

  [[nodiscard]] int port() const;

  /// Serves until `stop`, then finishes the answers in hand for at most 5 s. Asks for no answer after it has
  /// returned; whoever still settles one (Response::wait) must do so before the server goes.
  void run(const std::atomic<bool>& stop);

  Server(Server&&) noexcept;
  Server& operator=(Server&&) = delete;
  ~Server();

  struct State;

 private:
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The visitor behind a connection from `peer`: of X-Forwarded-For the last hop that is not trusted, if the
/// peer is trusted; else the peer.
[[nodiscard]] std::string client_of(const std::string& peer, const std::string& forwarded_for,
                                    const std::vector<std::string>& trusted);

}  // namespace tidings::web
