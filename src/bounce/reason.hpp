// Why a delivery failed, and whether the address is at fault: codes and words of a diagnostic in, reason, status and
// kind out. Pure.
//
// Words come before codes, because 550 5.7.1 is said of unknown users and 550 5.1.1 of blocked senders. Phrases that
// blame the message or the sender come before those that blame the address: what is in doubt is soft.
#pragma once

#include <string>
#include <string_view>

#include "bounce/report.hpp"

namespace tidings::bounce {

struct Judgement {
  Reason reason = Reason::unknown;
  std::string status{};  ///< d.d.d
  Kind kind = Kind::soft;

  bool operator==(const Judgement&) const = default;
};

struct Evidence {
  Action action = Action::failed;
  std::string status{};      ///< the Status field, "" if there is none
  std::string diagnostic{};  ///< what the receiving host said
  std::string around{};      ///< the rest of the notice; asked only where the diagnostic says nothing
};

[[nodiscard]] Judgement judge(const Evidence& evidence);

/// By words alone; Reason::unknown where none of the known phrases occurs.
[[nodiscard]] Reason reason_of_words(std::string_view text);

}  // namespace tidings::bounce
