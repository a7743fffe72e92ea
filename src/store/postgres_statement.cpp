#include "store/postgres_statement.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/check.hpp"

namespace tidings::store {
namespace {

// From PostgreSQL's catalog/pg_type.dat; they never change.
constexpr Oid type_bool = 16;
constexpr Oid type_bytea = 17;
constexpr Oid type_int8 = 20;
constexpr Oid type_text = 25;
constexpr Oid type_text_array = 1009;
constexpr Oid type_int8_array = 1016;

constexpr int portion = 2000;

/// Errors of the statement's own words. A missing table is none: a server's schema may be dropped meanwhile.
bool is_bug(const PGresult* result) {
  const char* const field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view state = field == nullptr ? "" : field;
  return state == "42601" || state == "42883" || state == "42804" || state == "42P18" || state == "42702" ||
         state == "42703";
}

void append_element(std::string& array, const Lookup::Value& value) {
  if (array.size() > 1) array += ',';
  if (const auto* const number = std::get_if<std::int64_t>(&value)) {
    array += std::to_string(*number);
  } else if (const auto* const text = std::get_if<std::string_view>(&value)) {
    array += '"';
    for (const char c : text_for_postgres(*text)) {
      if (c == '"' || c == '\\') array += '\\';
      array += c;
    }
    array += '"';
  } else {
    array += "NULL";
  }
}

int hex_digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

}  // namespace

PostgresPrepared::PostgresPrepared(Postgres& driver, std::string_view sql)
    : driver_(driver), sql_(statement_for_postgres(sql)), is_select_(sql_.sql.starts_with("SELECT")) {
  values_.resize(sql_.names.size());
  types_.resize(sql_.names.size());
}

PostgresPrepared::~PostgresPrepared() { reset(); }

int PostgresPrepared::place_of(const char* name) const {
  const auto found = std::ranges::find(sql_.names, std::string_view{name});
  return found == sql_.names.end() ? 0 : static_cast<int>(found - sql_.names.begin()) + 1;
}

bool PostgresPrepared::set(int place, Oid type, Value value) {
  if (place < 1 || static_cast<std::size_t>(place) > values_.size()) return false;
  const auto index = static_cast<std::size_t>(place - 1);
  if (types_[index] != type && !(value.is_null && types_[index] != 0)) {
    types_[index] = type;
    name_.clear();
  }
  values_[index] = std::move(value);
  return true;
}

bool PostgresPrepared::bind(int place, std::int64_t value) {
  return set(place, type_int8, {.is_null = false, .bytes = std::to_string(value)});
}

bool PostgresPrepared::bind_text(int place, std::string_view text, Bytes /*bytes*/) {
  return set(place, type_text, {.is_null = false, .bytes = text_for_postgres(text)});
}

bool PostgresPrepared::bind_blob(int place, std::string_view bytes) {
  return set(place, type_bytea, {.is_null = false, .is_binary = true, .bytes = std::string{bytes}});
}

bool PostgresPrepared::bind_null(int place, Null kind) {
  return set(place, kind == Null::text ? type_text : type_int8, {});
}

bool PostgresPrepared::bind_lookup(int place, Lookup& rows) {
  if (static_cast<std::size_t>(place) != sql_.lookup_place) return false;
  lookup_ = &rows;
  const auto keys = rows.keys();
  std::string array = "{";
  for (const auto key : keys) append_element(array, key);
  if (!set(place, type_int8_array, {.is_null = false, .bytes = array + "}"})) return false;
  for (std::size_t column = 0; column < sql_.lookup_columns; ++column) {
    array = "{";
    for (const auto key : keys) append_element(array, rows.value(key, static_cast<int>(column)));
    const bool is_text = rows.columns()[column] == Lookup::Type::text;
    if (!set(place + static_cast<int>(column) + 1, is_text ? type_text_array : type_int8_array,
             {.is_null = false, .bytes = array + "}"})) {
      return false;
    }
  }
  return true;
}

Result<bool> PostgresPrepared::step() {
  if (!is_running_) {
    TIDINGS_TRY(start());
    is_running_ = true;
    row_ = -1;
  }
  if (++row_ < PQntuples(result_.get())) return true;
  if (!cursor_.empty() && PQntuples(result_.get()) == portion) {
    TIDINGS_TRY(fetch());
    row_ = 0;
    if (PQntuples(result_.get()) > 0) return true;
  }
  reset();
  return false;
}

Result<void> PostgresPrepared::start() {
  auto ready = in_portions_ ? Result<void>{} : make_ready();
  if (ready && in_portions_) return open_cursor();
  if (ready) result_ = run_once();
  const bool may_repeat = is_select_ || !ready || driver_.begin_waits_;  // nothing has been changed by it
  if ((!ready || PQresultStatus(result_.get()) == PGRES_FATAL_ERROR) && is_cut(driver_.connection_.get()) &&
      !driver_.has_begun() && may_repeat) {
    TIDINGS_TRY(driver_.reconnect());
    TIDINGS_TRY(make_ready());
    result_ = run_once();
  } else if (!ready) {
    return ready;
  }
  const auto status = PQresultStatus(result_.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    auto failure = driver_.error(result_.get());
    reset();
    return failure;
  }
  driver_.note_changes(result_.get());
  if (lookup_ != nullptr) {
    for (int row = 0; row < PQntuples(result_.get()); ++row) {
      row_ = row;
      lookup_->used(integer(0));
    }
    result_.reset(PQmakeEmptyPGresult(driver_.connection_.get(), PGRES_TUPLES_OK));
  }
  return {};
}

/// Prepares it unless it is, in this session and for these types.
Result<void> PostgresPrepared::make_ready() {
  TIDINGS_TRY(driver_.has_begun() ? Result<bool>{false} : driver_.reconnect());
  if (!name_.empty() && session_ == driver_.session_) return {};
  name_ = fmt::format("s{}", ++driver_.names_);
  const PostgresResult prepared{PQprepare(driver_.connection_.get(), name_.c_str(), sql_.sql.c_str(),
                                          static_cast<int>(types_.size()), types_.data())};
  if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) {
    name_.clear();
    if (is_bug(prepared.get())) {
      std::fprintf(stderr, "tidings: %s in: %s\n", PQerrorMessage(driver_.connection_.get()),
                   sql_.sql.c_str());
      TIDINGS_CHECK(false && "SQL");
    }
    return driver_.error(prepared.get());
  }
  session_ = driver_.session_;
  return {};
}

PostgresResult PostgresPrepared::run_once() {
  std::vector<const char*> data;
  std::vector<int> lengths;
  std::vector<int> formats;
  for (const auto& value : values_) {
    data.push_back(value.is_null ? nullptr : value.bytes.data());
    lengths.push_back(static_cast<int>(value.bytes.size()));
    formats.push_back(value.is_binary ? 1 : 0);
  }
  const int count = static_cast<int>(values_.size());
  auto* const connection = driver_.connection_.get();
  if (cursor_.empty() && driver_.begin_waits_) {
    if (PQenterPipelineMode(connection) == 1 &&
        PQsendQueryParams(connection, "BEGIN", 0, nullptr, nullptr, nullptr, nullptr, 0) == 1 &&
        PQsendQueryParams(connection, Postgres::let_go, 0, nullptr, nullptr, nullptr, nullptr, 0) == 1 &&
        PQsendQueryPrepared(connection, name_.c_str(), count, data.data(), lengths.data(), formats.data(),
                            0) == 1) {
      PQpipelineSync(connection);
    }
    return last_of_pipeline();
  }
  if (cursor_.empty()) {
    return PostgresResult{
        PQexecPrepared(connection, name_.c_str(), count, data.data(), lengths.data(), formats.data(), 0)};
  }
  // A cursor that outlives its transaction is written to the server's disk first.
  const auto sql = fmt::format("DECLARE {} NO SCROLL CURSOR {} FOR {}", cursor_,
                               driver_.in_transaction_ ? "" : "WITH HOLD", sql_.sql);
  return PostgresResult{PQexecParams(driver_.connection_.get(), sql.c_str(), count, types_.data(),
                                     data.data(), lengths.data(), formats.data(), 0)};
}

/// The statement's own result, or that of a BEGIN that failed. The transaction has begun unless that did.
PostgresResult PostgresPrepared::last_of_pipeline() {
  // A NULL follows each command; on a connection that was lost nothing else comes.
  constexpr int most_nulls = 6;
  auto* const connection = driver_.connection_.get();
  PostgresResult last;
  for (int nulls = 0; nulls < most_nulls;) {
    PostgresResult next{PQgetResult(connection)};
    const auto status = PQresultStatus(next.get());
    if (!next) ++nulls;
    if (status == PGRES_PIPELINE_SYNC) break;
    if (next && status != PGRES_PIPELINE_ABORTED) last = std::move(next);
  }
  PQexitPipelineMode(connection);
  if (PQtransactionStatus(connection) == PQTRANS_INTRANS ||
      PQtransactionStatus(connection) == PQTRANS_INERROR) {
    driver_.begin_waits_ = false;
    ++driver_.transactions_;
  }
  return last;
}

Result<void> PostgresPrepared::open_cursor() {
  TIDINGS_TRY(driver_.begin_now());
  TIDINGS_TRY(driver_.in_transaction_ ? Result<bool>{false} : driver_.reconnect());
  cursor_ = fmt::format("c{}", ++driver_.names_);
  cursor_transaction_ = driver_.current_transaction();
  result_ = run_once();
  if (PQresultStatus(result_.get()) != PGRES_COMMAND_OK) {
    cursor_.clear();
    return driver_.error(result_.get());
  }
  return fetch();
}

Result<void> PostgresPrepared::fetch() {
  const auto sql = fmt::format("FETCH {} FROM {}", portion, cursor_);
  result_.reset(PQexec(driver_.connection_.get(), sql.c_str()));
  if (PQresultStatus(result_.get()) == PGRES_TUPLES_OK) return {};
  auto failure = driver_.error(result_.get());
  reset();
  return failure;
}

void PostgresPrepared::reset() noexcept {
  // With its transaction it went by itself; in a failed one nothing can be said.
  const bool is_there = cursor_transaction_ == 0 || cursor_transaction_ == driver_.current_transaction();
  if (!cursor_.empty() && is_there && PQtransactionStatus(driver_.connection_.get()) != PQTRANS_INERROR) {
    const auto sql = "CLOSE " + cursor_;
    const PostgresResult ignored{PQexec(driver_.connection_.get(), sql.c_str())};
  }
  cursor_.clear();
  result_.reset();
  is_running_ = false;
}

void PostgresPrepared::clear() noexcept {
  reset();
  in_portions_ = false;
  lookup_ = nullptr;
  for (auto& value : values_) value = Value{};
}

std::int64_t PostgresPrepared::integer(int column) const {
  if (is_null(column)) return 0;
  const auto text = view(column);
  if (PQftype(result_.get(), column) == type_bool) return text == "t" ? 1 : 0;
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string_view PostgresPrepared::view(int column) const {
  return {PQgetvalue(result_.get(), row_, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
}

std::string PostgresPrepared::blob(int column) const {
  const auto text = view(column);
  if (PQftype(result_.get(), column) != type_bytea || !text.starts_with("\\x")) return std::string{text};
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t at = 2; at + 1 < text.size(); at += 2)
    bytes += static_cast<char>(hex_digit(text[at]) * 16 + hex_digit(text[at + 1]));
  return bytes;
}

bool PostgresPrepared::is_null(int column) const { return PQgetisnull(result_.get(), row_, column) != 0; }

}  // namespace tidings::store
