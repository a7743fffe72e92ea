#include "app/orphaned_digests.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::app {

std::string OrphanedDigest::what() const {
  const auto but = heir.empty() ? std::string{} : fmt::format(", and nobody subscribes to \"{}\"", heir);
  return fmt::format("nothing is sent to {} of \"{}\": config.toml has no such digest{}",
                     plural(subscribers, "subscriber"), name, but);
}

Result<std::vector<OrphanedDigest>> orphaned_digests(const config::Context& context) {
  const auto& digests = context.config.digests;
  TIDINGS_LET(const auto counts, subscriber::SubscriberTable(context.database, context.clock).counts());
  const auto heir = std::ranges::find_if(digests, [&](const config::DigestConfig& digest) {
    return std::ranges::find(counts.digests, digest.name, &subscriber::SubscriptionCounts::digest) ==
           counts.digests.end();
  });
  std::vector<OrphanedDigest> orphans;
  for (const auto& each : counts.digests) {
    const bool is_configured =
        std::ranges::find(digests, each.digest, &config::DigestConfig::name) != digests.end();
    if (is_configured || each.confirmed == 0) continue;
    orphans.push_back({.name = each.digest,
                       .subscribers = each.confirmed,
                       .heir = heir == digests.end() ? std::string{} : heir->name});
  }
  return orphans;
}

Result<std::vector<Error>> renamed_digests(const config::Context& context) {
  TIDINGS_LET(const auto orphans, orphaned_digests(context));
  std::vector<Error> errors;
  for (const auto& each : orphans) {
    if (!each.heir.empty())
      errors.push_back({.code = Errc::config, .what = each.what(), .hint = orphaned_digest_hint});
  }
  return errors;
}

}  // namespace tidings::app
