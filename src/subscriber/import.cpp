#include "subscriber/import.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <unordered_set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "store/bulk.hpp"
#include "subscriber/import_columns.hpp"
#include "subscriber/notice_table.hpp"
#include "subscriber/read_ahead.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::subscriber {
namespace {

constexpr std::int64_t progress_every = 10'000;
constexpr std::int64_t memory_bytes = std::int64_t{32} << 20;
// Bulk mode rebuilds the indexes of the whole list: 3.5 s per million subscribers, old or new. Inserting one
// address costs 10 us. So it starts once that cost has been reached, and never for a few lines.
constexpr std::int64_t fewest_for_bulk = 5000;

/// Rejected lines as CSV: number, reason, then the line's own fields under their own headers, to be corrected
/// and imported.
class RejectFile {
 public:
  RejectFile(std::filesystem::path path, std::vector<std::string> headers)
      : path_(std::move(path)), headers_(std::move(headers)) {}

  Result<void> add(const CsvRecord& record, const std::string& reason) {
    if (path_.empty()) return {};
    std::string out;
    if (!file_.is_open()) {
      file_.open(path_, std::ios::binary | std::ios::trunc);
      if (!file_) {
        return fail(Errc::cannot_create, fmt::format("cannot make {}", path_.string()),
                    "check that the folder exists and is writable");
      }
      write(out, "line", "reason", headers_);
    }
    std::vector<std::string> fields;
    // Invalid UTF-8 is kept: cleaned, the file would pass next time, with garbled names.
    for (const auto& field : record.fields) {
      const auto bare = unguard_formula(field);
      fields.push_back(record.valid_utf8 ? clean_utf8(bare) : std::string{bare});
    }
    write(out, std::to_string(record.line), reason, fields);
    file_ << out;
    return {};
  }

  Result<void> finish() {
    if (!file_.is_open()) return {};
    file_.close();
    if (!file_) return fail(Errc::io, fmt::format("cannot write {}", path_.string()));
    return {};
  }

 private:
  static void write(std::string& out, std::string_view line, std::string_view reason,
                    const std::vector<std::string>& rest) {
    std::vector<std::string_view> fields{line, reason};
    fields.insert(fields.end(), rest.begin(), rest.end());
    append_csv(out, fields);
  }

  std::filesystem::path path_;
  std::vector<std::string> headers_;
  std::ofstream file_;
};

class Import {
 public:
  Import(store::Database& database, const Clock& clock, CsvReader& reader, const ImportOptions& options)
      : database_(database),
        reader_(reader),
        options_(options),
        table_(database, clock),
        notices_(database, clock) {
    detail_ =
        options.detail.empty() ? "line " : std::string{collapse_blanks(clean_utf8(options.detail))} + ":";
  }

  Result<ImportReport> run() {
    TIDINGS_TRY(check_options());
    TIDINGS_TRY(store::limit_memory(database_, memory_bytes));
    CsvRecord record;
    TIDINGS_LET(const bool any, next_filled(reader_, record));
    if (!any) return fail(Errc::bad_data, fmt::format("{} is empty", reader_.name()));
    TIDINGS_LET(const bool has_header, read_header(record));
    TIDINGS_TRY(check_unused());
    TIDINGS_TRY(table_.begin_import());
    RejectFile rejects{options_.reject_file, columns_.headers()};
    TIDINGS_LET(auto first, database_.begin());
    std::optional<store::Transaction> transaction{std::move(first)};
    const bool in_batches = options_.batch > 0 && options_.dry_run == DryRun::no;
    ReadAhead lines{reader_, columns_, has_header ? std::nullopt : std::optional{std::move(record)}};
    for (;;) {
      TIDINGS_LET(auto* const line, lines.next());
      if (line == nullptr) break;
      if (options_.stopped && options_.stopped()) return fail(Errc::try_again, "stopped by a signal");
      if (report_.records % progress_every == progress_every - 1) tell_progress(lines.bytes_read());
      TIDINGS_TRY(take(*transaction, *line, rejects));
      if (in_batches && report_.records % options_.batch == 0) {
        TIDINGS_TRY(table_.end_bulk());
        TIDINGS_TRY(transaction->commit());
        transaction.reset();
        if (options_.committed) options_.committed(report_.records);
        TIDINGS_LET(auto next, database_.begin());
        transaction.emplace(std::move(next));
        new_in_transaction_ = 0;
        bulk_from_ = 0;
      }
    }
    TIDINGS_TRY(rejects.finish());
    report_.encoding = reader_.encoding();
    report_.guessed_encoding = reader_.guessed_encoding();
    tell_progress(lines.bytes_read());
    if (options_.dry_run == DryRun::yes) {
      TIDINGS_TRY(table_.flush_bulk());  // what it says is part of the report
      transaction->rollback();
      return std::move(report_);
    }
    TIDINGS_TRY(table_.end_bulk());
    TIDINGS_TRY(transaction->commit());
    return std::move(report_);
  }

 private:
  Result<void> check_options() const {
    if (options_.digests.empty()) return fail(Errc::usage, "an import needs at least one digest");
    for (const auto& digest : options_.digests) TIDINGS_TRY(check_digest(digest));
    return {};
  }

  Result<void> check_digest(const std::string& digest) const {
    if (std::ranges::find(options_.known_digests, digest) != options_.known_digests.end()) return {};
    return fail(Errc::bad_data, fmt::format("there is no digest \"{}\"", truncate_utf8(digest, 60)),
                did_you_mean(digest, options_.known_digests));
  }

  /// False if the record is not a header but already the first line.
  Result<bool> read_header(const CsvRecord& record) {
    if (options_.map.empty() && record.fields.size() == 1 && parse_mail_address(trim(record.fields[0]))) {
      columns_ = ColumnMap::addresses_only();
    } else {
      ColumnOptions options{.map = options_.map, .ignored = options_.ignored};
      for (const auto& field : options_.fields) options.fields.push_back(field.name);
      auto columns = ColumnMap::read(record, options);
      if (!columns) {
        auto error = std::move(columns).error();
        error.what = fmt::format("{}:{}: {}", reader_.name(), record.line, error.what);
        if (const auto header_line = find_header_below(options)) {
          error.hint =
              fmt::format("line {} looks like the header: delete what stands above it", *header_line);
        }
        return tl::unexpected<Error>{std::move(error)};
      }
      columns_ = *std::move(columns);
    }
    report_.format = columns_.format();
    report_.columns = columns_.choices();
    report_.unused = columns_.unused();
    report_.encoding = reader_.encoding();
    return columns_.format() != "addresses";
  }

  /// Excel's lists often have a title above the header. The line of the header among the next few, if any.
  std::optional<std::int64_t> find_header_below(const ColumnOptions& options) {
    CsvRecord record;
    for (int i = 0; i < 5; ++i) {
      const auto any = next_filled(reader_, record);
      if (!any || !*any) return std::nullopt;
      if (ColumnMap::read(record, options)) return record.line;
    }
    return std::nullopt;
  }

  /// Nobody is confirmed on the caller's word if an unused column may say that they left.
  [[nodiscard]] tl::unexpected<Error> not_confirmed(const std::string& header, std::string_view why,
                                                    std::int64_t line) const {
    return fail(
        Errc::bad_data,
        fmt::format("{}:{}: the column \"{}\" is not used and {}; --confirmed might mail people who left",
                    reader_.name(), line, header, why),
        fmt::format("use --map status=\"{0}\" if it says who left or when, else --ignore-column \"{0}\"",
                    header));
  }

  Result<void> check_unused() const {
    if (options_.state != SubscriptionState::confirmed) return {};
    for (const auto& column : report_.unused) {
      if (column.is_suspect) return not_confirmed(column.header, "sounds like a status or consent", 1);
    }
    return {};
  }

  Result<void> check_alarm(const ReadLine& read) {
    if (!read.line || !read.line->alarm) return {};
    const auto column = *read.line->alarm;
    const auto& header = columns_.headers()[column];
    const auto says =
        fmt::format("says \"{}\"", truncate_utf8(clean_utf8(trim(read.record.fields[column])), 40));
    if (options_.state == SubscriptionState::confirmed) return not_confirmed(header, says, read.record.line);
    if (std::ranges::find(alarmed_, column) != alarmed_.end()) return {};
    alarmed_.push_back(column);
    warn(read.record.line, fmt::format("the column \"{}\" is not used and {}", header, says));
    return {};
  }

  void warn(std::int64_t line, std::string reason) {
    ++report_.warned;
    if (report_.warnings.size() < max_reported)
      report_.warnings.push_back({.line = line, .reason = std::move(reason)});
  }

  Result<void> take(const store::Transaction& open, ReadLine& read, RejectFile& rejects) {
    TIDINGS_TRY(check_alarm(read));
    ++report_.records;
    auto good = read.line ? check_names(*read.line) : tl::unexpected<Error>{read.line.error()};
    if (good) {
      // An invalid row of ours, which table_ detects before it writes, concerns only this line.
      auto stored = store_line(open, read);
      if (stored || stored.error().code != Errc::bad_data) return stored;
      good = tl::unexpected<Error>{std::move(stored).error()};
    }
    const auto& record = read.record;
    const auto reason = good.error().line();
    ++report_.rejected;
    if (report_.rejected_lines.size() < max_reported)
      report_.rejected_lines.push_back({.line = record.line, .reason = reason});
    return rejects.add(record, reason);
  }

  /// Digests, topics and fields in the configuration's spelling.
  Result<void> check_names(ImportLine& line) const {
    for (auto& digest : line.digests) {
      if (const auto known = known_name(digest, options_.known_digests)) digest = *known;
      TIDINGS_TRY(check_digest(digest));
    }
    TIDINGS_LET(line.fields, check_fields(line.fields, options_.fields));
    if (options_.known_topics.empty()) return {};
    for (auto& topic : line.topics) {
      TIDINGS_LET(topic, check_known_topic(topic, options_.known_topics));
    }
    return {};
  }

  Result<void> store_line(const store::Transaction& open, ReadLine& read) {
    auto& line = *read.line;
    auto detail = detail_;
    append_number(detail, read.record.line);
    if (!line.kept.empty()) detail += "; " + line.kept;
    if (line.status && std::holds_alternative<SuppressionCause>(*line.status)) {
      const SuppressionTarget target{.key = line.domain.empty() ? line.address.key() : line.domain};
      TIDINGS_LET(
          const bool fresh,
          table_.suppressions().add(target, std::get<SuppressionCause>(*line.status), "import " + detail));
      ++(fresh ? report_.suppressed : report_.unchanged);
      return {};
    }
    if (options_.leaves_out && options_.leaves_out(line.address)) {
      ++report_.unchanged;
      return {};
    }
    const auto state = line.status ? std::get<SubscriptionState>(*line.status) : options_.state;
    const auto address = options_.stored ? line.address : MailAddress{};
    TIDINGS_LET(const auto result,
                table_.add(open, {.address = std::move(line.address),
                                  .name = std::move(line.name),
                                  .language = std::move(line.language),
                                  .timezone = std::move(line.timezone),
                                  .topics = std::move(line.topics),
                                  .fields = std::move(line.fields),
                                  .digests = line.digests.empty() ? options_.digests : line.digests,
                                  .state = state,
                                  .confirmed = line.confirmed,
                                  .left = line.left,
                                  .paused_until = line.paused_until,
                                  .origin = Origin::import,
                                  .detail = std::move(detail)}));
    count(result, state);
    if (options_.stored) TIDINGS_TRY(options_.stored(address, result));
    if (!result.pending.empty()) count_pending(result);
    if (options_.ask == AskReaders::yes && !result.pending.empty()) {
      TIDINGS_TRY(table_.flush_bulk());
      TIDINGS_LET(const bool queued, notices_.add(result.id, NoticeKind::confirm, result.pending));
      report_.asked += queued ? 1 : 0;
    }
    if (!result.created) return {};
    if (read.advice) {
      warn(read.record.line, *read.advice);
    }
    return begin_bulk_where_it_pays(open);
  }

  Result<void> begin_bulk_where_it_pays(const store::Transaction& open) {
    ++new_in_transaction_;
    if (new_in_transaction_ == fewest_for_bulk) {
      auto query = database_.prepare("SELECT count(*) FROM subscribers");
      TIDINGS_LET([[maybe_unused]] const bool row, query.step());
      bulk_from_ = std::max(fewest_for_bulk, query.integer(0) / 2);
    }
    return new_in_transaction_ == bulk_from_ ? table_.begin_bulk(open) : Result<void>{};
  }

  void count(const AddResult& result, SubscriptionState state) {
    switch (result.outcome) {
      case AddOutcome::added:
      case AddOutcome::resubscribed_pending: ++(result.created ? report_.added : report_.updated); break;
      case AddOutcome::already_there: ++report_.unchanged; break;
      case AddOutcome::left:
        ++(state == SubscriptionState::withdrawn ? report_.withdrawn : report_.skipped_left);
        break;
      case AddOutcome::suppressed: ++report_.skipped_suppressed; break;
    }
  }

  /// Each once, however many lines they have. Ids grow, so subscribers added by this import are known by
  /// theirs.
  void count_pending(const AddResult& result) {
    if (result.created && !first_created_) first_created_ = result.id;
    const bool was_added_here = first_created_ && !(result.id < first_created_);
    const bool is_new = was_added_here ? result.created : waiting_before_.insert(result.id).second;
    report_.pending += is_new ? 1 : 0;
  }

  void tell_progress(std::int64_t bytes_read) const {
    if (options_.progress) options_.progress({.records = report_.records, .bytes = bytes_read});
  }

  store::Database& database_;
  CsvReader& reader_;
  const ImportOptions& options_;
  SubscriberTable table_;
  NoticeTable notices_;
  ColumnMap columns_ = ColumnMap::addresses_only();
  ImportReport report_;
  std::string detail_;  // for the consent log, up to the line's number
  std::int64_t new_in_transaction_ = 0;
  std::vector<std::size_t> alarmed_;                 // columns already warned about
  SubscriberId first_created_{};                     // of those who wait for a confirmation
  std::unordered_set<SubscriberId> waiting_before_;  // counted among the pending
  std::int64_t bulk_from_ = 0;                       // number of new subscribers; 0: not known yet
};

}  // namespace

Result<ImportReport> import_csv(store::Database& database, const Clock& clock, CsvReader& reader,
                                const ImportOptions& options) {
  return Import{database, clock, reader, options}.run();
}

}  // namespace tidings::subscriber
