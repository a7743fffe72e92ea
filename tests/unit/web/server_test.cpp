#include "web/server.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::web;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t much = 32 << 20;  // more than the buffers of a socket hold on both sides

/// GET /much is answered with `much` octets, everything else with a few.
class Served {
 public:
  explicit Served(ServerOptions options) {
    options.port = 0;
    auto server = Server::listen(options, []() -> Result<Answer> {
      return [](const Request& request) {
        return Response{.body = request.path == "/much" ? std::string(much, 'x') : "few"};
      };
    });
    REQUIRE(server.has_value());
    port_ = server->port();
    thread_ = std::thread{[this, own = std::move(*server)]() mutable { own.run(stop_); }};
  }
  ~Served() {
    stop_ = true;
    thread_.join();
  }

  [[nodiscard]] int port() const { return port_; }

 private:
  std::atomic<bool> stop_{false};
  int port_ = 0;
  std::thread thread_;
};

class Client {
 public:
  explicit Client(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    constexpr int small = 4096;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void ask(const std::string& path) const {
    const auto request = "GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    REQUIRE(::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(request.size()));
  }

  /// Whether the other side has given this connection up within 20 s; nothing is read.
  [[nodiscard]] bool is_dropped() const {
    pollfd events{.fd = socket_, .events = 0, .revents = 0};
    return ::poll(&events, 1, 20'000) == 1 && (events.revents & (POLLHUP | POLLERR)) != 0;
  }

  /// Octets until the end or an error, whichever comes first.
  [[nodiscard]] std::size_t read_all() const {
    std::size_t total = 0;
    std::string buffer(1 << 16, '\0');
    for (ssize_t got = 0; (got = ::recv(socket_, buffer.data(), buffer.size(), 0)) > 0;)
      total += static_cast<std::size_t>(got);
    return total;
  }

 private:
  int socket_;
};

}  // namespace

TEST_CASE("server: who never reads the answer is dropped and keeps no thread") {
  const Served served{{.threads = 1, .request_timeout = 20s, .write_timeout = 300ms}};
  const Client stuck{served.port()};
  stuck.ask("/much");
  const Client other{served.port()};
  other.ask("/few");
  CHECK(other.read_all() > 3);
  CHECK(stuck.is_dropped());
  CHECK(stuck.read_all() < much);
}

TEST_CASE("server: a long answer reaches whoever reads it") {
  const Served served{{.threads = 1, .write_timeout = 20s}};
  const Client reader{served.port()};
  reader.ask("/much");
  CHECK(reader.read_all() > much);
}
