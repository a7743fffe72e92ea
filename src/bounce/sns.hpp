// Notifications of Amazon SES as JSON, in a mail from SNS or in a webhook message. Pure.
//
// Field names: docs.aws.amazon.com/ses, "Amazon SNS notification contents". This does not prove the origin.
#pragma once

#include <optional>
#include <string_view>

#include "bounce/report.hpp"

namespace tidings::bounce {

/// Nothing if the text is not a bounce or complaint notification. Reads the envelope of SNS ("Message") and
/// the bare object.
[[nodiscard]] std::optional<Report> read_sns(std::string_view text);

}  // namespace tidings::bounce
