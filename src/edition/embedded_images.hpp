// Pictures inside a post ("data:" URLs), for a digest with inline images.
//
// Mail programs show no data: URLs, so each becomes a part of the mail to which its HTML refers by "cid:".
// Only PNG, JPEG, GIF and WebP by their first octets, each within image_limit and all within images_limit;
// the others are removed and reported.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "digest/digest.hpp"
#include "digest/edition_table.hpp"

namespace tidings::edition {

class EmbeddedImages {
 public:
  EmbeddedImages(const config::Config& config, const config::DigestConfig& digest)
      : domain_(config.newsletter.from.address.domain),
        most_bytes_(digest.image_limit_bytes),
        most_total_(digest.images_limit_bytes) {}

  /// `html`, sanitised, without data: URLs. `title` names the post of a removed picture.
  [[nodiscard]] std::string take(std::string html, std::string_view title);

  [[nodiscard]] const std::vector<digest::EditionImage>& images() const { return images_; }
  [[nodiscard]] std::int64_t bytes() const { return total_; }
  /// One for each removed picture: "a picture inside TITLE (larger than image_limit 256 KiB)".
  [[nodiscard]] const std::vector<std::string>& left_out() const { return left_out_; }

 private:
  /// The content id of a data: URL; empty if the picture must be removed.
  std::string content_id(const std::string& url, std::string_view title);

  std::string domain_;
  std::int64_t most_bytes_;
  std::int64_t most_total_;
  std::int64_t total_ = 0;
  std::vector<digest::EditionImage> images_;
  std::vector<std::string> left_out_;
};

}  // namespace tidings::edition
