// Whether two texts are nearly the same: the article that two blogs bring, word for word, shortened, or with
// a line added.
//
// A text is sketched as the set of its character 8-grams, letters and digits only and case-folded, so that
// scripts without blanks are treated like the others. Two sketches are alike if most of the smaller is in the
// larger. A text under 40 letters says too little: it is alike to nothing but itself. Pure; a sketch costs
// time and memory in proportion to the text, of which the first 20,000 letters are looked at.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace tidings::post {

struct Sketch {
  std::vector<std::uint64_t> grams;  ///< hashed, sorted, unique
  std::size_t letters = 0;
};

[[nodiscard]] Sketch sketch_of(std::string_view text);

/// False if one of them is empty.
[[nodiscard]] bool nearly_same(const Sketch& a, const Sketch& b);

}  // namespace tidings::post
