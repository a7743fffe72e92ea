// Identity: when two entries are the same post, and two posts the same article.
//
// Within a source an entry is identified by its guid, else its canonical link, else a hash of its title, date
// and text. Guids that repeat within one feed identify nothing: their entries are identified by link. Across
// sources link_key and title_key decide. Keys are only for comparison, never shown or fetched. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "source/source.hpp"

namespace tidings::post {

struct LinkOptions {
  /// Query parameters to strip besides the built-in ones (utm_*, fbclid, gclid, mc_cid ...); a trailing * is
  /// a prefix.
  std::vector<std::string> tracking_parameters;
};

/// The web address to link to: http(s), without tracking parameters and fragments, otherwise unchanged. Empty
/// for anything that is not a web address.
[[nodiscard]] std::string canonical_link(std::string_view url, const LinkOptions& options = {});

/// canonical_link without scheme, "www.", default port, fragment and trailing slash; host in lower case.
[[nodiscard]] std::string link_key(std::string_view canonical_link);

/// Case-folded letters and digits, words separated by single blanks; empty for an empty title.
[[nodiscard]] std::string title_key(std::string_view title);

enum class Guid { trusted, repeated };

/// Never empty. `link` is the entry's canonical link.
[[nodiscard]] std::string identity(const source::Entry& entry, std::string_view link,
                                   Guid guid = Guid::trusted);

}  // namespace tidings::post
