// The pictures of an edition are measured before it is composed, so that its mails can say their sizes:
// layouts stay as they are while pictures load, and portraits and charts are shown whole.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/context.hpp"
#include "edition/inline_images.hpp"
#include "edition/render.hpp"

namespace tidings::edition {

/// Addresses of pictures of unknown size that nobody has asked for today, each once, at most 100. Nothing for
/// a digest that measures none.
[[nodiscard]] Result<std::vector<std::string>> unmeasured_pictures(const config::Context& context,
                                                                   const config::DigestConfig& digest,
                                                                   std::span<const ShownPost> posts);

/// What the pictures measure that travel with the mail, so that nobody asks for them again.
[[nodiscard]] Result<void> keep_sizes(const config::Context& context, const FoundImages& images);

/// Asks their hosts for the first octets, within half a minute, and keeps what they say for all editions. Who
/// answers nothing is asked again the day after; until then the layout does without. Not for use inside a
/// transaction.
[[nodiscard]] Result<void> measure_pictures(const config::Context& context,
                                            const config::DigestConfig& digest,
                                            std::span<const std::string> urls);

}  // namespace tidings::edition
