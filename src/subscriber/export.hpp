// Export of the list: CSV that import takes back without loss, and JSON lines. Streaming, in id order.
//
// CSV has the columns of import.hpp. A subscriber has one line for each different (status, confirmed_at,
// left_at) among their subscriptions, and one more with bounced, soft_bounced, complained or blocked if
// suppressed. The erased are gone. JSON has one object a subscriber and line:
// {"email","name","language","topics":[],"created_at","subscriptions":
// [{"digest","status","since","confirmed_at"}],"suppressed":{"cause","at","detail"} or null}.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/mail_address.hpp"
#include "base/result.hpp"
#include "store/database.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::subscriber {

enum class ExportFormat { csv, json_lines };

/// Takes pieces of the file as they come.
using ExportSink = std::function<Result<void>(std::string_view)>;

/// Returns the subscribers written. An error of `sink` ends it and is returned. With a state or digest in the
/// filter only the matching subscriptions of a subscriber are written to CSV; without any filter, suppressed
/// addresses that no subscriber has follow the subscribers and are not counted.
[[nodiscard]] Result<std::int64_t> export_subscribers(store::Database& database, const Clock& clock,
                                                      const SubscriberFilter& filter, ExportFormat format,
                                                      const ExportSink& sink);

/// All that this room knows of one person, as one JSON object over several lines: the subscriber as above and
/// "consents". An answer also for an address that is suppressed only. Errc::no_input if nothing is known.
[[nodiscard]] Result<std::string> export_one(store::Database& database, const Clock& clock,
                                             const MailAddress& address);

}  // namespace tidings::subscriber
