#include "post/alike.hpp"

#include <algorithm>
#include <string>

#include "base/text.hpp"
#include "post/identity.hpp"

namespace tidings::post {
namespace {

constexpr std::size_t gram = 8;
constexpr std::size_t most_bytes = 80'000;  // of the text, before it is folded
constexpr std::size_t most_letters = 20'000;
constexpr std::size_t least_letters = 40;

/// FNV-1a over code points.
std::uint64_t hash_of(const char32_t* letters, std::size_t count) {
  std::uint64_t hash = 14'695'981'039'346'656'037ULL;
  for (std::size_t i = 0; i < count; ++i) hash = (hash ^ letters[i]) * 1'099'511'628'211ULL;
  return hash;
}

}  // namespace

Sketch sketch_of(std::string_view text) {
  std::u32string letters;
  const auto folded = title_key(truncate_utf8(text, most_bytes));
  for (std::size_t at = 0; at < folded.size() && letters.size() < most_letters;) {
    const auto c = next_code_point(folded, at);
    if (c != ' ') letters.push_back(c);
  }
  Sketch out{.grams = {}, .letters = letters.size()};
  if (letters.empty()) return out;
  for (std::size_t at = 0; at == 0 || at + gram <= letters.size(); ++at) {
    out.grams.push_back(hash_of(letters.data() + at, std::min(gram, letters.size())));
  }
  std::ranges::sort(out.grams);
  const auto repeated = std::ranges::unique(out.grams);
  out.grams.erase(repeated.begin(), repeated.end());
  return out;
}

bool nearly_same(const Sketch& a, const Sketch& b) {
  if (a.grams.empty() || b.grams.empty()) return false;
  if (a.grams == b.grams) return true;
  const auto& smaller = a.grams.size() < b.grams.size() ? a : b;
  const auto& larger = &smaller == &a ? b : a;
  if (smaller.letters < least_letters) return false;
  std::vector<std::uint64_t> common;
  std::ranges::set_intersection(a.grams, b.grams, std::back_inserter(common));
  // Most of an excerpt is in the whole text; two texts of similar length may differ in a sentence.
  const auto part = static_cast<double>(common.size()) / static_cast<double>(smaller.grams.size());
  const bool much_shorter = smaller.grams.size() * 2 < larger.grams.size();
  return part >= (much_shorter ? 0.9 : 0.75);
}

}  // namespace tidings::post
