// A draft that waits in the store: what it shows as its editor left it, and how it is sealed.
#pragma once

#include <string>
#include <vector>

#include "app/config.hpp"
#include "app/inline_images.hpp"
#include "app/render.hpp"
#include "app/seal.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "digest/digest.hpp"
#include "digest/select.hpp"
#include "store/database.hpp"

namespace tidings::app {

struct Arranged {
  digest::Selection selection;  ///< as edition_table's choice_of()
  EditionFacts facts;
};

[[nodiscard]] Result<Arranged> arrangement_of(const Config& config, const DigestConfig& digest, store::Database& database,
                                              const digest::Edition& edition);

/// Approves and seals it within the caller's transaction. Errc::not_permitted for an edition that is no draft any more.
[[nodiscard]] Result<Sealed> seal_draft(const Config& config, const DigestConfig& digest, store::Database& database,
                                        const Clock& clock, Renderer& renderer, const digest::Edition& edition,
                                        const FoundImages& images);

}  // namespace tidings::app
