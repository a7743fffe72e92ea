// The page that a guard shows instead of the one that was asked for: "Just a moment...", "Verify you are
// human". It says nothing about posts, and asking again at once makes it worse. Pure.
#pragma once

#include <string>
#include <string_view>

namespace tidings::source {

/// Whose check it is ("Cloudflare", "Anubis"), "unknown" if nobody names itself; empty if the page is no
/// check: one with a text of its own is none, whatever its title.
[[nodiscard]] std::string bot_check_of(std::string_view html);

}  // namespace tidings::source
