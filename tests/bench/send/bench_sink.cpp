// A sink for measuring senders: reads and answers, keeps nothing. PIPELINING and CHUNKING; one thread.
//
//   bench_sink [--port N] [--delay MS] [--lock-step]     prints "port N"; each answer leaves MS later,
//   standing for a round trip;
//   --lock-step announces neither extension. Prints "first T" at the first MAIL, T in seconds of
//   CLOCK_MONOTONIC. Ends on SIGTERM, printing the number of messages.
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <csignal>

namespace {

using Clock = std::chrono::steady_clock;

volatile std::sig_atomic_t stop = 0;
long long messages = 0;
bool begun = false;

void note_first() {
  if (begun) return;
  begun = true;
  std::printf("first %.6f\n", std::chrono::duration<double>(Clock::now().time_since_epoch()).count());
  std::fflush(stdout);
}

struct Session {
  enum class Mode { command, data, chunk };
  int fd = -1;
  Mode mode = Mode::command;
  std::string in;
  std::size_t chunk_left = 0;
  std::deque<std::pair<Clock::time_point, std::string>> out;
};

/// Consumes what it can of session.in; answers go to `batch`.
void digest(Session& session, std::string& batch, std::string_view ehlo) {
  std::string_view in = session.in;
  for (;;) {
    if (session.mode == Session::Mode::chunk) {
      const auto count = std::min(session.chunk_left, in.size());
      in.remove_prefix(count);
      session.chunk_left -= count;
      if (session.chunk_left > 0) break;
      ++messages;
      batch += "250 2.0.0 taken\r\n";
      session.mode = Session::Mode::command;
    } else if (session.mode == Session::Mode::data) {
      if (in.starts_with(".\r\n")) {
        in.remove_prefix(3);
      } else {
        const auto end = in.find("\r\n.\r\n");
        if (end == std::string_view::npos) {
          // Keep four octets: the end may be cut.
          if (in.size() > 4) in.remove_prefix(in.size() - 4);
          break;
        }
        in.remove_prefix(end + 5);
      }
      ++messages;
      batch += "250 2.0.0 taken\r\n";
      session.mode = Session::Mode::command;
    } else {
      const auto end = in.find("\r\n");
      if (end == std::string_view::npos) break;
      const auto line = in.substr(0, end);
      in.remove_prefix(end + 2);
      const char verb = line.empty() ? '?' : static_cast<char>(line[0] & ~0x20);
      if (verb == 'E' || verb == 'H')
        batch += ehlo;
      else if (verb == 'D') {
        session.mode = Session::Mode::data;
        batch += "354 go on\r\n";
      } else if (verb == 'B') {
        session.mode = Session::Mode::chunk;
        session.chunk_left = std::strtoull(line.data() + 5, nullptr, 10);
      } else if (verb == 'M') {
        note_first();
        batch += "250 ok\r\n";
      } else if (verb == 'Q')
        batch += "221 bye\r\n";
      else
        batch += "250 ok\r\n";
    }
  }
  session.in.erase(0, session.in.size() - in.size());
}

bool flush(Session& session, Clock::time_point now) {
  while (!session.out.empty() && session.out.front().first <= now) {
    auto& text = session.out.front().second;
    const auto count = ::send(session.fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    if (static_cast<std::size_t>(count) < text.size()) {
      text.erase(0, static_cast<std::size_t>(count));
      return true;
    }
    session.out.pop_front();
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  int port = 0, delay_ms = 0;
  std::string ehlo = "250-bench.example\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 8BITMIME\r\n";
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--port") == 0)
      port = std::atoi(argv[++i]);
    else if (std::strcmp(argv[i], "--delay") == 0)
      delay_ms = std::atoi(argv[++i]);
    else if (std::strcmp(argv[i], "--lock-step") == 0)
      ehlo = "250-bench.example\r\n250 8BITMIME\r\n";
  }
  std::signal(SIGTERM, [](int) { stop = 1; });
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int one = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<unsigned short>(port));
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener, 1024) != 0)
    return 1;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("port %d\n", ntohs(address.sin_port));
  std::fflush(stdout);

  const int poll = ::epoll_create1(0);
  epoll_event event{.events = EPOLLIN, .data = {.fd = listener}};
  ::epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  std::unordered_map<int, Session> sessions;
  static std::array<char, 1 << 18> buffer;
  while (stop == 0) {
    std::array<epoll_event, 256> ready;
    const int count =
        ::epoll_wait(poll, ready.data(), static_cast<int>(ready.size()), delay_ms > 0 ? 1 : 1000);
    const auto now = Clock::now();
    for (int i = 0; i < count; ++i) {
      const int fd = ready[static_cast<std::size_t>(i)].data.fd;
      if (fd == listener) {
        for (int peer; (peer = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
          ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          epoll_event wanted{.events = EPOLLIN, .data = {.fd = peer}};
          ::epoll_ctl(poll, EPOLL_CTL_ADD, peer, &wanted);
          auto& session = sessions[peer];
          session.fd = peer;
          session.out.emplace_back(now + std::chrono::milliseconds{delay_ms}, "220 bench ESMTP\r\n");
        }
        continue;
      }
      auto& session = sessions[fd];
      const auto got = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (got <= 0) {
        ::close(fd);
        sessions.erase(fd);
        continue;
      }
      session.in.append(buffer.data(), static_cast<std::size_t>(got));
      std::string batch;
      digest(session, batch, ehlo);
      if (!batch.empty())
        session.out.emplace_back(now + std::chrono::milliseconds{delay_ms}, std::move(batch));
      if (delay_ms == 0) flush(session, now);
    }
    for (auto& [fd, session] : sessions) {
      if (!session.out.empty()) flush(session, now);
    }
  }
  std::printf("messages %lld\n", messages);
  return 0;
}
