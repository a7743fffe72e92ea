#include "store/database.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/check.hpp"
#include "base/file.hpp"
#include "store/copy.hpp"
#include "store/driver.hpp"
#include "store/migrations.hpp"
#include "store/postgres.hpp"
#include "store/sqlite.hpp"

namespace tidings::store {

// ---- Statement
// ----------------------------------------------------------------------------------------------------

Statement::Statement(Statement&& other) noexcept : prepared_(std::exchange(other.prepared_, nullptr)) {}

Statement::~Statement() {
  if (prepared_ == nullptr) return;
  prepared_->clear();
  prepared_->in_use = false;
}

int Statement::place_of(const char* name) const {
  const int place = prepared_->place_of(name);
  TIDINGS_CHECK(place > 0);
  return place;
}

Statement& Statement::bind(const char* name, std::int64_t value) {
  TIDINGS_CHECK(prepared_->bind(place_of(name), value));
  return *this;
}

Statement& Statement::bind(const char* name, std::string_view text) {
  TIDINGS_CHECK(prepared_->bind_text(place_of(name), text, Prepared::Bytes::copied));
  return *this;
}

Statement& Statement::bind_null(const char* name, Null kind) {
  TIDINGS_CHECK(prepared_->bind_null(place_of(name), kind));
  return *this;
}

Statement& Statement::bind_blob(const char* name, std::string_view bytes) {
  TIDINGS_CHECK(prepared_->bind_blob(place_of(name), bytes));
  return *this;
}

Statement& Statement::bind_lookup(const char* name, Lookup& rows) {
  TIDINGS_CHECK(prepared_->bind_lookup(place_of(name), rows));
  return *this;
}

Statement& Statement::bind_at(int place, std::int64_t value) {
  TIDINGS_CHECK(prepared_->bind(place, value));
  return *this;
}

Statement& Statement::bind_at(int place, std::string_view text) {
  TIDINGS_CHECK(prepared_->bind_text(place, text, Prepared::Bytes::borrowed));
  return *this;
}

Statement& Statement::bind_null_at(int place) {
  TIDINGS_CHECK(prepared_->bind_null(place, Null::integer));
  return *this;
}

Statement& Statement::in_portions() {
  prepared_->in_portions();
  return *this;
}

Result<bool> Statement::step() { return prepared_->step(); }

Result<void> Statement::run() {
  for (;;) {
    TIDINGS_LET(const bool row, prepared_->step());
    if (!row) break;
  }
  prepared_->reset();
  return {};
}

void Statement::reset() { prepared_->reset(); }

std::int64_t Statement::integer(int column) const { return prepared_->integer(column); }
std::string_view Statement::view(int column) const { return prepared_->view(column); }
std::string Statement::text(int column) const { return std::string{view(column)}; }
std::string Statement::blob(int column) const { return prepared_->blob(column); }
bool Statement::is_null(int column) const { return prepared_->is_null(column); }

UtcTime Statement::time(int column) const {
  constexpr std::int64_t first = -62'135'596'800'000;  // 0001-01-01
  constexpr std::int64_t last = 253'402'300'799'999;   // 9999-12-31
  return from_ms(std::clamp(integer(column), first, last));
}

std::optional<UtcTime> Statement::optional_time(int column) const {
  return is_null(column) ? std::nullopt : std::optional{time(column)};
}

std::optional<std::string> Statement::optional_text(int column) const {
  return is_null(column) ? std::nullopt : std::optional{text(column)};
}

// ---- Transaction
// --------------------------------------------------------------------------------------------------

Transaction::Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() { rollback(); }

void Transaction::rollback() noexcept {
  if (database_ != nullptr) std::exchange(database_, nullptr)->driver_->rollback();
}

Result<void> Transaction::commit() {
  TIDINGS_CHECK(database_ != nullptr);
  TIDINGS_TRY(database_->driver_->commit());
  database_ = nullptr;
  return {};
}

// ---- Database
// -----------------------------------------------------------------------------------------------------

Database::Database(std::unique_ptr<Driver> driver, Place place)
    : driver_(std::move(driver)), place_(std::move(place)) {}

// Transactions point to their database, so it is moved only before use.
Database::Database(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const Place& place, Create create) {
  if (place.server) {
    TIDINGS_LET(auto driver, Postgres::open(*place.server, create));
    if (!place.path.empty()) TIDINGS_TRY(make_folder(place.folder()));  // for what we write beside it
    return Database{std::move(driver), place};
  }
  TIDINGS_LET(auto driver, Sqlite::open(place.path, create));
  return Database{std::move(driver), place};
}

Result<Database> Database::open_read_only(const Place& place) {
  if (place.server) {
    TIDINGS_LET(auto driver, Postgres::open_read_only(*place.server));
    return Database{std::move(driver), place};
  }
  TIDINGS_LET(auto driver, Sqlite::open_read_only(place.path));
  return Database{std::move(driver), place};
}

Result<Database> Database::open_copy_in_memory(const Place& place) {
  if (place.server) {
    TIDINGS_LET(auto from, open_read_only(place));
    TIDINGS_LET(auto memory, open_in_memory());
    TIDINGS_TRY(copy_rows(from, memory, {.verify = Verify::no}));
    memory.place_.path = place.path;
    return memory;
  }
  TIDINGS_LET(auto driver, Sqlite::open_copy_in_memory(place.path));
  return Database{std::move(driver), place};
}

Result<Database> Database::open_in_memory() {
  TIDINGS_LET(auto driver, Sqlite::open_in_memory());
  return Database{std::move(driver), Place{}};
}

Result<bool> Database::exists(const Place& place) {
  if (place.server) return Postgres::exists(*place.server);
  std::error_code ignored;
  return std::filesystem::exists(place.path, ignored);
}

Statement Database::prepare(const char* sql) {
  auto& cached = cache_[sql];
  for (const auto& each : cached) {
    if (each->in_use) continue;
    each->in_use = true;
    return Statement{each.get()};
  }
  cached.push_back(driver_->prepare(sql));
  cached.back()->in_use = true;
  return Statement{cached.back().get()};
}

Result<Transaction> Database::begin() {
  TIDINGS_TRY(driver_->begin());
  return Transaction{this};
}

Result<Transaction> Database::begin_shared() {
  TIDINGS_TRY(driver_->begin_shared());
  return Transaction{this};
}

Result<Transaction> Database::begin_reading() {
  TIDINGS_TRY(driver_->begin_reading());
  return Transaction{this};
}

Result<void> Database::execute(const char* sql) { return driver_->execute(sql); }
Result<void> Database::set_sync(Sync sync) { return driver_->set_sync(sync); }
Result<void> Database::set_cache(std::int64_t bytes) { return driver_->set_cache(bytes); }
std::int64_t Database::changes() const { return driver_->changes(); }
std::int64_t Database::last_insert_id() const { return driver_->last_insert_id(); }
int Database::schema_version() const { return driver_->schema_version(); }
Result<void> Database::check() { return driver_->check(); }
Result<std::string> Database::quick_check() { return driver_->quick_check(); }
Result<void> Database::empty_log() { return driver_->empty_log(); }
Result<void> Database::without_references(const std::function<Result<void>()>& work) {
  TIDINGS_TRY(driver_->set_references(Driver::References::unchecked));
  auto done = work();
  TIDINGS_TRY(driver_->set_references(Driver::References::checked));
  return done;
}
Result<std::int64_t> Database::free_bytes() { return driver_->free_bytes(); }
Result<void> Database::give_back(const std::function<bool()>& enough) { return driver_->give_back(enough); }
Result<void> Database::rebuild() { return driver_->rebuild(); }

Result<bool> Database::holds_text(std::span<const std::string> texts) { return driver_->holds_text(texts); }

Result<void> Database::backup_to(const std::filesystem::path& target) { return driver_->backup_to(target); }

int newest_schema_version() { return initial_version + static_cast<int>(migrations().size()) - 1; }

}  // namespace tidings::store
