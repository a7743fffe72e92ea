// Which column of a list means what: headers in, one reader's line out. Pure. Internal to import.cpp.
//
// Headers are compared without case, blanks and punctuation. Exports of services are known by headers that only they
// have; for all others the usual names of each column are tried.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/mail_address.hpp"
#include "base/result.hpp"
#include "subscriber/csv.hpp"
#include "subscriber/import.hpp"
#include "subscriber/subscriber.hpp"
#include "subscriber/suppression.hpp"

namespace tidings::subscriber {

/// What a line says about its address: a state of the subscription, or why it must not be mailed at all.
using LineStatus = std::variant<SubscriptionState, SuppressionCause>;

/// The words of status columns, ours and those of other services. An engaged word without a meaning ("enabled") is
/// `known` without a status: the line counts as one without.
struct StatusWord {
  bool known = false;
  std::optional<LineStatus> status{};
};
[[nodiscard]] StatusWord read_status(std::string_view word);

/// How bounced and the like are written in our files.
[[nodiscard]] std::string_view status_word(SuppressionCause cause);

enum class DateOrder { year_first, month_first };

/// RFC 3339; also with a blank for T, without seconds, without a zone (then UTC), with "+0000 UTC" or the like behind, or the
/// date alone. `month_first` reads 06/17/2009 09:52 and 6/17/2009 9:52 AM besides. Fractions count in RFC 3339 only.
[[nodiscard]] Result<UtcTime> read_date(std::string_view text, DateOrder order = DateOrder::year_first);

/// One line, understood. Empty digests: those of the options.
struct ImportLine {
  MailAddress address{};
  std::string name{};
  std::string language{};
  std::vector<std::string> digests{};
  std::vector<std::string> topics{};
  std::optional<LineStatus> status{};
  std::optional<UtcTime> confirmed{};
};

class ColumnMap {
 public:
  /// From a header line. Errc::bad_data without an email column, or where `map` names a header that is not there;
  /// Errc::usage where it names a column that is none of ours.
  [[nodiscard]] static Result<ColumnMap> read(const CsvRecord& header,
                                              std::span<const std::pair<std::string, std::string>> map);
  /// For a file that is nothing but addresses, one a line, without a header.
  [[nodiscard]] static ColumnMap addresses_only();

  [[nodiscard]] const std::string& format() const { return format_; }
  [[nodiscard]] std::vector<ColumnChoice> choices() const;
  [[nodiscard]] std::size_t width() const { return headers_.size(); }
  [[nodiscard]] const std::vector<std::string>& headers() const { return headers_; }

  /// Errc::bad_data gives the reason to reject the line.
  [[nodiscard]] Result<ImportLine> understand(const CsvRecord& record) const;

 private:
  /// A flag column that decides the status: the first rule that applies does.
  struct Rule {
    std::size_t column = 0;
    enum class When { yes, no, filled } when = When::yes;
    std::string_view word{};
  };

  [[nodiscard]] std::string_view field(const CsvRecord& record, std::optional<std::size_t> column) const;
  [[nodiscard]] Result<std::optional<LineStatus>> status_of(const CsvRecord& record) const;
  void recognise(std::span<const std::string> keys);
  void guess(std::span<const std::string> keys);
  void divide_name(std::span<const std::string> keys);

  std::string format_ = "csv";
  std::vector<std::string> headers_;
  std::optional<std::size_t> email_, name_, first_name_, last_name_, language_, digests_, topics_, status_, confirmed_at_;
  std::vector<Rule> rules_;
  DateOrder dates_ = DateOrder::year_first;
  std::string_view otherwise_;  ///< the status word where neither column nor rule says any
};

}  // namespace tidings::subscriber
