// The meaning of a list's columns: from headers to each line's contents. Pure. Internal to import.cpp.
//
// Headers are compared without case, blanks and punctuation. Exports of services are recognised by headers
// that only they have; otherwise each column's usual names are tried.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/mail_address.hpp"
#include "base/result.hpp"
#include "subscriber/csv.hpp"
#include "subscriber/import.hpp"
#include "subscriber/import_dates.hpp"
#include "subscriber/import_words.hpp"
#include "subscriber/subscriber.hpp"
#include "subscriber/suppression.hpp"

namespace tidings::subscriber {

/// One parsed line. Empty digests: those of the options.
struct ImportLine {
  MailAddress address{};
  std::string domain{};  ///< instead of the address, with a status that suppresses: "@bad.example" for
                         ///< everybody there
  std::string name{};
  std::string language{};
  std::string timezone{};
  std::vector<std::string> digests{};
  std::vector<std::string> topics{};
  Fields fields{};  ///< as written, without the empty ones
  std::optional<LineStatus> status{};
  std::optional<UtcTime> confirmed{};
  std::optional<UtcTime> left{};  ///< when they left, if the file says so
  std::optional<UtcTime> paused_until{};
  std::string kept{};  ///< IP and tags, for the consent log: "from 192.0.2.1; tags: boats"; may be empty
  std::optional<std::size_t>
      alarm{};  ///< an unused column in which this line says that they must not be mailed
};

/// What the caller says about columns, besides their headers.
struct ColumnOptions {
  std::vector<std::pair<std::string, std::string>>
      map{};                           ///< our column name, the file's header; an empty header: use none
  std::vector<std::string> ignored{};  ///< headers without a meaning
  std::vector<std::string> fields{};   ///< names of own fields, which are columns too
};

class ColumnMap {
 public:
  /// From a header line. Errc::bad_data without an email column, or if `options` name a header that does not
  /// exist; Errc::usage if they name an unknown column.
  [[nodiscard]] static Result<ColumnMap> read(const CsvRecord& header, const ColumnOptions& options);
  /// For a file of bare addresses, one per line, without a header.
  [[nodiscard]] static ColumnMap addresses_only();

  [[nodiscard]] const std::string& format() const { return format_; }
  [[nodiscard]] std::vector<ColumnChoice> choices() const;
  [[nodiscard]] std::size_t width() const { return headers_.size(); }
  [[nodiscard]] const std::vector<std::string>& headers() const { return headers_; }

  /// Columns that are not used, except those that the caller or the service's format calls meaningless.
  [[nodiscard]] std::vector<UnusedColumn> unused() const;

  /// Errc::bad_data gives the reason to reject the line.
  [[nodiscard]] Result<ImportLine> understand(const CsvRecord& record) const;

 private:
  /// A flag column that decides the status: the first matching rule counts.
  struct Rule {
    std::size_t column = 0;
    enum class When { yes, no, filled, given } when = When::yes;
    std::string_view word{};
  };

  [[nodiscard]] std::string_view field(const CsvRecord& record, std::optional<std::size_t> column) const;
  [[nodiscard]] Result<std::optional<LineStatus>> status_of(const CsvRecord& record) const;
  [[nodiscard]] Result<std::optional<LineStatus>> status_in(const CsvRecord& record,
                                                            std::size_t column) const;
  [[nodiscard]] std::optional<std::size_t>* slot_of(std::string_view column);
  [[nodiscard]] Result<std::size_t> find_header(std::span<const std::string> keys,
                                                std::string_view wanted) const;
  [[nodiscard]] Result<void> obey(std::span<const std::string> keys, const ColumnOptions& options);
  [[nodiscard]] Result<void> obey_map(std::span<const std::string> keys, const ColumnOptions& options);
  void find_fields(std::span<const std::string> keys, const ColumnOptions& options);
  [[nodiscard]] bool is_ours(std::size_t column);
  [[nodiscard]] Result<void> read_person(const CsvRecord& record, ImportLine& line) const;
  [[nodiscard]] Result<void> read_history(const CsvRecord& record, ImportLine& line) const;
  void recognise(std::span<const std::string> keys);
  void guess(std::span<const std::string> keys);
  void divide_name(std::span<const std::string> keys);
  [[nodiscard]] std::string_view first_filled(const CsvRecord& record, std::optional<std::size_t> column,
                                              std::span<const std::size_t> more) const;
  void find_unused(std::span<const std::string> keys);

  std::string format_ = "csv";
  std::vector<std::string> headers_;
  std::optional<std::size_t> email_, name_, first_name_, last_name_, language_, timezone_, digests_, topics_,
      status_, confirmed_at_, ip_, left_at_, tags_, paused_until_;
  std::vector<std::size_t> more_status_;                  ///< columns besides `status_`: the gravest counts
  std::vector<std::size_t> more_confirmed_at_, more_ip_;  ///< for a line in which the first one is empty
  std::vector<Rule> rules_;
  DateOrder dates_ = DateOrder::year_first;
  std::vector<std::pair<std::string, std::optional<std::size_t>>> fields_;  ///< own ones, by name
  std::vector<std::size_t> ignored_;
  std::vector<std::size_t> unused_;
  std::string_view harmless_;
  std::string_view otherwise_;  ///< the status if neither column nor rule gives one
};

}  // namespace tidings::subscriber
