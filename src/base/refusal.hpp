// Phrases by which mail systems refuse the sender rather than a mailbox or a message, each with the systems
// that use it. Relays say them in the dialogue (delivery/), later hosts in reports (bounce/). Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tidings {

/// What a host refuses about us.
enum class RefusedPart {
  login,       ///< missing or wrong login
  account,     ///< suspended, unverified, not paid
  quota,       ///< the account's sending quota is used up
  relaying,    ///< this host does not relay for us
  sender,      ///< our From, MAIL FROM, HELO or DNS
  reputation,  ///< blocklists, spam
  policy,      ///< one of the host's rules, applied to us
};
[[nodiscard]] std::string_view name_of(RefusedPart part);

/// Phrases of one part: lower case; '*' stands for up to 100 bytes.
[[nodiscard]] std::span<const std::string_view> refusal_phrases(RefusedPart part);

/// What a reply refuses about us; nothing if it has no known phrase. Ignores case, extra blanks, and host
/// names, links and addresses in `text`.
[[nodiscard]] std::optional<RefusedPart> refused_part(std::string_view text);

/// Whether one answer is enough: a login or quota is the same for every recipient, the others may be one
/// recipient's rule.
[[nodiscard]] bool concerns_everybody(RefusedPart part);

/// Whether the host asks to try this mailbox again later (greylisting), whatever its status code.
[[nodiscard]] bool is_greylisting(std::string_view text);

/// The reply without addresses, host names, numbers and queue ids: equal for equal reasons.
[[nodiscard]] std::string refusal_key(std::string_view text);

/// Contains the pattern; '*' stands for up to 100 bytes. Both in lower case.
[[nodiscard]] bool contains_pattern(std::string_view text, std::string_view pattern);

}  // namespace tidings
