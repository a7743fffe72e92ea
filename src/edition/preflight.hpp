// Preflight: what an editor should know before an edition is sent. Lines for people; those beginning with "!
// " need attention.
//
// Links and pictures are checked with the safe fetch of the sources: only public addresses (and the hosts of
// sources that may be private), a few seconds and a few hundred kilobytes each; a host that does not answer
// is not tried again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "edition/preview.hpp"
#include "edition/render.hpp"

namespace tidings::edition {

/// What a spam filter would count against a subject in that language: words, shouting, exclamation marks,
/// length.
[[nodiscard]] std::vector<std::string> judge_subject(std::string_view subject, std::string_view language);

/// Every absolute http(s) address in href and src attributes, each once, in order.
[[nodiscard]] std::vector<std::string> addresses_in(std::string_view html);

/// "! link: URL answered 404" for each broken one; one line with the number of those checked.
[[nodiscard]] std::vector<std::string> check_links(const config::Config& config,
                                                   const std::vector<std::string>& urls);

/// All of it: size, subject, links, pictures.
[[nodiscard]] std::vector<std::string> preflight(const config::Config& config, const Preview& preview,
                                                 const std::vector<ShownPost>& posts);

}  // namespace tidings::edition
