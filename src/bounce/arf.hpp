// Feedback reports: message/feedback-report (RFC 5965), and the older forms of Hotmail. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bounce/mime_reader.hpp"

namespace tidings::bounce {

struct Feedback {
  std::string type{};  ///< Feedback-Type, lower case
  std::string user_agent{};
  std::vector<std::string> addresses{};  ///< who complained, if stated; without redacted ones
};

/// Nothing if the mail is not a feedback report.
[[nodiscard]] std::optional<Feedback> read_feedback(const Mail& mail);

}  // namespace tidings::bounce
