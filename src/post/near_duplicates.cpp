#include "post/near_duplicates.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_set>
#include <utility>

#include "base/text.hpp"
#include "post/html_links.hpp"
#include "post/identity.hpp"

namespace tidings::post {
namespace {

constexpr std::size_t most_bytes = 80'000;  // of a text
constexpr int shingle_weight = 10;          // of its letters together
constexpr std::uint64_t sampled_one_in = 6;
constexpr std::size_t most_kept = 160;    // hashes of a post
constexpr std::size_t most_sharing = 48;  // posts that have a shingle: with more it is a footer or a form
constexpr std::size_t least_shared = 2;   // shingles, to be compared
constexpr double least_part = 0.35;       // as the sample shows it, to be compared
constexpr int least_weight = 60;          // of the letters of a text that can be told from others

/// Letters of scripts that write without blanks, and syllables, say as much as three of an alphabet.
int weight_of(char32_t letter) {
  const bool dense = (letter >= 0x2E80 && letter < 0xA000) || (letter >= 0xAC00 && letter < 0xD7B0) ||
                     (letter >= 0xF900 && letter < 0xFB00) || (letter >= 0x20000 && letter < 0x32000);
  return dense ? 3 : 1;
}

bool is_digit(char32_t c) {
  return (c >= '0' && c <= '9') || (c >= 0x660 && c <= 0x669) || (c >= 0x6F0 && c <= 0x6F9) ||
         (c >= 0x966 && c <= 0x96F) || (c >= 0xFF10 && c <= 0xFF19);
}

struct Letters {
  std::u32string letters;
  std::unordered_set<std::string> numbers;
};

Letters letters_of(std::string_view text) {
  Letters out;
  const auto folded = title_key(truncate_utf8(text, most_bytes));
  std::string number;
  const auto finish = [&] {
    if (!number.empty()) out.numbers.insert(std::exchange(number, {}));
  };
  for (std::size_t at = 0; at < folded.size();) {
    const auto begin = at;
    const auto c = next_code_point(folded, at);
    if (c == ' ') {
      finish();
      continue;
    }
    is_digit(c) ? void(number.append(folded, begin, at - begin)) : finish();
    out.letters.push_back(c);
  }
  finish();
  return out;
}

/// Spreads what FNV leaves in the low bits.
std::uint64_t mixed(std::uint64_t h) {
  h ^= h >> 33U;
  h *= 0xff51afd7ed558ccdULL;
  h ^= h >> 33U;
  h *= 0xc4ceb9fe1a85ec53ULL;
  return h ^ (h >> 33U);
}

/// The shingle that begins at each letter; the last ones are shorter than that and left out.
std::vector<std::uint64_t> shingles_of(const std::u32string& letters) {
  std::vector<std::uint64_t> out;
  out.reserve(letters.size());
  std::size_t end = 0;
  int weight = 0;
  for (std::size_t begin = 0; begin < letters.size(); ++begin) {
    while (end < letters.size() && weight < shingle_weight) weight += weight_of(letters[end++]);
    if (weight < shingle_weight) break;
    std::uint64_t hash = 14'695'981'039'346'656'037ULL;
    for (std::size_t at = begin; at < end; ++at) hash = (hash ^ letters[at]) * 1'099'511'628'211ULL;
    out.push_back(mixed(hash));
    weight -= weight_of(letters[begin]);
  }
  return out;
}

/// How the shorter text lies in the longer.
struct Overlap {
  double part = 0;   ///< of its shingles that are there
  double solid = 0;  ///< of its shingles that are there in long passages
};

Overlap overlap_of(const std::vector<std::uint64_t>& shorter, const std::vector<std::uint64_t>& longer,
                   std::size_t long_passage) {
  const std::unordered_set<std::uint64_t> there{longer.begin(), longer.end()};
  std::size_t hits = 0;
  std::size_t solid = 0;
  std::size_t run = 0;
  const auto finish = [&] {
    if (run >= long_passage) solid += run;
    run = 0;
  };
  for (const auto shingle : shorter) {
    if (there.contains(shingle)) {
      ++hits;
      ++run;
    } else {
      finish();
    }
  }
  finish();
  const auto all = static_cast<double>(shorter.size());
  return {.part = static_cast<double>(hits) / all, .solid = static_cast<double>(solid) / all};
}

/// The same few lines over and over: what such a text has in common with another says little.
bool is_repetitive(const std::vector<std::uint64_t>& shingles) {
  const std::unordered_set<std::uint64_t> distinct{shingles.begin(), shingles.end()};
  return distinct.size() * 2 < shingles.size();
}

/// The share of the numbers that the other text does not have.
double missing_numbers(const Letters& shorter, const Letters& longer) {
  if (shorter.numbers.empty()) return 0;
  const auto missing = std::ranges::count_if(
      shorter.numbers, [&](const std::string& number) { return !longer.numbers.contains(number); });
  return static_cast<double>(missing) / static_cast<double>(shorter.numbers.size());
}

bool links_to(const StoryText& from, const StoryText& to) {
  return !to.link_key.empty() && std::ranges::find(from.links, to.link_key) != from.links.end();
}

}  // namespace

std::string words_of(std::string_view html) {
  std::string out;
  out.reserve(html.size());
  for (std::size_t at = 0; at < html.size();) {
    if (html[at] == '<') {
      const auto end = html.find('>', at);
      if (end == std::string_view::npos) break;
      out += ' ';
      at = end + 1;
    } else if (html[at] == '&') {
      const auto end = html.find(';', at);
      out += ' ';
      at = end != std::string_view::npos && end - at <= 10 ? end + 1 : at + 1;
    } else {
      const auto end = std::min(html.find_first_of("<&", at), html.size());
      out += html.substr(at, end - at);
      at = end;
    }
  }
  return out;
}

std::vector<std::string> link_keys_of(std::string_view html) {
  std::set<std::string> keys;
  for (const auto& link : links_in(html)) {
    if (link.kind != HtmlLink::Kind::link) continue;
    auto key = link_key(canonical_link(link.url));
    if (!key.empty()) keys.insert(std::move(key));
  }
  return {keys.begin(), keys.end()};
}

std::optional<int> same_story(const StoryText& one, const StoryText& other) {
  constexpr std::chrono::hours months_apart{24 * 45};
  const auto letters_one = letters_of(one.text);
  const auto letters_other = letters_of(other.text);
  const auto shingles_one = shingles_of(letters_one.letters);
  const auto shingles_other = shingles_of(letters_other.letters);
  const bool one_is_shorter = shingles_one.size() <= shingles_other.size();
  const auto& shorter = one_is_shorter ? shingles_one : shingles_other;
  const auto& longer = one_is_shorter ? shingles_other : shingles_one;
  const auto& letters = one_is_shorter ? letters_one : letters_other;
  if (shorter.empty()) return std::nullopt;
  int weight = 0;
  for (const auto letter : letters.letters) weight += weight_of(letter);
  if (weight < least_weight) return std::nullopt;
  if (is_repetitive(shorter) || is_repetitive(longer))
    return letters_one.letters == letters_other.letters ? std::optional{100} : std::nullopt;
  // Four or five words of an alphabet, in letters of the text's own script.
  const auto per_letter = static_cast<double>(weight) / static_cast<double>(letters.letters.size());
  const auto long_passage = static_cast<std::size_t>(30 / per_letter);
  const auto overlap = overlap_of(shorter, longer, long_passage);
  const double missing = one_is_shorter ? missing_numbers(letters_one, letters_other)
                                        : missing_numbers(letters_other, letters_one);
  const bool is_cited = links_to(one, other) || links_to(other, one);
  const bool much_shorter = shorter.size() * 3 < longer.size();
  const bool apart = one.date - other.date > months_apart || other.date - one.date > months_apart;
  const double wanted = apart ? 0.95 : much_shorter ? 0.85 : is_cited ? 0.6 : 0.72;
  const double least_solid = apart ? 0.95 : much_shorter ? 0.75 : is_cited ? 0.5 : 0.6;
  if (overlap.part < wanted || overlap.solid < least_solid || missing > 0.34) return std::nullopt;
  return static_cast<int>(std::lround(overlap.part * 100));
}

void StoryIndex::add(SourceId source, std::string_view text) {
  const auto post = static_cast<std::uint32_t>(sources_.size());
  constexpr auto sampled = static_cast<std::uint32_t>((std::uint64_t{1} << 32U) / sampled_one_in);
  std::vector<std::uint32_t> hashes;
  for (const auto shingle : shingles_of(letters_of(text).letters)) {
    if (const auto hash = static_cast<std::uint32_t>(shingle >> 32U); hash < sampled) hashes.push_back(hash);
  }
  std::ranges::sort(hashes);
  const auto repeated = std::ranges::unique(hashes);
  hashes.erase(repeated.begin(), repeated.end());
  limits_.push_back(hashes.size() > most_kept ? hashes[most_kept - 1] : sampled);
  if (hashes.size() > most_kept) hashes.resize(most_kept);
  for (const auto hash : hashes) entries_.push_back({.hash = hash, .post = post});
  ends_.push_back(entries_.size());
  sources_.push_back(source);
}

std::size_t StoryIndex::count_up_to(std::size_t post, std::uint32_t limit) const {
  const auto at = [&](std::size_t index) { return entries_.begin() + static_cast<std::ptrdiff_t>(index); };
  const auto begin = at(post == 0 ? 0 : ends_[post - 1]);
  const auto end = std::ranges::upper_bound(begin, at(ends_[post]), limit, {}, &Entry::hash);
  return static_cast<std::size_t>(end - begin);
}

std::vector<StoryIndex::Pair> StoryIndex::likely_pairs() const {
  auto entries = entries_;
  std::ranges::sort(entries, {}, [](const Entry& entry) { return std::pair{entry.hash, entry.post}; });
  std::vector<std::uint64_t> together;
  for (std::size_t begin = 0; begin < entries.size();) {
    std::size_t end = begin;
    while (end < entries.size() && entries[end].hash == entries[begin].hash) ++end;
    if (end - begin <= most_sharing) {
      for (auto i = begin; i < end; ++i) {
        for (auto k = i + 1; k < end; ++k) {
          if (sources_[entries[i].post] != sources_[entries[k].post])
            together.push_back((std::uint64_t{entries[i].post} << 32U) | entries[k].post);
        }
      }
    }
    begin = end;
  }
  std::ranges::sort(together);
  std::vector<Pair> out;
  for (std::size_t begin = 0; begin < together.size();) {
    std::size_t end = begin;
    while (end < together.size() && together[end] == together[begin]) ++end;
    const auto shared = end - begin;
    const auto one = static_cast<std::size_t>(together[begin] >> 32U);
    const auto other = static_cast<std::size_t>(together[begin] & 0xFFFFFFFFU);
    begin = end;
    if (shared < least_shared) continue;
    const auto limit = std::min(limits_[one], limits_[other]);
    const auto of = std::min(count_up_to(one, limit), count_up_to(other, limit));
    const auto part = static_cast<double>(shared) / static_cast<double>(std::max<std::size_t>(of, 1));
    if (part >= least_part) out.push_back({.one = one, .other = other, .part = part});
  }
  std::ranges::stable_sort(out, std::greater<>{}, &Pair::part);
  return out;
}

}  // namespace tidings::post
