// robots.txt (RFC 9309): which pages of a host a program may fetch. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidings::source {

class Robots {
 public:
  /// The rules for `agent` ("tidings"), else those for "*", of a robots.txt of any bytes; its first 500 KiB
  /// count.
  [[nodiscard]] static Robots parse(std::string_view text, std::string_view agent);
  /// Where there is none (4xx), and where the host could not say (5xx, no answer): RFC 9309 section 2.3.1.
  [[nodiscard]] static Robots allow_all() { return {}; }
  [[nodiscard]] static Robots allow_none();

  /// `path` with its query, "/a?b". The longest rule that matches decides; Allow before Disallow
  /// (section 2.2.2).
  [[nodiscard]] bool allows(std::string_view path) const;

 private:
  struct Rule {
    std::string pattern;  ///< * and a final $ as usual
    bool allow = false;
  };
  std::vector<Rule> rules_;
};

}  // namespace tidings::source
