#include "support/smtp_server.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tidings::test {
namespace {

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string between_brackets(std::string_view line) {
  const auto from = line.find('<');
  const auto to = line.find('>');
  if (from == std::string_view::npos || to == std::string_view::npos || to < from) return {};
  return std::string{line.substr(from + 1, to - from - 1)};
}

}  // namespace

std::string Accepted::header(std::string_view name) const {
  const auto wanted = lower(name) + ":";
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto end = std::min(bytes.find("\r\n", at), bytes.size());
    const auto line = std::string_view{bytes}.substr(at, end - at);
    if (line.empty()) break;
    if (lower(line.substr(0, wanted.size())) == wanted) {
      auto value = line.substr(wanted.size());
      while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
      return std::string{value};
    }
    at = end + 2;
  }
  return {};
}

struct SmtpServer::Session {
  int fd;
  int number;
  int message = 0;
  std::string in;
  bool open = false;  ///< MAIL was taken
  bool has_rcpt = false;
  std::string from, to, body;

  bool write(std::string_view text) const {
    while (!text.empty()) {
      const auto count = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  bool read_more() {
    std::array<char, 65536> buffer;
    const auto count = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (count <= 0) return false;
    in.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
  }
  bool line(std::string& out) {
    for (;;) {
      const auto end = in.find("\r\n");
      if (end != std::string::npos) {
        out = in.substr(0, end);
        in.erase(0, end + 2);
        return true;
      }
      if (!read_more()) return false;
    }
  }
  bool octets(std::size_t count, std::string& out) {
    while (in.size() < count) {
      if (!read_more()) return false;
    }
    out += in.substr(0, count);
    in.erase(0, count);
    return true;
  }
  void forget() {
    open = has_rcpt = false;
    from.clear();
    to.clear();
    body.clear();
  }
};

SmtpServer::SmtpServer(Script script) : SmtpServer(std::move(script), Manners{}) {}

SmtpServer::SmtpServer(Script script, Manners manners)
    : script_(std::move(script)), manners_(std::move(manners)) {
  listen_fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listen_fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listen_fd_, 256) != 0 ||
      ::getsockname(listen_fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread{[this] { accept_loop(); }};
}

SmtpServer::~SmtpServer() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    for (const int fd : fds_) ::shutdown(fd, SHUT_RDWR);
  }
  stopping_there_.notify_all();
  ::shutdown(listen_fd_, SHUT_RDWR);
  acceptor_.join();
  for (auto& thread : threads_) thread.join();
  ::close(listen_fd_);
}

void SmtpServer::accept_loop() {
  for (;;) {
    const int fd = ::accept4(listen_fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    const std::lock_guard lock{mutex_};
    if (stopping_) {
      ::close(fd);
      return;
    }
    fds_.push_back(fd);
    const int number = ++session_count_;
    threads_.emplace_back([this, fd, number] { serve(fd, number); });
  }
}

Action SmtpServer::ask(const Request& request) const { return script_ ? script_(request) : Action{}; }

/// False when the session is over.
bool SmtpServer::perform(Session& session, const Request& request, const Action& action,
                         std::string_view usual) {
  if (action.delay_ms > 0) {
    std::unique_lock lock{mutex_};
    stopping_there_.wait_for(lock, std::chrono::milliseconds{action.delay_ms}, [&] { return stopping_; });
  }
  if (manners_.forgets_groups && request.point < Point::body) {
    std::array<char, 65536> lost;
    while (::recv(session.fd, lost.data(), lost.size(), MSG_DONTWAIT) > 0) continue;
    session.in.clear();
  }
  if (action.then == Action::Then::hang) {
    std::unique_lock lock{mutex_};
    stopping_there_.wait(lock, [&] { return stopping_; });
    return false;
  }
  const auto reply = action.reply.empty() ? std::string{usual} : action.reply;
  if (action.then == Action::Then::go_on || !action.reply.empty()) {
    if (!session.write(reply)) return false;
  }
  if (action.then == Action::Then::reset) {
    const linger hard{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(session.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  }
  if (action.then != Action::Then::go_on) return false;
  const char kind = reply.empty() ? '2' : reply[0];
  if (request.point == Point::mail && kind == '2') {
    session.open = true;
    session.from = request.argument;
  }
  if (request.point == Point::rcpt && kind == '2') {
    session.has_rcpt = true;
    session.to = request.argument;
  }
  return true;
}

void SmtpServer::take(Session& session) {
  const std::lock_guard lock{mutex_};
  accepted_.push_back({.from = session.from, .to = session.to, .bytes = session.body});
}

void SmtpServer::serve(int fd, int number) {
  Session session{.fd = fd, .number = number, .in = {}, .from = {}, .to = {}, .body = {}};
  const int now_open = ++open_sessions_;
  for (int most = most_sessions_; most < now_open && !most_sessions_.compare_exchange_weak(most, now_open);)
    continue;
  const auto request = [&](Point point, std::string argument = {}) {
    return Request{
        .point = point, .argument = std::move(argument), .session = number, .message = session.message};
  };
  const auto answer = [&](const Request& wanted, std::string_view usual) {
    return perform(session, wanted, ask(wanted), usual);
  };
  // The message's answer: only a 2yz that was written whole counts as accepted.
  const auto finish_message = [&](bool may_accept, std::string_view refusal) {
    const auto wanted = request(Point::dot, session.to);
    const auto action = ask(wanted);
    const bool takes = may_accept && (action.reply.empty() || action.reply[0] == '2');
    // Accepted before the answer leaves: that is what makes a lost answer doubtful.
    if (takes) take(session);
    const bool go_on = perform(session, wanted, action, takes ? "250 2.0.0 taken\r\n" : refusal);
    session.forget();
    return go_on;
  };
  bool alive = answer(request(Point::greeting), "220 test.example ESMTP\r\n");
  std::string line;
  while (alive && session.line(line)) {
    {
      const std::lock_guard lock{mutex_};
      commands_.push_back(line);
    }
    const auto verb = lower(std::string_view{line}.substr(0, line.find(' ')));
    if (verb == "ehlo" || verb == "helo" || verb == "lhlo") {
      std::string reply = "250-test.example\r\n";
      for (const auto& word : manners_.ehlo) reply += "250-" + word + "\r\n";
      reply += "250 ENHANCEDSTATUSCODES\r\n";
      alive = answer(request(Point::ehlo), reply);
    } else if (verb == "mail") {
      ++session.message;
      const bool nested = session.open && manners_.refuses_nested_mail;
      if (nested) {
        alive = session.write("503 5.5.1 nested MAIL command\r\n");
      } else {
        alive = answer(request(Point::mail, between_brackets(line)), "250 2.1.0 ok\r\n");
      }
    } else if (verb == "rcpt") {
      alive = session.open ? answer(request(Point::rcpt, between_brackets(line)), "250 2.1.5 ok\r\n")
                           : session.write("503 5.5.1 MAIL first\r\n");
    } else if (verb == "data") {
      if (!session.has_rcpt) {
        alive = session.write("554 5.5.1 no valid recipients\r\n");
        continue;
      }
      const auto action = ask(request(Point::data, session.to));
      alive = perform(session, request(Point::data, session.to), action, "354 go on\r\n");
      if (!alive || (!action.reply.empty() && action.reply[0] != '3')) continue;
      const auto midway = ask(request(Point::body, session.to));
      if (midway.then != Action::Then::go_on || !midway.reply.empty()) {
        alive = session.read_more() && perform(session, request(Point::body, session.to), midway, "");
        if (!alive) continue;
      }
      for (bool whole = false; alive && !whole;) {
        alive = session.line(line);
        whole = line == ".";
        if (alive && !whole) session.body += (line.starts_with('.') ? line.substr(1) : line) + "\r\n";
      }
      if (alive) alive = finish_message(true, "554 5.0.0 refused\r\n");
    } else if (verb == "bdat") {
      const auto size = static_cast<std::size_t>(std::strtoull(line.c_str() + 5, nullptr, 10));
      alive = session.octets(size, session.body);
      if (alive) {
        const bool may_accept = session.has_rcpt;
        alive = may_accept ? finish_message(true, "554 5.0.0 refused\r\n")
                           : session.write("503 5.5.1 no valid recipients\r\n");
        if (!may_accept) session.body.clear();  // the transaction stays open, as RFC 5321 allows
      }
    } else if (verb == "rset") {
      session.forget();
      alive = answer(request(Point::rset), "250 2.0.0 ok\r\n");
    } else if (verb == "quit") {
      alive = answer(request(Point::quit), "221 2.0.0 bye\r\n") && false;
    } else {
      alive = session.write("500 5.5.2 what?\r\n");
    }
  }
  --open_sessions_;
  const std::lock_guard lock{mutex_};
  std::erase(fds_, fd);
  ::close(fd);
}

std::vector<Accepted> SmtpServer::accepted() const {
  const std::lock_guard lock{mutex_};
  return accepted_;
}

std::map<std::string, int> SmtpServer::accepted_by_address() const {
  std::map<std::string, int> counts;
  for (const auto& message : accepted()) ++counts[message.to];
  return counts;
}

std::vector<std::string> SmtpServer::commands() const {
  const std::lock_guard lock{mutex_};
  return commands_;
}

}  // namespace tidings::test
