#include "web/server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>

#include <fmt/format.h>

#include "base/log.hpp"
#include "web/parser.hpp"
#include "web/rate_limit.hpp"

namespace tidings::web {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
using namespace std::chrono_literals;

constexpr int max_requests_on_connection = 1000;
constexpr std::chrono::milliseconds longest_queue_time{2};
constexpr std::size_t max_drained_bytes = 1 << 20;
constexpr std::uint64_t listener_id = 0;
constexpr std::uint64_t wake_id = 1;

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

struct Connection {
  /// draining: answered for good; what still comes is thrown away, so that the answer is not lost to a reset.
  enum class Phase { reading, working, writing, draining };

  Descriptor socket;
  std::string peer;
  Phase phase = Phase::reading;
  std::string in;
  std::size_t scanned = 0;
  std::string out;
  std::size_t written = 0;
  SteadyTime deadline;
  std::list<std::uint64_t>::iterator place;  ///< in the list of its phase; working ones are in none
  int requests = 0;
  std::size_t drained = 0;
  bool is_last = false;    ///< closed after this answer
  bool has_ended = false;  ///< the client sends no more, and may still read
};

struct Job {
  std::uint64_t connection = 0;
  std::string bytes;
  std::size_t head_bytes = 0;
  std::string peer;
  bool last = false;
  SteadyTime since;  ///< in the queue
};

struct Done {
  std::uint64_t connection = 0;
  Reply reply;
};

std::string bare_answer(int status) {
  const char* reason = status == 411   ? "Length Required"
                       : status == 413 ? "Content Too Large"
                       : status == 431 ? "Request Header Fields Too Large"
                       : status == 503 ? "Service Unavailable"
                                       : "Bad Request";
  return fmt::format("HTTP/1.1 {} {}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", status, reason);
}

std::string text_of(const sockaddr_storage& address, socklen_t size) {
  std::array<char, NI_MAXHOST> host{};
  if (::getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host.data(), host.size(), nullptr, 0,
                    NI_NUMERICHOST) != 0) {
    return {};
  }
  return plain_address(host.data());
}

Result<Descriptor> bind_to(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  addrinfo* found = nullptr;
  const auto service = std::to_string(port);
  if (::getaddrinfo(host.c_str(), service.c_str(), &hints, &found) != 0) {
    return fail(Errc::config, fmt::format("\"{}\" is not an address to listen on", host),
                "listen = \"127.0.0.1:8080\" or \"[::1]:8080\"");
  }
  Descriptor socket{::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const bool well = socket.get() >= 0 && ::bind(socket.get(), found->ai_addr, found->ai_addrlen) == 0 &&
                    ::listen(socket.get(), 4096) == 0;
  const int reason = errno;
  ::freeaddrinfo(found);
  if (!well) {
    return fail(Errc::unavailable,
                fmt::format("cannot listen on {} port {}: {}", host, port, std::strerror(reason)),
                "it may already be in use");
  }
  return socket;
}

/// As many as asked for, or as this process may open.
int connections_allowed(int wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::min(wanted, 900);
  limit.rlim_cur =
      std::max(limit.rlim_cur, std::min<rlim_t>(limit.rlim_max, static_cast<rlim_t>(wanted) + 200));
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return std::max(16, static_cast<int>(std::min<rlim_t>(static_cast<rlim_t>(wanted), limit.rlim_cur - 150)));
}

}  // namespace

struct Server::State {
  State(const ServerOptions& wanted, Descriptor socket)
      : options(wanted),
        listener(std::move(socket)),
        epoll(::epoll_create1(EPOLL_CLOEXEC)),
        wake(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
        parser(wanted.trusted_proxies),
        max_connections(connections_allowed(wanted.max_connections)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { end_workers(); }

  void end_workers() {
    {
      const std::lock_guard lock{mutex};
      closing = true;
    }
    more.notify_all();
    for (auto& worker : workers) worker.join();
    workers.clear();
  }

  // -- workers

  Result<void> start_workers(const MakeAnswer& make) {
    std::vector<std::optional<Error>> failures(static_cast<std::size_t>(options.threads));
    std::atomic<int> ready{0};
    for (int i = 0; i < options.threads; ++i) {
      workers.emplace_back([this, &make, &ready, &failure = failures[static_cast<std::size_t>(i)]] {
        auto answer = make();
        if (!answer) failure = answer.error();
        ++ready;
        ready.notify_one();
        if (answer) work(*answer);
      });
    }
    for (int seen = ready; seen < options.threads; seen = ready) ready.wait(seen);
    for (auto& failure : failures) {
      if (failure) return tl::unexpected<Error>(*failure);
    }
    return {};
  }

  void work(const Answer& answer) {
    for (;;) {
      Job job;
      {
        std::unique_lock lock{mutex};
        while (!closing && jobs.empty()) {
          ++idle;
          more.wait(lock);
          --idle;
          called = std::max(0, called - 1);
        }
        if (jobs.empty()) return;
        job = std::move(jobs.front());
        jobs.pop_front();
      }
      auto reply = parser.answer(job.bytes, job.head_bytes, job.peer, job.last, answer);
      if (!reply.wait) {
        finish({.connection = job.connection, .reply = std::move(reply)});
        continue;
      }
      // The worker goes on; whoever settles it sends the answer from there.
      const auto wait = std::exchange(reply.wait, nullptr);
      wait([this, connection = job.connection, held = std::move(reply)](bool well) mutable {
        if (!well) held = Reply{.bytes = bare_answer(503), .closes = true};
        finish({.connection = connection, .reply = std::move(held)});
      });
    }
  }

  void finish(Done result) {
    bool was_empty = false;
    {
      const std::lock_guard lock{done_mutex};
      was_empty = done.empty();
      done.push_back(std::move(result));
    }
    if (was_empty) {
      const std::uint64_t one = 1;
      [[maybe_unused]] const auto written = ::write(wake.get(), &one, sizeof one);
    }
  }

  // -- connections; the loop's thread only

  void watch(int fd, std::uint64_t id, std::uint32_t events, int operation) const {
    epoll_event event{};
    event.events = events;
    event.data.u64 = id;
    ::epoll_ctl(epoll.get(), operation, fd, &event);
  }

  std::list<std::uint64_t>* list_of(Connection::Phase phase) {
    if (phase == Connection::Phase::working) return nullptr;
    return phase == Connection::Phase::writing    ? &writing
           : phase == Connection::Phase::draining ? &draining
                                                  : &reading;
  }

  void enter(std::uint64_t id, Connection& connection, Connection::Phase phase) {
    if (auto* const old = list_of(connection.phase)) old->erase(connection.place);
    connection.phase = phase;
    const auto limit = phase == Connection::Phase::writing    ? options.write_timeout
                       : phase == Connection::Phase::draining ? 2000ms
                                                              : options.request_timeout;
    connection.deadline = std::chrono::steady_clock::now() + limit;
    if (auto* const list = list_of(phase)) connection.place = list->insert(list->end(), id);
  }

  void drop(std::uint64_t id) {
    const auto found = connections.find(id);
    if (found == connections.end()) return;
    if (auto* const list = list_of(found->second.phase)) list->erase(found->second.place);
    connections.erase(found);
  }

  void accept_all() {
    for (int i = 0; i < 512; ++i) {
      sockaddr_storage address{};
      socklen_t size = sizeof address;
      Descriptor socket{::accept4(listener.get(), reinterpret_cast<sockaddr*>(&address), &size,
                                  SOCK_NONBLOCK | SOCK_CLOEXEC)};
      if (socket.get() < 0) return;
      if (static_cast<int>(connections.size()) >= max_connections) {
        if (reading.empty()) continue;
        drop(reading.front());
      }
      const int on = 1;
      ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      const auto id = next_id++;
      auto& connection = connections[id];
      connection.socket = std::move(socket);
      connection.peer = text_of(address, size);
      connection.place = reading.insert(reading.end(), id);
      connection.deadline = std::chrono::steady_clock::now() + options.request_timeout;
      watch(connection.socket.get(), id, EPOLLIN, EPOLL_CTL_ADD);
    }
  }

  /// Takes what is there. False at the end of the stream or on an error.
  bool receive(Connection& connection) {
    std::array<char, 16384> buffer;
    for (;;) {
      const auto got = ::recv(connection.socket.get(), buffer.data(), buffer.size(), 0);
      if (got == 0) return false;
      if (got < 0) return errno == EAGAIN || errno == EINTR;
      if (connection.phase == Connection::Phase::draining) {
        connection.drained += static_cast<std::size_t>(got);
        if (connection.drained > max_drained_bytes) return false;
        continue;
      }
      connection.in.append(buffer.data(), static_cast<std::size_t>(got));
      if (connection.in.size() > options.frame.head_bytes + options.frame.body_bytes) return true;
    }
  }

  /// Hands the next whole request to the workers. False if there is none yet.
  bool dispatch(std::uint64_t id, Connection& connection) {
    const auto frame = next_frame(connection.in, connection.scanned, options.frame);
    connection.scanned = connection.in.size() < 3 ? 0 : connection.in.size() - 3;
    if (frame.state == Frame::State::incomplete) {
      // The head is there and the body is not: the next search begins at the head's end again.
      if (connection.in.find("\r\n\r\n") != std::string::npos) connection.scanned = 0;
      return false;
    }
    if (frame.state == Frame::State::refused) {
      connection.is_last = true;
      send_out(id, connection, bare_answer(frame.status));
      return true;
    }
    Job job{.connection = id,
            .bytes = {},
            .head_bytes = frame.head_bytes,
            .peer = connection.peer,
            .last = false,
            .since = {}};
    const auto size = frame.head_bytes + frame.body_bytes;
    job.last = ++connection.requests >= max_requests_on_connection ||
               (connection.has_ended && size == connection.in.size());
    if (size == connection.in.size()) {
      job.bytes = std::exchange(connection.in, {});
    } else {
      job.bytes = connection.in.substr(0, size);
      connection.in.erase(0, size);
    }
    connection.scanned = 0;
    enter(id, connection, Connection::Phase::working);
    watch(connection.socket.get(), id, 0, EPOLL_CTL_MOD);
    bool wakes = false;
    {
      const std::lock_guard lock{mutex};
      job.since = std::chrono::steady_clock::now();
      jobs.push_back(std::move(job));
      wakes = idle > called && options.threads - idle + called < most_awake;
      called += wakes ? 1 : 0;
    }
    if (wakes) more.notify_one();
    return true;
  }

  /// Workers beyond the processors would only take turns, at the cost of a switch for each request; so no
  /// more are woken than that, unless those that are awake have left a request waiting: then they wait for
  /// the disk themselves.
  void wake_for_waiting() {
    bool wakes = false;
    {
      const std::lock_guard lock{mutex};
      wakes = idle > called && !jobs.empty() &&
              std::chrono::steady_clock::now() - jobs.front().since >= longest_queue_time;
      called += wakes ? 1 : 0;
    }
    if (wakes) more.notify_one();
  }

  [[nodiscard]] bool has_jobs() {
    const std::lock_guard lock{mutex};
    return !jobs.empty();
  }

  void send_out(std::uint64_t id, Connection& connection, std::string bytes) {
    connection.out = std::move(bytes);
    connection.written = 0;
    enter(id, connection, Connection::Phase::writing);
    write_more(id, connection);
  }

  void write_more(std::uint64_t id, Connection& connection) {
    while (connection.written < connection.out.size()) {
      const auto sent = ::send(connection.socket.get(), connection.out.data() + connection.written,
                               connection.out.size() - connection.written, MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0 && errno == EAGAIN) return watch(connection.socket.get(), id, EPOLLOUT, EPOLL_CTL_MOD);
      if (sent < 0) return drop(id);
      connection.written += static_cast<std::size_t>(sent);
    }
    connection.out.clear();
    if (connection.is_last) {
      ::shutdown(connection.socket.get(), SHUT_WR);
      enter(id, connection, Connection::Phase::draining);
      return watch(connection.socket.get(), id, EPOLLIN, EPOLL_CTL_MOD);
    }
    enter(id, connection, Connection::Phase::reading);
    if (!connection.in.empty() && dispatch(id, connection)) return;
    if (connection.has_ended) return drop(id);
    watch(connection.socket.get(), id, EPOLLIN, EPOLL_CTL_MOD);
  }

  void on_event(std::uint64_t id, std::uint32_t events) {
    const auto found = connections.find(id);
    if (found == connections.end()) return;
    auto& connection = found->second;
    using Phase = Connection::Phase;
    if (connection.phase == Phase::working) {
      if ((events & (EPOLLHUP | EPOLLERR)) != 0)
        drop(id);  // nobody is there to be answered; the work is done all the same
      return;
    }
    if (connection.phase == Phase::writing) return write_more(id, connection);
    const bool open = receive(connection);
    if (connection.phase == Phase::draining) {
      if (!open) drop(id);
      return;
    }
    if (!open) connection.has_ended = true;
    if (!dispatch(id, connection) && !open) drop(id);
  }

  void take_done() {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(wake.get(), &count, sizeof count);
    std::vector<Done> results;
    {
      const std::lock_guard lock{done_mutex};
      results.swap(done);
    }
    for (auto& result : results) {
      const auto found = connections.find(result.connection);
      if (found == connections.end()) continue;
      found->second.is_last = found->second.is_last || result.reply.closes;
      send_out(result.connection, found->second, std::move(result.reply.bytes));
    }
  }

  void drop_late() {
    const auto now = std::chrono::steady_clock::now();
    for (auto* const list : {&reading, &writing, &draining}) {
      while (!list->empty()) {
        const auto& connection = connections.at(list->front());
        if (connection.deadline > now) break;
        // Who does not read would leave the kernel megabytes to send for minutes after a close; a reset takes
        // them along.
        constexpr linger at_once{.l_onoff = 1, .l_linger = 0};
        if (list == &writing)
          ::setsockopt(connection.socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        drop(list->front());
      }
    }
  }

  [[nodiscard]] bool is_busy() {
    const bool works = std::ranges::any_of(
        connections, [](const auto& each) { return each.second.phase == Connection::Phase::working; });
    return works || !writing.empty();
  }

  void step(std::chrono::milliseconds wait) {
    if (has_jobs()) wait = std::min(wait, longest_queue_time);
    std::array<epoll_event, 512> events{};
    const int count = ::epoll_wait(epoll.get(), events.data(), static_cast<int>(events.size()),
                                   static_cast<int>(wait.count()));
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      if (event.data.u64 == listener_id) {
        accept_all();
      } else if (event.data.u64 == wake_id) {
        take_done();
      } else {
        on_event(event.data.u64, event.events);
      }
    }
    wake_for_waiting();
    drop_late();
  }

  const ServerOptions options;
  Descriptor listener;
  Descriptor epoll;
  Descriptor wake;
  Parser parser;
  int max_connections;
  std::unordered_map<std::uint64_t, Connection> connections;
  std::list<std::uint64_t> reading, writing, draining;  // oldest first, which is the order of their deadlines
  std::uint64_t next_id = 2;

  std::mutex mutex;
  std::condition_variable more;
  std::deque<Job> jobs;
  int idle = 0;    ///< workers that wait for a job
  int called = 0;  ///< of these, woken and not yet running
  const int most_awake = std::max(1, static_cast<int>(std::thread::hardware_concurrency()) - 1);
  bool closing = false;
  std::mutex done_mutex;
  std::vector<Done> done;
  std::vector<std::thread> workers;
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::Server(Server&&) noexcept = default;
Server::~Server() = default;

Result<Server> Server::listen(const ServerOptions& options, const MakeAnswer& make) {
  TIDINGS_LET(auto socket, bind_to(options.host, options.port));
  auto state = std::make_unique<State>(options, std::move(socket));
  state->watch(state->listener.get(), listener_id, EPOLLIN, EPOLL_CTL_ADD);
  state->watch(state->wake.get(), wake_id, EPOLLIN, EPOLL_CTL_ADD);
  TIDINGS_TRY(state->start_workers(make));
  return Server{std::move(state)};
}

int Server::port() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(state_->listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

void Server::run(const std::atomic<bool>& stop) {
  while (!stop) state_->step(250ms);
  ::epoll_ctl(state_->epoll.get(), EPOLL_CTL_DEL, state_->listener.get(), nullptr);
  const auto until = std::chrono::steady_clock::now() + 5s;
  while (state_->is_busy() && std::chrono::steady_clock::now() < until) state_->step(50ms);
  state_->end_workers();
}

}  // namespace tidings::web
