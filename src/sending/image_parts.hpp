// The pictures sent with an edition's mails, as parts of a message.
#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "digest/digest.hpp"
#include "digest/edition_table.hpp"
#include "message/inline_image.hpp"

namespace tidings::sending {

/// Which pictures the mails of a segment carry: those that one of its bodies calls.
class ImageParts {
 public:
  /// Errc::bad_data for an image without bytes.
  [[nodiscard]] static Result<ImageParts> make(const std::vector<digest::EditionImage>& images);

  [[nodiscard]] std::vector<message::InlineImage> called_by(
      std::span<const digest::SegmentBody> bodies) const;
  /// By their places in the edition; `calls` is calls_in() of the edition's parts.
  [[nodiscard]] std::vector<message::InlineImage> at(const std::set<std::size_t>& places) const;
  /// For each part, the places of the images that it calls.
  [[nodiscard]] std::vector<std::vector<std::size_t>> calls_in(std::span<const std::string> parts) const;

 private:
  [[nodiscard]] std::vector<std::size_t> calls_in(std::string_view html) const;

  struct Known {
    std::string call;  ///< as bodies write it
    message::InlineImage image;
  };
  std::vector<Known> images_;
};

}  // namespace tidings::sending
