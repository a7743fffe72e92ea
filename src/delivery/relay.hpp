// How to reach one SMTP relay and how fast to use it; and asking what it can do.
//
// Only the url without user and password is ever logged or put into an Error.
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
  off,      ///< unencrypted: on loopback, or because the configuration says so
};

/// The most that the dialogue may use of the announced extensions.
enum class Dialect {
  lock_step,  ///< one command at a time
  pipelined,  ///< RFC 2920: one round trip per message
  chunking,   ///< RFC 3030 with PIPELINING: several messages in flight
};
[[nodiscard]] std::string_view name_of(Dialect dialect);

/// RFC 5321 section 4.5.3.2: how long each complete reply may take, however many octets arrive. For writing,
/// `block` limits the time without any progress, and a message that does progress has ten times that.
struct PhaseTimeouts {
  std::chrono::milliseconds connect =
      std::chrono::seconds{30};  ///< name lookup, TCP, greeting, EHLO, TLS and login together
  std::chrono::milliseconds command = std::chrono::minutes{5};  ///< MAIL, RCPT, RSET
  std::chrono::milliseconds data = std::chrono::minutes{2};     ///< DATA until 354
  std::chrono::milliseconds block = std::chrono::minutes{3};    ///< while octets of a message wait to be sent
  std::chrono::milliseconds final_dot = std::chrono::minutes{10};  ///< after the last octet
  /// The wait after a connection that could not be opened; doubled after the second. The third ends the
  /// relay's part in the run.
  std::chrono::milliseconds reopen = std::chrono::milliseconds{500};
  /// The time for messages in flight once a run was told to stop; then its sessions are cut.
  std::chrono::milliseconds stop = std::chrono::seconds{4};
};

struct RelayOptions {
  std::string label{};     ///< its name for people; empty: host:port
  std::string url{};       ///< smtp://host[:port], smtps://host[:port], or lmtp://host:port (RFC 2033; no
                           ///< encryption, no login)
  std::string username{};  ///< empty: no AUTH
  std::string password{};
  std::string auth{};  ///< mechanism: "PLAIN", "LOGIN", "XOAUTH2" (password is the token); empty: PLAIN
  Tls tls = Tls::require;
  std::string ca_file{};    ///< PEM; empty: the system's
  std::string ehlo_name{};  ///< empty: the host's own name
  std::string proxy{};      ///< empty: none, whatever the environment says
  int connections = 4;
  double rate = 0;   ///< messages per second over all sessions; 0: unlimited
  int per_hour = 0;  ///< messages per hour, spread evenly; 0: unlimited
  int weight = 1;    ///< its share of the messages; 0: only while no other relay works
  std::chrono::milliseconds patience{
      0};  ///< how long a run waits for it after a policy refusal (10 minutes or more)
  int messages_per_session = 100;  ///< then QUIT and a new session; 0: unlimited
  Dialect dialect = Dialect::chunking;
  int window = 4;  ///< messages in flight per session when chunking
  PhaseTimeouts timeouts{};

  /// Its name in the ledger and messages: the label, or host:port.
  [[nodiscard]] std::string name() const;
  [[nodiscard]] bool is_lmtp() const { return url.starts_with("lmtp:"); }
  /// The password, in plain text and in the forms that a login sends, since a relay may quote what it
  /// refuses. Empty if there is none.
  [[nodiscard]] std::vector<std::string> secrets() const;
};

/// `text` with "(password)" in place of each of `secrets`.
[[nodiscard]] std::string without(std::string text, std::span<const std::string> secrets);

/// 127.0.0.0/8, ::1 or localhost.
[[nodiscard]] bool is_loopback_host(std::string_view host);

/// Whether the URL's host is 127.0.0.0/8, ::1 or localhost.
[[nodiscard]] bool is_loopback(const RelayOptions& relay);

/// Errc::config if the URL is not smtp://, smtps:// or lmtp:// with a host, or wants from LMTP what it cannot
/// do.
[[nodiscard]] Result<void> check_relay(const RelayOptions& relay);

/// A relay's description of itself, for doctor --smtp.
struct RelayReport {
  bool ready = false;
  Outcome outcome{};                        ///< where it stopped and why, if not ready
  std::vector<std::string> capabilities{};  ///< lines of the last EHLO reply
  Dialect dialect = Dialect::lock_step;     ///< the dialect that would be used
};

/// Connects, secures, authenticates, quits. Sends no mail. Errc::config for an invalid URL.
[[nodiscard]] Result<RelayReport> probe(const RelayOptions& relay);

}  // namespace tidings::delivery
