// What mail systems say when they refuse the sender rather than a mailbox or a message: one table, with the
// system whose words they are. Relays say it in the dialogue (delivery/), hosts further on in reports
// (bounce/). Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tidings {

/// What of ours is refused.
enum class RefusedPart {
  login,       ///< no login, or not this one
  account,     ///< suspended, unverified, not paid
  quota,       ///< what the account may send is used up
  relaying,    ///< this host does not relay for us
  sender,      ///< our From, MAIL FROM, HELO or DNS
  reputation,  ///< lists of hosts, spam
  policy,      ///< a rule of the host against us
};
[[nodiscard]] std::string_view name_of(RefusedPart part);

/// Phrases of one part: lower case; '*' stands for up to 100 bytes.
[[nodiscard]] std::span<const std::string_view> refusal_phrases(RefusedPart part);

/// The part of ours that a reply refuses; nothing if no known phrase occurs. `text` in any case and with any
/// blanks; host names, links and addresses in it do not count.
[[nodiscard]] std::optional<RefusedPart> refused_part(std::string_view text);

/// True where one answer is enough: a login or a quota is the same for every recipient. The others may be one
/// recipient's rule.
[[nodiscard]] bool concerns_everybody(RefusedPart part);

/// The host wants this mailbox to be tried again later (greylisting). Said of one recipient, whatever its
/// status says.
[[nodiscard]] bool is_greylisting(std::string_view text);

/// The reply with addresses, host names, numbers and queue ids taken out: equal for equal reasons.
[[nodiscard]] std::string refusal_key(std::string_view text);

/// Contains the pattern; '*' stands for up to 100 bytes. Both in lower case.
[[nodiscard]] bool contains_pattern(std::string_view text, std::string_view pattern);

}  // namespace tidings
