// Whether two texts are nearly the same: an article that two blogs publish word for word, shortened, or with
// a line added.
//
// A text's sketch is the set of its character 8-grams, case-folded letters and digits only, so that scripts
// without blanks are treated like others. Two sketches are alike if most of the smaller is in the larger. A
// text under 40 letters says too little and is like nothing but itself. Pure; time and memory are
// proportional to the text, of which the first 20,000 letters are used.
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
