// Delivery status notifications: the fields of message/delivery-status (RFC 3464), wherever they are. Pure.
//
// Real reports put them into text/plain or application/octet-stream, several recipients into one group, blank
// lines inside a group, bare addresses without a type. All of these are read; a group without an address is
// ignored.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidings::bounce {

/// One per-recipient group; values as written.
struct DsnRecipient {
  std::string final_recipient{};
  std::string original_recipient{};
  std::string actual_recipient{};  ///< X-Actual-Recipient of sendmail
  std::string action{};
  std::string status{};
  std::string diagnostic{};
};

struct Dsn {
  std::string reporting_mta{};
  std::string sender{};  ///< X-Postfix-Sender and the like
  std::vector<DsnRecipient> recipients{};
};

/// Whether it looks like per-recipient fields: a recipient field and an action or status.
[[nodiscard]] bool is_dsn_text(std::string_view text);

[[nodiscard]] Dsn read_dsn(std::string_view text);

}  // namespace tidings::bounce
