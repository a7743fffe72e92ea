// The introduction of one edition: what its editor wrote, else [[digest]] intro_once as long as no edition
// has used that text.
//
// That it is used is known by the sealed edition itself, which keeps the text: written in the transaction
// that seals it, so that a crash neither loses nor repeats it. A cancelled edition gives it back. New words
// in the file are a new introduction.
#pragma once

#include "base/result.hpp"
#include "config/config.hpp"
#include "edition/render.hpp"
#include "store/database.hpp"

namespace tidings::edition {

/// Sets `facts.intro_markdown` if it is empty and there is an unused intro_once; returns whether it did. A
/// file that is absent or blank is no introduction. Errc::config if it cannot be read.
[[nodiscard]] Result<bool> take_intro_once(const config::DigestConfig& digest, store::Database& database,
                                           EditionFacts& facts);

}  // namespace tidings::edition
