#include "delivery/relay.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <poll.h>

#include "base/codec.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "delivery/connection.hpp"
#include "delivery/dialogue.hpp"

namespace tidings::delivery {

using namespace std::chrono_literals;

std::string_view name_of(Dialect dialect) {
  switch (dialect) {
    case Dialect::lock_step: return "lock-step";
    case Dialect::pipelined: return "pipelined";
    case Dialect::chunking: return "chunking";
  }
  return "";
}

std::string RelayOptions::name() const {
  if (!label.empty()) return label;
  const auto parsed = parse_url(url);
  if (!parsed) return "?";
  const auto port = !parsed->port.empty()       ? parsed->port
                    : parsed->scheme == "smtps" ? "465"
                    : parsed->scheme == "lmtp"  ? "24"
                                                : "25";
  return parsed->host + ":" + port;
}

std::vector<std::string> RelayOptions::secrets() const {
  if (password.empty()) return {};
  const std::string nul(1, '\0');
  return {base64_encode(nul + username + nul + password),  // RFC 4616
          base64_encode(fmt::format("user={}\x01"
                                    "auth=Bearer {}\x01\x01",
                                    username, password)),  // XOAUTH2
          base64_encode(password), password};
}

std::string without(std::string text, std::span<const std::string> secrets) {
  for (const auto& secret : secrets) {
    if (text.find(secret) != std::string::npos) text = replace_all(text, secret, "(password)");
  }
  return text;
}

bool is_loopback_host(std::string_view host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

bool is_loopback(const RelayOptions& relay) {
  const auto parsed = parse_url(relay.url);
  return parsed && is_loopback_host(parsed->host);
}

Result<void> check_relay(const RelayOptions& relay) {
  const auto parsed = parse_url(relay.url);
  const bool known =
      parsed && (parsed->scheme == "smtp" || parsed->scheme == "smtps" || parsed->scheme == "lmtp");
  if (!known || parsed->host.empty()) {
    return fail(Errc::config,
                "the relay's url is not smtp://host[:port], smtps://host[:port] or lmtp://host:port",
                "set username and password separately");
  }
  if (relay.is_lmtp() && (relay.tls != Tls::off || !relay.username.empty())) {
    return fail(Errc::config, "lmtp:// has neither encryption nor login",
                "tls = \"off\" and no username, or smtp://");
  }
  return {};
}

Result<RelayReport> probe(const RelayOptions& relay) {
  TIDINGS_TRY(check_relay(relay));
  Connector connector;
  connector.open(0, relay);
  for (;;) {
    std::vector<pollfd> set;
    connector.add_to(set);
    const auto now = std::chrono::steady_clock::now();
    auto wait = std::chrono::milliseconds{1000};
    if (connector.deadline())
      wait = std::clamp(std::chrono::ceil<std::chrono::milliseconds>(*connector.deadline() - now), 0ms, wait);
    ::poll(set.data(), static_cast<nfds_t>(set.size()), static_cast<int>(wait.count()));
    for (const auto& ready : set) {
      if (ready.revents != 0) connector.on_ready(ready);
    }
    connector.on_time(std::chrono::steady_clock::now());
    for (auto& opened : connector.take_opened()) {
      if (!opened.connection)
        return RelayReport{.ready = false, .outcome = opened.failure, .capabilities = {}};
      RelayReport report{.ready = true, .outcome = {}, .capabilities = opened.connection->capabilities()};
      report.dialect = dialect_for(read_capabilities(report.capabilities), relay.dialect);
      const std::string_view goodbye = "QUIT\r\n";
      [[maybe_unused]] const auto sent = opened.connection->send({&goodbye, 1});
      return report;
    }
  }
}

}  // namespace tidings::delivery
