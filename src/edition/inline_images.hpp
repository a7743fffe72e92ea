// Pictures sent with an edition's mails ([[digest]] images = "inline"): fetched before it is sealed, stored
// with it.
//
// A picture that cannot be used stays a link and is reported: no answer, not a JPEG, PNG, GIF or WebP, larger
// than image_limit, over images_limit, or an address that fetching refuses (source/address_guard). Never an
// error: a mail without pictures is better than no mail.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "digest/edition_table.hpp"
#include "edition/embedded_images.hpp"
#include "edition/render.hpp"
#include "message/inline_image.hpp"
#include "source/fetch.hpp"

namespace tidings::edition {

/// A picture, and how the rendered HTML names it.
struct FoundImage {
  std::string attribute;  ///< the value of src as written, with its entities
  digest::EditionImage image;
};

/// The result of fetching an edition's pictures.
struct FoundImages {
  std::vector<FoundImage> images;
  std::vector<std::string> links;  ///< "ADDRESS (why)" of those that stay links
};

/// "2 pictures stay links: A (404), B (larger than image_limit 256 KiB)", and what `embedded` left out; empty
/// if there is nothing to report.
[[nodiscard]] std::string in_words(const FoundImages& found, const EmbeddedImages& embedded);

/// Where the digest's pictures may be: on a private network if all of its sources may.
[[nodiscard]] source::Reach picture_reach(const config::Config& config, const config::DigestConfig& digest);

/// The web addresses in src of <img>, in order of appearance, each once, as written.
[[nodiscard]] std::vector<std::string> image_sources(std::string_view html);

/// The pictures that `renderer` shows for the posts, fetched in that order until the digest's limit is
/// reached. Blocks up to a minute, so not for use inside a transaction. Nothing for a digest whose images are
/// links.
[[nodiscard]] Result<FoundImages> fetch_images(const config::Config& config, Renderer& renderer,
                                               const EditionFacts& facts,
                                               const std::vector<ShownPost>& posts);

/// `html` with the images' content ids instead of their addresses.
[[nodiscard]] std::string with_content_ids(std::string html, const std::vector<FoundImage>& images);

/// `html` with the addresses again, to view it without the mail.
[[nodiscard]] std::string with_addresses(std::string html, const std::vector<digest::EditionImage>& images);

}  // namespace tidings::edition
