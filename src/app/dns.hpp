// Questions to the DNS (c-ares), for doctor --dns. One thread; each question waits for its answer, a few
// seconds at most.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

struct ares_channeldata;

namespace tidings::app {

class Resolver {
 public:
  /// `server` is "ADDRESS" or "ADDRESS:PORT" of IPv4, empty for the system's. Errc::usage for anything else.
  [[nodiscard]] static Result<Resolver> make(const std::string& server);

  /// Empty lists if there is no such name or record. Errc::unavailable without an answer.
  /// TXT records, each joined from its strings (RFC 1035 section 3.3.14).
  [[nodiscard]] Result<std::vector<std::string>> texts(const std::string& name);
  /// The hosts of its MX records; "" of a null MX (RFC 7505).
  [[nodiscard]] Result<std::vector<std::string>> mail_hosts(const std::string& name);
  /// IPv4 and IPv6, as text.
  [[nodiscard]] Result<std::vector<std::string>> addresses(const std::string& name);
  /// The names of an address (PTR).
  [[nodiscard]] Result<std::vector<std::string>> names_of(const std::string& address);

 private:
  struct Close {
    void operator()(ares_channeldata* channel) const;
  };
  struct Answer;
  explicit Resolver(ares_channeldata* channel) : channel_(channel) {}
  [[nodiscard]] Result<Answer> ask(const std::string& name, int type);

  std::unique_ptr<ares_channeldata, Close> channel_;
};

/// "p" of "v=DKIM1; k=rsa; p=MII..." (RFC 6376 section 3.2), blanks removed; nothing if the tag is absent.
[[nodiscard]] std::optional<std::string> tag_of(std::string_view record, std::string_view tag);

}  // namespace tidings::app
