// Digests that people subscribe to and config.toml no longer has: removed, or renamed. Nobody mails them.
//
// A subscription belongs to a name. So a new name in config.toml is a new digest without subscribers, and
// those of the old one would get nothing, unnoticed. Reads only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/context.hpp"

namespace tidings::app {

struct OrphanedDigest {
  std::string name;
  std::int64_t subscribers = 0;  ///< confirmed
  std::string heir;  ///< a digest of config.toml to which nobody ever subscribed; empty if there is none

  [[nodiscard]] std::string what() const;  ///< one line
};

inline constexpr auto orphaned_digest_hint =
    "give the digest its old name again; what readers see is its title";

/// Those with confirmed subscribers, by name.
[[nodiscard]] Result<std::vector<OrphanedDigest>> orphaned_digests(const config::Context& context);

/// Errc::config for each that seems to have been renamed, because it has an heir.
[[nodiscard]] Result<std::vector<Error>> renamed_digests(const config::Context& context);

}  // namespace tidings::app
