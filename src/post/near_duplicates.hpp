// Near-duplicates: one story that several sources tell in nearly the same words, syndicated, shortened,
// edited or under another title.
//
// A text is cut into shingles: the runs of letters and digits that are some ten letters long, or three of a
// script without blanks, case-folded and without what stands between words; so no language needs words. Pairs
// are found by scaled MinHash: of all shingles those with the smallest hashes are kept, a fixed share of the
// text, and two posts that share some are compared whole. What many posts share (a footer, a form) leads
// nobody to each other.
//
// Two texts are one story if most of the shorter is in the longer, in long passages, and its numbers are
// there too: a form that two offices fill in has the same words in short pieces, and other numbers. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"

namespace tidings::post {

/// A post as its story is compared.
struct StoryText {
  UtcTime date{};
  std::string text;                ///< plain
  std::string link_key;            ///< of the post
  std::vector<std::string> links;  ///< keys of the links in its text
};

/// The words of sanitised HTML, for comparing only: quicker than html_to_text() by far.
[[nodiscard]] std::string words_of(std::string_view html);

/// The keys (post/identity.hpp) of the web pages that sanitised HTML links to, each once.
[[nodiscard]] std::vector<std::string> link_keys_of(std::string_view html);

/// How much of the shorter text is in the longer, in percent, if they are one story; nothing if they are two.
[[nodiscard]] std::optional<int> same_story(const StoryText& one, const StoryText& other);

/// Finds the pairs that are worth comparing. Memory: some hundred small numbers a post.
class StoryIndex {
 public:
  struct Pair {
    std::size_t one = 0;  ///< as they were added, from 0
    std::size_t other = 0;
    double part = 0;  ///< of the shorter text that seems to be in the other

    bool operator==(const Pair&) const = default;
  };

  void add(SourceId source, std::string_view text);

  /// Pairs of different sources, those that share most first.
  [[nodiscard]] std::vector<Pair> likely_pairs() const;

 private:
  struct Entry {
    std::uint32_t hash = 0;
    std::uint32_t post = 0;
  };
  /// How many of a post's hashes are at most `limit`.
  [[nodiscard]] std::size_t count_up_to(std::size_t post, std::uint32_t limit) const;

  std::vector<Entry> entries_;  ///< post by post, each sorted
  std::vector<std::size_t> ends_;
  std::vector<std::uint32_t> limits_;  ///< up to which a post's hashes are all there
  std::vector<SourceId> sources_;
};

}  // namespace tidings::post
