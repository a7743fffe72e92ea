// One mail in, one report out: structure first (RFC 3464, RFC 5965, X-Failed-Recipients), then words
// (heuristics.hpp). Pure.
//
// Errc::bad_data if the mail is not a report: ordinary mail, out-of-office, challenges, receipts. The result
// is untrusted: whoever can write to the address can write a report; returns/intake.hpp decides what it may
// change.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "bounce/mime_reader.hpp"
#include "bounce/report.hpp"

namespace tidings::bounce {

[[nodiscard]] Result<Report> parse_report(std::string_view bytes);
[[nodiscard]] Result<Report> parse_report(const Mail& mail);

}  // namespace tidings::bounce
