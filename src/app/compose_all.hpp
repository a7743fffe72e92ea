// Composes several digests after a collect: a digest that fails does not stop the others.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "app/collect.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "edition/compose.hpp"

namespace tidings::app {

/// The result of composing several digests.
struct ComposeOutcome {
  std::vector<edition::Composed> composed;
  std::vector<Error> failures;  ///< one for each digest that could not be composed
  bool waits_for_source = false;
  int late_joiners = 0;  ///< who get an edition that went out before they came
};

struct ComposeOptions {
  edition::When when = edition::When::due;
  /// What was just read, if anything, since a digest with a failed source is not skipped for lack of posts.
  const CollectReport* collected = nullptr;
  std::function<void(const edition::Composing&)> on_progress{};
};

/// Composes each digest, after its drafts whose review time is over; a digest with an invalid theme does not
/// stop the others. Plans what late joiners are promised (edition/late_joiners).
[[nodiscard]] ComposeOutcome compose_all(const config::Context& context,
                                         std::span<const config::DigestConfig* const> digests,
                                         const ComposeOptions& options);

}  // namespace tidings::app
