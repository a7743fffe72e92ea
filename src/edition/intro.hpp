// An edition's introduction: what its editor wrote, else [[digest]] intro_once as long as no edition has used
// that text.
//
// The sealed edition itself records that it was used, since it keeps the text: written in the sealing
// transaction, so that a crash neither loses nor repeats it. A cancelled edition releases it. New text in the
// file is a new introduction.
#pragma once

#include "base/result.hpp"
#include "config/config.hpp"
#include "edition/render.hpp"
#include "store/database.hpp"

namespace tidings::edition {

/// Sets `facts.intro_markdown` if it is empty and there is an unused intro_once; returns whether it did. An
/// absent or blank file is no introduction. Errc::config if it cannot be read.
[[nodiscard]] Result<bool> take_intro_once(const config::DigestConfig& digest, store::Database& database,
                                           EditionFacts& facts);

}  // namespace tidings::edition
