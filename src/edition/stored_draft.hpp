// A draft that waits in the store: what it shows as its editor left it, and how it is sealed.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/context.hpp"
#include "digest/digest.hpp"
#include "digest/select.hpp"
#include "edition/inline_images.hpp"
#include "edition/render.hpp"
#include "edition/seal.hpp"

namespace tidings::edition {

struct Arranged {
  digest::Selection selection;  ///< as edition_table's choice_of()
  EditionFacts facts;
};

[[nodiscard]] Result<Arranged> arrangement_of(const config::Config& config,
                                              const config::DigestConfig& digest, store::Database& database,
                                              const digest::Edition& edition);

/// Approves and seals it within the caller's transaction. Errc::not_permitted for an edition that is no draft
/// any more.
[[nodiscard]] Result<Sealed> seal_draft(const config::Context& context, Renderer& renderer,
                                        const digest::Edition& edition, const FoundImages& images);

}  // namespace tidings::edition
