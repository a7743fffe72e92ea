// One mail in, one report out: structure first (RFC 3464, RFC 5965, X-Failed-Recipients), then words
// (heuristics.hpp). Pure.
//
// Errc::bad_data where the mail is no report: ordinary mail, out-of-office, challenges, receipts. Nothing
// read here is to be trusted: whoever can write to the address can write a report; see match.hpp for what it
// may change.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "bounce/mime_reader.hpp"
#include "bounce/report.hpp"

namespace tidings::bounce {

[[nodiscard]] Result<Report> parse_report(std::string_view bytes);
[[nodiscard]] Result<Report> parse_report(const Mail& mail);

}  // namespace tidings::bounce
