// Sections of an edition: posts of some sources and topics together, under a heading of their own. Pure.
//
// A post goes into the first section that takes it and has room. A section without sources and topics takes
// what no other takes. Posts of no section, and those beyond max_posts, stay where the digest would have them
// anyway: a section loses no post.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "digest/digest.hpp"

namespace tidings::digest {

/// [[digest.section]]
struct Section {
  std::string name;                           ///< for people, unique in its digest: the title, or the layout
  std::map<std::string, std::string> titles;  ///< by language tag; "": of all others; none: no heading
  std::vector<std::string> sources;           ///< names; empty: all
  std::vector<std::string> topics;            ///< empty: all
  std::optional<std::size_t> max_posts;
  Layout layout = Layout::usual;
  int days = 0;  ///< of layout events: those of today and so many days more

  bool operator==(const Section&) const = default;

  [[nodiscard]] bool takes_posts() const { return layout != Layout::events; }
  [[nodiscard]] bool takes_the_rest() const { return takes_posts() && sources.empty() && topics.empty(); }
  /// Whether what has this source and these topics may stand in it.
  [[nodiscard]] bool matches(std::string_view source, const std::vector<std::string>& its_topics) const;
  /// The title for readers of that language, else of its main language, else of `fallback`, else any.
  [[nodiscard]] std::string title(std::string_view language, std::string_view fallback) const;
};

/// A post, with only what its section depends on.
struct SectionInput {
  std::string source_name;
  std::vector<std::string> topics;
  bool pinned = false;                ///< stays on top: only a section of layout lead takes it
  std::optional<std::string> chosen;  ///< the name of the section that its editor chose; "": none
};

/// The section of each post, as an index; nothing: none. `posts` are in reading order.
[[nodiscard]] std::vector<std::optional<std::size_t>> sections_of(std::span<const SectionInput> posts,
                                                                  std::span<const Section> sections);

[[nodiscard]] std::string_view name_of(Layout layout);

}  // namespace tidings::digest
