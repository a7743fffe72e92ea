// Preflight: what an editor should know before an edition leaves. Lines for people; those that begin with "!
// " want a look.
//
// Links and pictures are asked for with the safe fetch of the sources: public addresses only (and the hosts
// of sources that may be private), a few seconds and a few hundred kilobytes each, and a host that gives no
// answer is not asked again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "edition/preview.hpp"
#include "edition/render.hpp"

namespace tidings::edition {

/// What a spam filter would hold against a subject in that language: words that it counts, shouting,
/// exclamation marks, length.
[[nodiscard]] std::vector<std::string> judge_subject(std::string_view subject, std::string_view language);

/// Every absolute http(s) address in href and src attributes, each once, in order.
[[nodiscard]] std::vector<std::string> addresses_in(std::string_view html);

/// "! link: URL answered 404" for each that is not there; one line that says how many were asked.
[[nodiscard]] std::vector<std::string> check_links(const config::Config& config,
                                                   const std::vector<std::string>& urls);

/// All of it: size, subject, links, pictures.
[[nodiscard]] std::vector<std::string> preflight(const config::Config& config, const Preview& preview,
                                                 const std::vector<ShownPost>& posts);

}  // namespace tidings::edition
