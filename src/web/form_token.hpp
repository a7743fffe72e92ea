// A token in the sign-up form that says when the form was made, to detect forms filled in faster than a
// person can. Pure.
//
// It is the time and a MAC of it under a secret of this database; a form on another site has none, and gets a
// second step.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace tidings::web {

[[nodiscard]] std::string make_form_token(std::string_view secret, UtcTime now);

/// How old the form is; nothing if the token is not ours or from the future.
[[nodiscard]] std::optional<std::chrono::milliseconds> age_of_form_token(std::string_view secret,
                                                                         std::string_view token, UtcTime now);

}  // namespace tidings::web
