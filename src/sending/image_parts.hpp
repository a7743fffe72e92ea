// The pictures that travel with the mails of an edition, as parts of a message.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "digest/digest.hpp"
#include "digest/edition_table.hpp"
#include "message/inline_image.hpp"

namespace tidings::sending {

/// The parts that a segment's mails need: those that one of its bodies calls. Errc::bad_data if the store
/// holds no image.
[[nodiscard]] Result<std::vector<message::InlineImage>> images_of(
    const std::vector<digest::SegmentBody>& bodies, const std::vector<digest::EditionImage>& images);

}  // namespace tidings::sending
