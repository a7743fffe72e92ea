#include "sending/image_parts.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace tidings::sending {

Result<std::vector<message::InlineImage>> images_of(const std::vector<digest::SegmentBody>& bodies,
                                                    const std::vector<digest::EditionImage>& images) {
  std::vector<message::InlineImage> out;
  for (const auto& image : images) {
    const auto call = fmt::format("src=\"cid:{}\"", image.content_id);
    const bool called = std::ranges::any_of(
        bodies, [&](const digest::SegmentBody& body) { return body.html.find(call) != std::string::npos; });
    if (!called) continue;
    TIDINGS_LET(auto part, message::make_inline_image(image.content_id, image.bytes));
    out.push_back(std::move(part));
  }
  return out;
}

}  // namespace tidings::sending
