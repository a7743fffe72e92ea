// Mails of any bytes: no crash, no hang, and a report keeps the promises of report.hpp.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "base/text.hpp"
#include "bounce/parse.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidings;
  using namespace tidings::bounce;
  const auto report = parse_report(std::string_view{reinterpret_cast<const char*>(data), size});
  if (!report) {
    TIDINGS_CHECK(report.error().code == Errc::bad_data);
    return 0;
  }
  TIDINGS_CHECK(report->complaint || !report->recipients.empty());
  for (const auto& each : report->recipients) {
    TIDINGS_CHECK(each.address.find('@') != std::string::npos);
    TIDINGS_CHECK(each.diagnostic.size() <= 500 && is_valid_utf8(each.diagnostic));
    TIDINGS_CHECK(each.kind == Kind::soft || each.action == Action::failed);
    TIDINGS_CHECK(report->complaint || each.status.size() >= 5);
    TIDINGS_CHECK(each.kind == Kind::soft || each.status.front() == '5');
  }
  return 0;
}
