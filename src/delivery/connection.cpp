#include "delivery/connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <sys/socket.h>
#include <sys/uio.h>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/text.hpp"
#include "delivery/reply.hpp"

namespace tidings::delivery {
namespace {

// One TLS record; also what is copied so that OpenSSL finds the same octets at the same place when it has to
// repeat a write.
constexpr std::size_t tls_slice_bytes = 16 * 1024;

constexpr std::size_t most_pieces = 64;

int reply_code(std::string_view line) {
  if (line.size() < 3) return 0;
  int code = 0;
  for (int i = 0; i < 3; ++i) {
    const char c = line[static_cast<std::size_t>(i)];
    if (c < '0' || c > '9') return 0;
    code = code * 10 + (c - '0');
  }
  return code;
}

}  // namespace

// ---- Connection
// -------------------------------------------------------------------------------------------------------

Connection::~Connection() {
  if (easy_ == nullptr) return;
  // libcurl would send QUIT and wait for the answer; on a socket that is shut down it cannot.
  curl_socket_t socket = CURL_SOCKET_BAD;
  if (curl_easy_getinfo(easy_.get(), CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK &&
      socket != CURL_SOCKET_BAD) {
    ::shutdown(socket, SHUT_RDWR);
  }
  curl_multi_remove_handle(connector_->multi_.get(), easy_.get());
}

std::size_t Connection::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& connection = *static_cast<Connection*>(self);
  const auto line = trim({data, size * count});
  const int code = reply_code(line);
  if (code == 0) return size * count;
  auto& reply = connection.last_reply_;
  // A reply ends with a line that has no hyphen; the next line begins another one.
  if (!reply.empty() && (reply.back().size() < 4 || reply.back()[3] != '-')) reply.clear();
  if (reply.size() < 200) reply.emplace_back(line);
  const bool last = line.size() < 4 || line[3] != '-';
  if (!last) return size * count;
  // What answered what is told by order and code: 220 greets, 250 answers EHLO, 220 again STARTTLS, 3yz and
  // 235 AUTH.
  if (connection.reached_ == Stage::connect) {
    connection.reached_ = code == 220 ? Stage::ehlo : Stage::greeting;
  } else if (code == 250) {
    connection.ehlo_ = reply;
    connection.reached_ = Stage::tls;
  } else if (code == 334 || code == 235) {
    connection.reached_ = Stage::auth;
  }
  return size * count;
}

std::vector<std::string> Connection::capabilities() const {
  std::vector<std::string> lines;
  for (std::size_t i = 1; i < ehlo_.size(); ++i) {
    if (ehlo_[i].size() > 4) lines.push_back(ehlo_[i].substr(4));
  }
  return lines;
}

bool Connection::offers_login() const {
  const auto lines = capabilities();
  return std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    const auto lower = ascii_lower(line);
    return lower.starts_with("auth ") || lower.starts_with("auth=");
  });
}

Outcome Connection::failure(CURLcode code) const {
  Stage stage = reached_;
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT: stage = Stage::connect; break;
    case CURLE_LOGIN_DENIED: stage = Stage::auth; break;
    case CURLE_REMOTE_ACCESS_DENIED: stage = Stage::ehlo; break;
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER: stage = Stage::tls; break;
    default: break;
  }
  const auto reason = [&]() -> std::string {
    switch (code) {
      case CURLE_USE_SSL_FAILED:
        return "the relay does not offer STARTTLS (tls = \"off\" would send unencrypted)";
      case CURLE_PEER_FAILED_VERIFICATION: return "the relay's certificate cannot be verified";
      case CURLE_LOGIN_DENIED: return "the relay refused the login";
      case CURLE_OPERATION_TIMEDOUT: return "the relay did not answer in time";
      default: return curl_easy_strerror(code);
    }
  }();
  if (stage == Stage::connect || stage == Stage::tls || last_reply_.empty()) return no_reply(stage, reason);
  const auto& line = last_reply_.back();
  const int reply = reply_code(line);
  if (reply < 400) return no_reply(stage, reason);
  return classify(stage, reply, without(line.size() > 4 ? line.substr(4) : std::string{}, secrets_));
}

Connection::Sent Connection::send_direct(std::span<const std::string_view> pieces) {
  Sent sent;
  std::array<iovec, most_pieces> parts;
  std::size_t gone = 0;  // of the first piece
  while (!pieces.empty()) {
    const auto count = std::min(pieces.size(), parts.size());
    for (std::size_t i = 0; i < count; ++i) {
      const auto piece = i == 0 ? pieces[i].substr(gone) : pieces[i];
      parts[i] = {.iov_base = const_cast<char*>(piece.data()), .iov_len = piece.size()};
    }
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    const auto wrote = ::sendmsg(fd_, &message, MSG_NOSIGNAL);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) {
      sent.io = errno == EAGAIN || errno == EWOULDBLOCK ? Io::again : Io::closed;
      return sent;
    }
    sent.count += static_cast<std::size_t>(wrote);
    gone += static_cast<std::size_t>(wrote);
    while (!pieces.empty() && gone >= pieces.front().size()) {
      gone -= pieces.front().size();
      pieces = pieces.subspan(1);
    }
  }
  return sent;
}

Connection::Io Connection::send_held() {
  while (!held_.empty()) {
    std::size_t count = 0;
    const auto code = curl_easy_send(easy_.get(), held_.data(), held_.size(), &count);
    if (code != CURLE_OK) return code == CURLE_AGAIN ? Io::again : Io::closed;
    held_.erase(0, count);
  }
  return Io::done;
}

Connection::Sent Connection::send(std::span<const std::string_view> pieces) {
  if (direct_) return send_direct(pieces);
  Sent sent;
  std::size_t gone = 0;  // of the first piece
  for (;;) {
    sent.io = send_held();
    if (sent.io != Io::done || pieces.empty()) return sent;
    while (!pieces.empty() && held_.size() < tls_slice_bytes) {
      const auto part = pieces.front().substr(gone, tls_slice_bytes - held_.size());
      held_ += part;
      gone += part.size();
      if (gone < pieces.front().size()) break;
      pieces = pieces.subspan(1);
      gone = 0;
    }
    sent.count += held_.size();
  }
}

Connection::Io Connection::receive(std::string& to) {
  std::array<char, 16 * 1024> buffer;
  for (;;) {
    std::size_t count = 0;
    const auto code = curl_easy_recv(easy_.get(), buffer.data(), buffer.size(), &count);
    if (code == CURLE_AGAIN) return Io::again;
    if (code != CURLE_OK || count == 0) return Io::closed;
    to.append(buffer.data(), count);
    // In clear a short read means that the socket is empty; inside TLS more may wait in OpenSSL.
    if (!tls_ && count < buffer.size()) return Io::done;
  }
}

// ---- Connector
// --------------------------------------------------------------------------------------------------------

Connector::Connector() : multi_(make_curl_multi()) {
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, this);
}

Connector::~Connector() { abandon(); }

int Connector::on_socket(CURL* /*easy*/, curl_socket_t socket, int what, void* self, void* /*socket_data*/) {
  auto& connector = *static_cast<Connector*>(self);
  if (what == CURL_POLL_REMOVE) {
    connector.watched_.erase(socket);
    return 0;
  }
  short events = 0;
  if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) events = static_cast<short>(events | POLLIN);
  if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) events = static_cast<short>(events | POLLOUT);
  connector.watched_[socket] = events;
  return 0;
}

int Connector::on_timer(CURLM* /*multi*/, long timeout_ms, void* self) {
  auto& connector = *static_cast<Connector*>(self);
  connector.deadline_.reset();
  if (timeout_ms >= 0)
    connector.deadline_ = std::chrono::steady_clock::now() + std::chrono::milliseconds{timeout_ms};
  return 0;
}

void Connector::configure(Connection& connection, const RelayOptions& relay) {
  CURL* const easy = connection.easy_.get();
  connection.lmtp_ = relay.is_lmtp();
  connection.wants_login_ = !relay.username.empty();
  connection.own_name_ = relay.ehlo_name.empty() ? "localhost" : relay.ehlo_name;
  connection.patience_ = relay.timeouts.connect;
  connection.secrets_ = relay.secrets();
  // For LMTP libcurl only connects; with CONNECT_ONLY it says nothing of HTTP's.
  auto url = relay.url;
  if (connection.lmtp_) {
    url = "http://" + RelayOptions{.url = relay.url}.name();  // host and port, whatever people call the relay
  } else if (!relay.ehlo_name.empty()) {
    url += "/" + relay.ehlo_name;
  }
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, connection.lmtp_ ? "http" : "smtp,smtps");
  // Otherwise ALL_PROXY of the environment would decide where mail goes.
  curl_easy_setopt(easy, CURLOPT_PROXY, relay.proxy.c_str());
  // Set once and never changed: libcurl 7.88 hands out a connection in clear to a transfer that demands TLS.
  connection.tls_ = relay.tls == Tls::require || relay.url.starts_with("smtps:");
  curl_easy_setopt(easy, CURLOPT_USE_SSL, connection.tls_ ? CURLUSESSL_ALL : CURLUSESSL_NONE);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  connection.direct_ = !connection.tls_ && relay.proxy.empty();
  if (!relay.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, relay.ca_file.c_str());
  if (!relay.username.empty()) {
    curl_easy_setopt(easy, CURLOPT_USERNAME, relay.username.c_str());
    // Named always: left to itself libcurl prefers CRAM-MD5 even to a bearer token.
    const auto mechanism = "AUTH=" + (relay.auth.empty() ? std::string{"PLAIN"} : relay.auth);
    curl_easy_setopt(easy, CURLOPT_LOGIN_OPTIONS, mechanism.c_str());
    const bool bearer = relay.auth == "XOAUTH2" || relay.auth == "OAUTHBEARER";
    curl_easy_setopt(easy, bearer ? CURLOPT_XOAUTH2_BEARER : CURLOPT_PASSWORD, relay.password.c_str());
    curl_easy_setopt(easy, CURLOPT_SASL_IR, 1L);
  }
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(relay.timeouts.connect.count()));
  // A name that does not resolve must not hold up the end of a run: libcurl would wait for its resolver.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, Connection::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &connection);
}

void Connector::open(std::size_t ticket, const RelayOptions& relay) {
  std::unique_ptr<Connection> connection{new Connection};
  connection->connector_ = this;
  connection->easy_ = make_curl_easy();
  configure(*connection, relay);
  CURL* const easy = connection->easy_.get();
  opening_.emplace(easy, std::pair{ticket, std::move(connection)});
  TIDINGS_CHECK(curl_multi_add_handle(multi_.get(), easy) == CURLM_OK);
}

void Connector::add_to(std::vector<pollfd>& set) const {
  for (const auto& [socket, events] : watched_) set.push_back({.fd = socket, .events = events, .revents = 0});
  for (const auto& each : greeting_)
    set.push_back({.fd = each.connection->fd(), .events = POLLIN, .revents = 0});
}

void Connector::on_ready(const pollfd& ready) {
  if (!watched_.contains(ready.fd)) return;
  int mask = 0;
  if ((ready.revents & POLLIN) != 0) mask |= CURL_CSELECT_IN;
  if ((ready.revents & POLLOUT) != 0) mask |= CURL_CSELECT_OUT;
  if ((ready.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) mask |= CURL_CSELECT_ERR;
  int running = 0;
  curl_multi_socket_action(multi_.get(), ready.fd, mask, &running);
}

void Connector::on_time(SteadyTime now) {
  if (!deadline_ || now < *deadline_) return;
  deadline_.reset();
  int running = 0;
  curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
}

std::optional<SteadyTime> Connector::deadline() const {
  auto earliest = deadline_;
  for (const auto& each : greeting_) earliest = std::min(earliest.value_or(each.until), each.until);
  return earliest;
}

/// One step of greeting and LHLO; true when there is nothing more to wait for, and then what became of it is
/// in opened_.
bool Connector::greet(Greeting& greeting, SteadyTime now) {
  auto& connection = *greeting.connection;
  const auto failed = [&](Outcome outcome) {
    opened_.push_back({.ticket = greeting.ticket, .connection = nullptr, .failure = std::move(outcome)});
    return true;
  };
  std::string bytes;
  const auto io = connection.receive(bytes);
  greeting.reader.feed(bytes);
  while (const auto reply = greeting.reader.next()) {
    const int wanted = greeting.stage == Stage::greeting ? 220 : 250;
    if (reply->code >= 400) return failed(classify(greeting.stage, reply->code, reply->text));
    if (reply->code != wanted) return failed(no_reply(greeting.stage, "an unexpected reply"));
    if (greeting.stage == Stage::ehlo) {
      connection.ehlo_.clear();
      for (const auto line : split(reply->text, '\n')) connection.ehlo_.push_back("250-" + std::string{line});
      opened_.push_back(
          {.ticket = greeting.ticket, .connection = std::move(greeting.connection), .failure = {}});
      return true;
    }
    greeting.stage = Stage::ehlo;
    const auto line = "LHLO " + connection.own_name_ + "\r\n";
    const std::string_view piece = line;
    // A few octets on a new connection: there is room, or the server is gone.
    if (connection.send({&piece, 1}).io != Connection::Io::done)
      return failed(no_reply(Stage::ehlo, "the server closed the connection"));
  }
  if (!greeting.reader.violation().empty())
    return failed(no_reply(greeting.stage, greeting.reader.violation()));
  if (io == Connection::Io::closed)
    return failed(no_reply(greeting.stage, "the server closed the connection"));
  if (now >= greeting.until) return failed(no_reply(greeting.stage, "the server did not answer in time"));
  return false;
}

std::vector<Connector::Opened> Connector::take_opened() {
  take_connected();
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(greeting_, [&](Greeting& each) { return greet(each, now); });
  return std::exchange(opened_, {});
}

void Connector::take_connected() {
  int left = 0;
  while (CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const auto code = message->data.result;
    const auto found = opening_.find(message->easy_handle);
    if (found == opening_.end()) continue;
    auto [ticket, connection] = std::move(found->second);
    opening_.erase(found);
    curl_socket_t socket = CURL_SOCKET_BAD;
    if (code == CURLE_OK) curl_easy_getinfo(connection->easy_.get(), CURLINFO_ACTIVESOCKET, &socket);
    Opened opened{.ticket = ticket, .connection = nullptr, .failure = {}};
    if (socket == CURL_SOCKET_BAD) {
      opened.failure = connection->failure(code == CURLE_OK ? CURLE_COULDNT_CONNECT : code);
    } else {
      connection->fd_ = socket;
      watched_.erase(socket);
      if (connection->lmtp_) {
        const auto until = std::chrono::steady_clock::now() + connection->patience_;
        greeting_.push_back(
            {.ticket = ticket, .connection = std::move(connection), .reader = {}, .until = until});
        continue;
      }
      // libcurl goes on without a login where none is offered.
      if (connection->wants_login_ && !connection->offers_login()) {
        opened.failure =
            no_reply(Stage::auth, "the relay offers no login (AUTH), but a username is configured");
      } else {
        opened.connection = std::move(connection);
      }
    }
    opened_.push_back(std::move(opened));
  }
}

void Connector::abandon() {
  opening_.clear();
  greeting_.clear();
}

}  // namespace tidings::delivery
