// Pictures of an edition that travel with its mails ([[digest]] images = "inline"): fetched before it is
// sealed, stored with it.
//
// What cannot be had stays a link, and is told: no answer, no JPEG, PNG, GIF or WebP, larger than
// image_limit, beyond images_limit, an address that fetching refuses (source/address_guard). Never an error:
// a mail without pictures is better than no mail.
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

namespace tidings::edition {

/// A picture, and how the rendered HTML names it.
struct FoundImage {
  std::string attribute;  ///< the value of src as it is written, with its entities
  digest::EditionImage image;
};

/// What became of the pictures of an edition.
struct FoundImages {
  std::vector<FoundImage> images;
  std::vector<std::string> links;  ///< "ADDRESS (why)" of those that stay links
};

/// "2 pictures stay links: A (404), B (larger than 256 KiB)", and what `embedded` had to leave out; empty if
/// there is nothing to tell.
[[nodiscard]] std::string in_words(const FoundImages& found, const EmbeddedImages& embedded);

/// The web addresses in src of <img>, in order of appearance, each once; as they are written.
[[nodiscard]] std::vector<std::string> image_sources(std::string_view html);

/// What the posts show as `renderer` writes them, fetched in that order until the digest's limit is reached.
/// Blocks up to a minute, so not for use inside a transaction. Nothing for a digest whose images are links.
[[nodiscard]] Result<FoundImages> fetch_images(const config::Config& config, Renderer& renderer,
                                               const EditionFacts& facts,
                                               const std::vector<ShownPost>& posts);

/// `html` with the images' content ids in the place of their addresses.
[[nodiscard]] std::string with_content_ids(std::string html, const std::vector<FoundImage>& images);

/// `html` with the addresses again: for looking at it without the mail.
[[nodiscard]] std::string with_addresses(std::string html, const std::vector<digest::EditionImage>& images);

}  // namespace tidings::edition
