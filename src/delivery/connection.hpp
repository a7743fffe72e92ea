// SMTP sessions opened by libcurl: resolved, connected, secured, authenticated (CURLOPT_CONNECT_ONLY); after
// that, dialogue.hpp speaks on them.
//
// Many sessions open at once without waiting for each other: one curl multi handle, driven by the caller's
// event loop. Closing a session sends nothing (libcurl's own QUIT would block). No password reaches an
// Outcome, even if the relay quotes it. All steps of opening together have the time that RelayOptions gives
// to connecting, however many octets drip in. libcurl does not speak LMTP, so we send its greeting (RFC 2033:
// LHLO), in the same event loop. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <poll.h>

#include "base/curl.hpp"
#include "base/result.hpp"
#include "delivery/outcome.hpp"
#include "delivery/relay.hpp"
#include "delivery/reply.hpp"

namespace tidings::delivery {

using SteadyTime = std::chrono::steady_clock::time_point;

class Connector;

class Connection {
 public:
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  [[nodiscard]] int fd() const { return fd_; }
  /// Lines of the last EHLO reply, without the first and without codes.
  [[nodiscard]] std::vector<std::string> capabilities() const;

  enum class Io { done, again, closed };
  struct Sent {
    Io io = Io::done;
    std::size_t count = 0;  ///< accepted octets: they were sent, or cannot be recalled
  };
  /// One after the other.
  [[nodiscard]] Sent send(std::span<const std::string_view> pieces);
  /// Appends the available octets to `to`.
  [[nodiscard]] Io receive(std::string& to);
  /// Whether octets accepted by send() still wait for the socket.
  [[nodiscard]] bool holds_octets() const { return !held_.empty(); }

 private:
  friend class Connector;
  Connection() = default;
  [[nodiscard]] Sent send_direct(std::span<const std::string_view> pieces);
  [[nodiscard]] Io send_held();
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  /// Whether the last EHLO answer had the keyword, e.g. "AUTH".
  [[nodiscard]] bool announces(std::string_view keyword) const;
  [[nodiscard]] Outcome failure(CURLcode code) const;

  Connector* connector_ = nullptr;
  CurlEasy easy_;
  std::vector<std::string> secrets_;
  std::vector<std::string> last_reply_;  ///< lines of the reply being read
  std::vector<std::string> ehlo_;        ///< of the last 250 reply, of one or several lines
  Stage reached_ = Stage::connect;
  bool tls_ = false;
  bool wants_login_ = false;
  bool direct_ = false;  ///< nothing is between us and the socket: no TLS, no proxy
  bool lmtp_ = false;
  std::string own_name_;
  std::chrono::milliseconds patience_{};
  int fd_ = -1;
  std::string held_;
};

/// Opens connections. Call add_to(), on_ready() and on_time() in each turn of an event loop.
class Connector {
 public:
  Connector();
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;
  ~Connector();

  /// Starts opening; the result comes from take_opened().
  void open(std::size_t ticket, const RelayOptions& relay);

  void add_to(std::vector<pollfd>& set) const;
  void on_ready(const pollfd& ready);
  void on_time(SteadyTime now);
  [[nodiscard]] std::optional<SteadyTime> deadline() const;

  struct Opened {
    std::size_t ticket = 0;
    std::unique_ptr<Connection> connection{};  ///< none: failed
    Outcome failure{};
  };
  [[nodiscard]] std::vector<Opened> take_opened();
  [[nodiscard]] std::size_t opening() const { return opening_.size() + greeting_.size(); }
  /// Abandons whatever is not open yet.
  void abandon();

 private:
  friend class Connection;
  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* socket_data);
  static int on_timer(CURLM* multi, long timeout_ms, void* self);
  static void configure(Connection& connection, const RelayOptions& relay);
  /// LMTP: connected, not yet greeted.
  struct Greeting {
    std::size_t ticket = 0;
    std::unique_ptr<Connection> connection{};
    ReplyReader reader{};
    Stage stage = Stage::greeting;
    SteadyTime until{};
  };
  [[nodiscard]] bool greet(Greeting& greeting, SteadyTime now);
  void take_connected();

  CurlMulti multi_;
  std::map<curl_socket_t, short> watched_;
  std::optional<SteadyTime> deadline_;
  std::map<CURL*, std::pair<std::size_t, std::unique_ptr<Connection>>> opening_;
  std::list<Greeting> greeting_;
  std::vector<Opened> opened_;
};

}  // namespace tidings::delivery
