// What mail systems say, as data: the phrases behind each reason, in the order in which they are asked.
#pragma once

#include <span>
#include <string_view>

#include "bounce/report.hpp"

namespace tidings::bounce {

struct PhraseGroup {
  Reason reason = Reason::unknown;
  std::span<const std::string_view> phrases{};  ///< lower case; '*' stands for up to 100 bytes
};

[[nodiscard]] std::span<const PhraseGroup> phrase_table();

}  // namespace tidings::bounce
