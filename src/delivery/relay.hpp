// How one SMTP relay is reached and how hard it may be driven; and asking it what it can do.
//
// Nothing here is ever logged or put into an Error but url without user and password.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "delivery/outcome.hpp"

namespace tidings::delivery {

enum class Tls {
  require,  ///< STARTTLS or smtps://, certificate and name verified
  off,      ///< in clear: loopback, or because the configuration says so
};

/// The most that the dialogue may use of what the relay announces.
enum class Dialect {
  lock_step,  ///< one command at a time
  pipelined,  ///< RFC 2920: one round trip a message
  chunking,   ///< RFC 3030 with PIPELINING: several messages in flight
};
[[nodiscard]] std::string_view name_of(Dialect dialect);

/// RFC 5321 section 4.5.3.2; how long each whole reply may take, however many octets of it come. Writing is
/// different: `block` is for octets that do not move, and a message that moves all the same has ten times
/// that.
struct PhaseTimeouts {
  std::chrono::milliseconds connect =
      std::chrono::seconds{30};  ///< name, TCP, greeting, EHLO, TLS and login, all together
  std::chrono::milliseconds command = std::chrono::minutes{5};  ///< MAIL, RCPT, RSET
  std::chrono::milliseconds data = std::chrono::minutes{2};     ///< DATA until 354
  std::chrono::milliseconds block = std::chrono::minutes{3};    ///< while octets of a message wait to leave
  std::chrono::milliseconds final_dot = std::chrono::minutes{10};  ///< after the last octet
  /// The wait after a connection that could not be opened; twice that after the second. The third ends the
  /// relay's part in the run.
  std::chrono::milliseconds reopen = std::chrono::milliseconds{500};
  /// What is in flight may take so long once a run was told to stop; then its sessions are cut.
  std::chrono::milliseconds stop = std::chrono::seconds{4};
};

struct RelayOptions {
  std::string label{};  ///< what people call it; empty: host:port
  std::string
      url{};  ///< smtp://host[:port], smtps://host[:port], or lmtp://host:port (RFC 2033; in clear, no login)
  std::string username{};  ///< empty: no AUTH
  std::string password{};
  std::string auth{};  ///< mechanism: "PLAIN", "LOGIN", "XOAUTH2" (password is the token); empty: PLAIN
  Tls tls = Tls::require;
  std::string ca_file{};    ///< PEM; empty: the system's
  std::string ehlo_name{};  ///< empty: the host's own name
  std::string proxy{};      ///< empty: none, whatever the environment says
  int connections = 4;
  double rate = 0;   ///< messages a second over all sessions; 0: unlimited
  int per_hour = 0;  ///< messages an hour, spread evenly; 0: unlimited
  int weight = 1;    ///< its share of the messages; 0: only while no other works
  std::chrono::milliseconds patience{
      0};  ///< how long a run waits for it after a policy refusal (10 minutes and more)
  int messages_per_session = 100;  ///< then QUIT and a new session; 0: unlimited
  Dialect dialect = Dialect::chunking;
  int window = 4;  ///< messages in flight a session when chunking
  PhaseTimeouts timeouts{};

  /// As the ledger and messages name it: the label, or host:port.
  [[nodiscard]] std::string name() const;
  [[nodiscard]] bool is_lmtp() const { return url.starts_with("lmtp:"); }
  /// The password, plainly and in the forms in which a login sends it: a relay may quote what it refuses.
  /// Empty without one.
  [[nodiscard]] std::vector<std::string> secrets() const;
};

/// `text` with "(password)" for each of `secrets`.
[[nodiscard]] std::string without(std::string text, std::span<const std::string> secrets);

/// 127.0.0.0/8, ::1 or localhost.
[[nodiscard]] bool is_loopback_host(std::string_view host);

/// True where the URL's host is 127.0.0.0/8, ::1 or localhost.
[[nodiscard]] bool is_loopback(const RelayOptions& relay);

/// Errc::config if the URL is not smtp://, smtps:// or lmtp:// with a host, or asks of LMTP what it cannot
/// do.
[[nodiscard]] Result<void> check_relay(const RelayOptions& relay);

/// What a relay says of itself, for doctor --smtp.
struct RelayReport {
  bool ready = false;
  Outcome outcome{};                        ///< where it stopped and why, if not ready
  std::vector<std::string> capabilities{};  ///< lines of the last EHLO reply
  Dialect dialect = Dialect::lock_step;     ///< what would be spoken
};

/// Connects, secures, authenticates, quits. Sends no mail. Errc::config for an invalid URL.
[[nodiscard]] Result<RelayReport> probe(const RelayOptions& relay);

}  // namespace tidings::delivery
