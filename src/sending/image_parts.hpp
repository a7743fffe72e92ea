// The pictures sent with an edition's mails, as parts of a message.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "digest/digest.hpp"
#include "digest/edition_table.hpp"
#include "message/inline_image.hpp"

namespace tidings::sending {

/// The parts that a segment's mails need: those to which one of its bodies refers. Errc::bad_data if a stored
/// image is invalid.
[[nodiscard]] Result<std::vector<message::InlineImage>> images_of(
    const std::vector<digest::SegmentBody>& bodies, const std::vector<digest::EditionImage>& images);

}  // namespace tidings::sending
