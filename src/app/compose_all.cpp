#include "app/compose_all.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "edition/late_joiners.hpp"
#include "edition/review.hpp"

namespace tidings::app {

ComposeOutcome compose_all(const config::Context& context,
                           std::span<const config::DigestConfig* const> digests,
                           const ComposeOptions& options) {
  ComposeOutcome outcome;
  for (const auto* const digest : digests) {
    auto settled = edition::settle_drafts(context, *digest);
    if (!settled) outcome.failures.push_back(std::move(settled.error()));
    if (settled) std::ranges::move(*settled, std::back_inserter(outcome.composed));
    // With a source down, "no posts" may be wrong: better late than skipped.
    const auto is_ill = [&](const CollectedSource& source) {
      return digest->takes(source.name) && source.what == CollectedSource::What::failed;
    };
    const bool ill = options.collected != nullptr && std::ranges::any_of(options.collected->sources, is_ill);
    auto result = edition::compose(context, *digest,
                                   {.when = options.when,
                                    .empty = ill ? edition::Empty::wait : edition::Empty::record,
                                    .on_progress = options.on_progress});
    if (!result) {
      outcome.failures.push_back(std::move(result.error()));
      continue;
    }
    outcome.waits_for_source = outcome.waits_for_source || result->what == edition::Composed::What::waits;
    outcome.composed.push_back(std::move(*result));
  }
  // Behind the composing: whoever is among a new edition's recipients needs no older one.
  if (auto planned = edition::plan_late_joiners(context)) {
    outcome.late_joiners = *planned;
  } else {
    outcome.failures.push_back(std::move(planned.error()));
  }
  return outcome;
}

}  // namespace tidings::app
