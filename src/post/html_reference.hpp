// Character references: &amp; &eacute; &#8217; as the standard reads them (HTML 13.2.5.72 to 80). Pure.
//
// Knows the names of HTML 4; asks gumbo for the two thousand rarer ones, at most `ask_limit` times per text.
#pragma once

#include <string>
#include <string_view>

namespace tidings::post {

enum class Place { text, attribute };

class ReferenceDecoder {
 public:
  /// Decoded and clean (base/text.hpp: clean_utf8).
  [[nodiscard]] std::string decode(std::string_view text, Place place);

 private:
  void reference(std::string_view text, std::size_t& at, Place place, std::string& out);
  void named(std::string_view text, std::size_t& at, Place place, std::string& out);

  static constexpr int ask_limit = 1'000;
  int asked_ = 0;
};

}  // namespace tidings::post
