// Export of the list: CSV that import reads back without loss, and JSON lines. Streaming, in id order.
//
// CSV has the columns of import.hpp and of own fields. A subscriber has one line for each different (status,
// confirmed_at, left_at, paused_until) among their subscriptions, and one more with bounced, soft_bounced,
// complained or blocked if suppressed. Without the erased. JSON has one object per line and subscriber:
// {"address","name","language","topics":[],"fields":{},"created_at","subscriptions":
// [{"digest","status","since","confirmed_at","paused_until","answer_by"}],"suppressed":{"cause","at","detail"}
// or null}.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/mail_address.hpp"
#include "base/result.hpp"
#include "store/database.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::subscriber {

enum class ExportFormat { csv, json_lines };

struct ExportOptions {
  ExportFormat format = ExportFormat::csv;
  std::vector<std::string> fields{};  ///< names of own fields: the last columns of CSV
};

/// Receives pieces of the file in order.
using ExportSink = std::function<Result<void>(std::string_view)>;

/// Returns the number of subscribers written. An error of `sink` ends the export and is returned. With a
/// state or digest in the filter, CSV has only a subscriber's matching subscriptions; without any filter,
/// suppressed addresses without a subscriber come last and are not counted.
[[nodiscard]] Result<std::int64_t> export_subscribers(store::Database& database, const Clock& clock,
                                                      const SubscriberFilter& filter,
                                                      const ExportOptions& options, const ExportSink& sink);

/// Everything this room knows about one person, as one JSON object over several lines: the subscriber as
/// above and "consents". Also for an address that is only suppressed. Errc::no_input if nothing is known.
[[nodiscard]] Result<std::string> export_one(store::Database& database, const Clock& clock,
                                             const MailAddress& address);

}  // namespace tidings::subscriber
