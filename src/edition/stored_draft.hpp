// A stored draft: its contents as its editor left it, and sealing it.
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

/// The events of a draft are those that are to come now; an edition keeps those it was sealed with.
[[nodiscard]] Result<Arranged> arrangement_of(const config::Context& context,
                                              const config::DigestConfig& digest,
                                              const digest::Edition& edition);

/// Approves and seals it within the caller's transaction. Errc::not_permitted for an edition that is no
/// longer a draft.
[[nodiscard]] Result<Sealed> seal_draft(const config::Context& context, Renderer& renderer,
                                        const digest::Edition& edition, const FoundImages& images);

}  // namespace tidings::edition
