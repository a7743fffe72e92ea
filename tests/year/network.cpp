// Sockets in memory. See network.hpp.
#include "year/network.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "year/seams.hpp"

namespace year {

constexpr std::int64_t millisecond = 1'000'000;

struct Socket {
  Line line;
  std::unique_ptr<Peer> peer;
  Reach reach = Reach::open;
  sockaddr_in to{};
  bool begun = false;
  bool told = false;  ///< the peer knows of it
  std::int64_t connected_ns = 0;
  std::size_t taken = 0;  ///< of the first part
  bool blocking = true;

  [[nodiscard]] bool is_up() const { return begun && reach == Reach::open && connected_ns <= now_ns(); }
  [[nodiscard]] bool has_failed() const {
    return begun && reach == Reach::refused && connected_ns <= now_ns();
  }
  [[nodiscard]] bool readable() const {
    return is_up() && !line.parts_.empty() && line.parts_.front().due_ns <= now_ns();
  }
  [[nodiscard]] bool at_end() const { return readable() && line.parts_.front().end; }
  [[nodiscard]] std::int64_t next_ns() const {
    if (!begun || reach == Reach::lost) return -1;
    if (connected_ns > now_ns()) return connected_ns;
    return line.parts_.empty() ? -1 : line.parts_.front().due_ns;
  }
  void meet() {
    if (told || !is_up()) return;
    told = true;
    peer->connected(line);
  }
  ssize_t read(char* to, std::size_t size, bool peek);
};

namespace {

constexpr std::size_t most = 1024;
std::array<std::unique_ptr<Socket>, most> sockets;
std::function<Route(int)> routes;

Socket* socket_of(int fd) {
  return is_active() && fd >= 0 && fd < static_cast<int>(most) ? sockets[static_cast<std::size_t>(fd)].get()
                                                               : nullptr;
}

short events_of(Socket& socket, short wanted) {
  socket.meet();
  int events = 0;
  if (socket.has_failed()) events |= POLLERR | POLLHUP | (wanted & POLLOUT);
  if (socket.is_up()) events |= wanted & POLLOUT;
  if (socket.readable()) events |= wanted & POLLIN;
  return static_cast<short>(events);
}

/// Somebody in poll().
class Poller : public Waiter {
 public:
  Poller(pollfd* set, nfds_t count) : set_(set), count_(count) {}

  bool ready() override {
    found_ = 0;
    std::array<pollfd, 64> kernel{};
    std::array<nfds_t, 64> places{};
    nfds_t others = 0;
    for (nfds_t i = 0; i < count_; ++i) {
      set_[i].revents = 0;
      if (auto* const socket = socket_of(set_[i].fd)) {
        set_[i].revents = events_of(*socket, set_[i].events);
        found_ += set_[i].revents != 0 ? 1 : 0;
      } else if (others < kernel.size() && set_[i].fd >= 0) {
        places[others] = i;
        kernel[others++] = set_[i];
      }
    }
    if (others > 0 && ::syscall(SYS_poll, kernel.data(), others, 0) > 0) {
      for (nfds_t i = 0; i < others; ++i) {
        set_[places[i]].revents = kernel[i].revents;
        found_ += kernel[i].revents != 0 ? 1 : 0;
      }
    }
    return found_ > 0;
  }

  std::int64_t next_ns() override {
    std::int64_t next = -1;
    for (nfds_t i = 0; i < count_; ++i) {
      const auto* const socket = socket_of(set_[i].fd);
      const auto time = socket != nullptr ? socket->next_ns() : -1;
      if (time >= 0) next = next < 0 ? time : std::min(next, time);
    }
    return next;
  }

  [[nodiscard]] int found() const { return found_; }

 private:
  pollfd* set_;
  nfds_t count_;
  int found_ = 0;
};

ssize_t give(Socket& socket, std::string_view bytes) {
  socket.meet();
  if (!socket.is_up()) {
    errno = socket.has_failed() ? ECONNREFUSED : EAGAIN;
    return -1;
  }
  seam();
  halt_if_due();
  if (socket.at_end()) {
    errno = EPIPE;
    return -1;
  }
  if (!socket.line.closed()) socket.peer->received(socket.line, bytes);
  maybe_yield();
  return static_cast<ssize_t>(bytes.size());
}

ssize_t take(Socket& socket, void* to, std::size_t size, int flags) {
  socket.meet();
  if (!socket.readable()) {
    errno = socket.has_failed() ? ECONNREFUSED : EAGAIN;
    return -1;
  }
  return socket.read(static_cast<char*>(to), size, (flags & MSG_PEEK) != 0);
}

int poll_set(pollfd* set, nfds_t count, int timeout_ms) {
  if (!is_active()) return static_cast<int>(::syscall(SYS_poll, set, count, timeout_ms));
  Poller poller{set, count};
  const auto until = timeout_ms < 0 ? -1 : now_ns() + timeout_ms * millisecond;
  if (timeout_ms == 0) return poller.ready() ? poller.found() : 0;
  return wait_for(poller, until) ? poller.found() : 0;
}

}  // namespace

ssize_t Socket::read(char* into, std::size_t size, bool peek) {
  if (at_end()) return 0;
  if (peek) return 1;
  seam();
  halt_if_due();
  std::size_t got = 0;
  while (got < size && readable() && !line.parts_.front().end) {
    auto& part = line.parts_.front();
    const auto count = std::min(size - got, part.bytes.size() - taken);
    std::memcpy(into + got, part.bytes.data() + taken, count);
    got += count;
    taken += count;
    if (taken < part.bytes.size()) break;
    taken = 0;
    if (part.heard) part.heard();
    line.parts_.pop_front();
  }
  return static_cast<ssize_t>(got);
}

void Line::say(std::string bytes, std::int64_t after_ms, std::function<void()> heard) {
  if (closing_) return;
  last_due_ns_ = std::max(last_due_ns_, now_ns() + after_ms * millisecond);
  parts_.push_back(
      {.due_ns = last_due_ns_, .bytes = std::move(bytes), .end = false, .heard = std::move(heard)});
}

void Line::close(std::int64_t after_ms) {
  if (closing_) return;
  closing_ = true;
  last_due_ns_ = std::max(last_due_ns_, now_ns() + after_ms * millisecond);
  parts_.push_back({.due_ns = last_due_ns_, .bytes = {}, .end = true, .heard = {}});
}

void set_routes(std::function<Route(int)> wanted) { routes = std::move(wanted); }

bool close_socket(int fd) {
  if (socket_of(fd) == nullptr) return false;
  sockets[static_cast<std::size_t>(fd)].reset();
  ::syscall(SYS_close, fd);
  return true;
}

}  // namespace year

// ---- libc

using year::socket_of;

extern "C" {

int socket(int family, int type, int protocol) noexcept {
  if (!year::is_active() || family == AF_UNIX)
    return static_cast<int>(::syscall(SYS_socket, family, type, protocol));
  if (family != AF_INET) {
    errno = EAFNOSUPPORT;
    return -1;
  }
  const int fd = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC, 0));
  if (fd < 0 || fd >= static_cast<int>(year::most)) return -1;
  auto& made = year::sockets[static_cast<std::size_t>(fd)];
  made = std::make_unique<year::Socket>();
  made->blocking = (type & SOCK_NONBLOCK) == 0;
  return fd;
}

int connect(int fd, const sockaddr* address, socklen_t size) {
  auto* const socket = socket_of(fd);
  if (socket == nullptr) return static_cast<int>(::syscall(SYS_connect, fd, address, size));
  if (socket->begun) {
    if (socket->is_up()) return 0;
    errno = socket->has_failed() ? ECONNREFUSED : EALREADY;
    return -1;
  }
  std::memcpy(&socket->to, address, sizeof socket->to);
  auto route = year::routes(ntohs(socket->to.sin_port));
  socket->begun = true;
  socket->reach = route.reach;
  socket->peer = std::move(route.peer);
  socket->connected_ns = year::now_ns() + year::millisecond;
  errno = EINPROGRESS;
  return -1;
}

ssize_t send(int fd, const void* bytes, size_t size, int flags) {
  auto* const socket = socket_of(fd);
  if (socket == nullptr) return ::syscall(SYS_sendto, fd, bytes, size, flags, nullptr, 0);
  return year::give(*socket, {static_cast<const char*>(bytes), size});
}

ssize_t sendto(int fd, const void* bytes, size_t size, int flags, const sockaddr* to, socklen_t to_size) {
  if (socket_of(fd) != nullptr) return send(fd, bytes, size, flags);
  return ::syscall(SYS_sendto, fd, bytes, size, flags, to, to_size);
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  auto* const socket = socket_of(fd);
  if (socket == nullptr) return ::syscall(SYS_sendmsg, fd, message, flags);
  std::string bytes;
  for (size_t i = 0; i < message->msg_iovlen; ++i)
    bytes.append(static_cast<const char*>(message->msg_iov[i].iov_base), message->msg_iov[i].iov_len);
  return year::give(*socket, bytes);
}

ssize_t recv(int fd, void* to, size_t size, int flags) {
  auto* const socket = socket_of(fd);
  if (socket == nullptr) return ::syscall(SYS_recvfrom, fd, to, size, flags, nullptr, nullptr);
  return year::take(*socket, to, size, flags);
}

ssize_t recvfrom(int fd, void* to, size_t size, int flags, sockaddr* from, socklen_t* from_size) {
  if (socket_of(fd) != nullptr) return recv(fd, to, size, flags);
  return ::syscall(SYS_recvfrom, fd, to, size, flags, from, from_size);
}

int getsockopt(int fd, int level, int option, void* value, socklen_t* size) noexcept {
  auto* const socket = socket_of(fd);
  if (socket == nullptr) return static_cast<int>(::syscall(SYS_getsockopt, fd, level, option, value, size));
  const int error = option == SO_ERROR && socket->has_failed() ? ECONNREFUSED : 0;
  std::memcpy(value, &error, sizeof error);
  return 0;
}

int setsockopt(int fd, int level, int option, const void* value, socklen_t size) noexcept {
  if (socket_of(fd) != nullptr) return 0;
  return static_cast<int>(::syscall(SYS_setsockopt, fd, level, option, value, size));
}

int getpeername(int fd, sockaddr* address, socklen_t* size) noexcept {
  auto* const socket = socket_of(fd);
  if (socket == nullptr) return static_cast<int>(::syscall(SYS_getpeername, fd, address, size));
  std::memcpy(address, &socket->to, sizeof socket->to);
  *size = sizeof socket->to;
  return 0;
}

int getsockname(int fd, sockaddr* address, socklen_t* size) noexcept {
  auto* const socket = socket_of(fd);
  if (socket == nullptr) return static_cast<int>(::syscall(SYS_getsockname, fd, address, size));
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  own.sin_port = htons(static_cast<std::uint16_t>(40000 + fd));
  std::memcpy(address, &own, sizeof own);
  *size = sizeof own;
  return 0;
}

int shutdown(int fd, int how) noexcept {
  if (socket_of(fd) != nullptr) return 0;
  return static_cast<int>(::syscall(SYS_shutdown, fd, how));
}

int poll(pollfd* set, nfds_t count, int timeout_ms) { return year::poll_set(set, count, timeout_ms); }

int __poll_chk(pollfd* set, nfds_t count, int timeout_ms, size_t) {
  return year::poll_set(set, count, timeout_ms);
}

}  // extern "C"
