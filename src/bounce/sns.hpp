// Notifications of Amazon SES as JSON: in a mail that SNS sent, or the message of a webhook. Pure.
//
// Field names: docs.aws.amazon.com/ses, "Amazon SNS notification contents". Nothing here is proof of origin.
#pragma once

#include <optional>
#include <string_view>

#include "bounce/report.hpp"

namespace tidings::bounce {

/// Nothing where the text is no bounce or complaint notification. Reads the envelope of SNS ("Message") and
/// the bare object.
[[nodiscard]] std::optional<Report> read_sns(std::string_view text);

}  // namespace tidings::bounce
