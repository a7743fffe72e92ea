// The posts of an edition in groups: the sections of its digest, and the digest's own groups for the others.
//
// Sections of layout lead stand above the other posts, all others below, each in the order of the
// configuration. With a section that takes the rest, sections stand in that order alone.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/context.hpp"
#include "digest/digest.hpp"
#include "digest/select.hpp"
#include "edition/render.hpp"

namespace tidings::edition {

/// Posts under one heading.
struct PostGroup {
  std::string key;                           ///< as digest::Group
  const digest::Section* section = nullptr;  ///< none: a group of the digest
  std::vector<std::size_t> posts;            ///< indices, in reading order
  std::vector<std::size_t> events = {};      ///< of a section of events: indices into EditionFacts::events
};

/// In the order of display; no group is empty.
[[nodiscard]] std::vector<PostGroup> groups_of(const config::Config& config,
                                               const config::DigestConfig& digest, const EditionFacts& facts,
                                               const ShownPosts& shown);

/// In reading order, but those of lead sections first: they are the last to give way when the mail is too
/// long.
[[nodiscard]] std::vector<const ShownPost*> leads_first(const config::DigestConfig& digest,
                                                        const EditionFacts& facts,
                                                        std::vector<const ShownPost*> posts);

/// The names of its sections of posts in the order of display, "" for the posts of none; empty if it has
/// none.
[[nodiscard]] std::vector<std::string> section_order(const config::DigestConfig& digest);

/// The section of each post, as an index; `chosen` by an editor.
[[nodiscard]] std::vector<std::optional<std::size_t>> sections_of(
    const config::DigestConfig& digest, std::span<const digest::Selected> posts,
    const std::map<PostId, std::string>& chosen);

/// The same by name, without posts of none.
[[nodiscard]] std::map<PostId, std::string> section_names(const config::DigestConfig& digest,
                                                          std::span<const digest::Selected> posts,
                                                          const std::map<PostId, std::string>& chosen);

/// The same of a stored edition: of a draft as it would be sealed now.
[[nodiscard]] Result<std::map<PostId, std::string>> section_names(const config::Context& context,
                                                                  const digest::Edition& edition);

}  // namespace tidings::edition
