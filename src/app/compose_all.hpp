// Composing several digests after a collect: one that cannot be composed does not stop the others.
#pragma once

#include <span>
#include <vector>

#include "app/collect.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "edition/compose.hpp"

namespace tidings::app {

/// What composing several digests came to.
struct ComposeOutcome {
  std::vector<edition::Composed> composed;
  std::vector<Error> failures;  ///< one each of the digests that could not be composed
  bool waits_for_source = false;
};

/// Composes each digest, after its drafts whose time for review is over; one whose theme is wrong does not
/// stop the others. `collected`: what was just read, for a digest whose source failed is not skipped for want
/// of posts.
[[nodiscard]] ComposeOutcome compose_all(const config::Context& context,
                                         std::span<const config::DigestConfig* const> digests,
                                         edition::When when, const CollectReport& collected);

}  // namespace tidings::app
