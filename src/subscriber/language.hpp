// A subscriber's language: the BCP 47 tag of an existing language. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tidings::subscriber {

/// The tag as we keep it: "de" for "DE", "deu", "German" and "Deutsch", "pt-BR" for "pt_br"; empty for empty.
/// Errc::bad_data for anything else, with the nearest language that there is.
[[nodiscard]] Result<std::string> check_language(std::string_view text);

}  // namespace tidings::subscriber
