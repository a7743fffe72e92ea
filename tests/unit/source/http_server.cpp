#include "unit/source/http_server.hpp"

#include <array>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tidings::test {
namespace {

bool readable(int socket, const std::atomic<bool>& stopping) {
  while (!stopping) {
    pollfd wait{.fd = socket, .events = POLLIN, .revents = 0};
    if (::poll(&wait, 1, 20) > 0) return true;
  }
  return false;
}

}  // namespace

bool Connection::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    if (*stopping) return false;
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Connection::answer(int status, const std::vector<std::string>& headers, std::string_view body) const {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " Said\r\n";
  for (const auto& header : headers) text += header + "\r\n";
  if (status != 304) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  text += "\r\n";
  text += body;
  return send(text);
}

void Connection::hang() const {
  std::array<char, 64> ignored{};
  while (readable(socket, *stopping)) {
    if (::recv(socket, ignored.data(), ignored.size(), 0) <= 0) return;
  }
}

HttpServer::HttpServer() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, plain, length) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, plain, &length) != 0) {
    throw std::runtime_error("no port for the test server");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread{[this] { accept_loop(); }};
}

HttpServer::~HttpServer() {
  stopping_ = true;
  acceptor_.join();
  for (auto& worker : workers_) worker.join();
  ::close(listener_);
}

void HttpServer::on(const std::string& path, Handler handler) {
  const std::scoped_lock lock{mutex_};
  handlers_[path] = std::move(handler);
}

std::string HttpServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

void HttpServer::accept_loop() {
  while (readable(listener_, stopping_)) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    ++connections_;
    // Long enough for a client that a busy machine keeps waiting; one that has gone ends send() at once.
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    workers_.emplace_back([this, socket] {
      serve(socket);
      ::close(socket);
    });
  }
}

void HttpServer::serve(int socket) {
  std::string input;
  while (true) {
    while (input.find("\r\n\r\n") == std::string::npos) {
      std::array<char, 4096> buffer{};
      if (!readable(socket, stopping_)) return;
      const auto got = ::recv(socket, buffer.data(), buffer.size(), 0);
      if (got <= 0) return;
      input.append(buffer.data(), static_cast<std::size_t>(got));
    }
    const auto end = input.find("\r\n\r\n") + 4;
    Connection connection{.socket = socket, .stopping = &stopping_, .path = {}, .head = input.substr(0, end)};
    input.erase(0, end);
    const auto blank = connection.head.find(' ');
    connection.path = connection.head.substr(blank + 1, connection.head.find(' ', blank + 1) - blank - 1);
    Handler handler;
    {
      const std::scoped_lock lock{mutex_};
      const auto found = handlers_.find(connection.path);
      if (found != handlers_.end()) handler = found->second;
    }
    if (!handler) {
      if (!connection.answer(404, {}, "")) return;
      continue;
    }
    handler(connection);
    // What is below /close/ ends its connection, whatever it has promised.
    if (connection.path.starts_with("/close/")) return;
  }
}

}  // namespace tidings::test
