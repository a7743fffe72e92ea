// A draft in the editor's own program ($VISUAL, $EDITOR, vi), as often as it takes until the file makes
// sense.
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/context.hpp"
#include "digest/digest.hpp"

namespace tidings::cli {

/// Applies what was saved; false if nothing was changed. A mistake is written into the file above its line
/// and the program opened again; saved once more as it was, it is Errc::bad_data, the file is kept and named.
/// Errc::unavailable if the program fails.
[[nodiscard]] Result<bool> edit_by_hand(const config::Context& context, const digest::Edition& edition);

/// Applies a file of the same form. Errc::bad_data with the line of the first mistake.
[[nodiscard]] Result<void> edit_by_file(const config::Context& context, const digest::Edition& edition,
                                        const std::string& file);

}  // namespace tidings::cli
