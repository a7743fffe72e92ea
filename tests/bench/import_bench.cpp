// How fast a list is imported, beside a bare insert of the same rows:  bench_import [LINES] [BATCH]
//
// With BATCH the import commits every so many lines. Afterwards the list is put into a database of schema 7,
// whose migration to the newest is timed. Each measurement runs in a process of its own, so that its peak
// memory is its own. The bare insert writes the very rows that the import leaves behind, table by table, with
// prepared statements in one transaction, into an empty database of the same schema on the same disk; reading
// them back from the imported file is not counted.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "store/database.hpp"
#include "store/migrations.hpp"
#include "subscriber/import.hpp"
#include "subscriber/subscriber_table.hpp"
#include "support/temp_folder.hpp"

using namespace tidings;

namespace {

struct Measured {
  double seconds = 0;
  double cpu_seconds = 0;  // user and system; steadier than the wall on a busy machine
  long peak_kib = 0;
};

/// Runs `work`, which returns its seconds, in a child process.
Measured in_child(const std::function<double()>& work) {
  int ends[2];
  if (::pipe(ends) != 0) std::abort();
  const pid_t child = ::fork();
  if (child == 0) {
    const double seconds = work();
    const bool written = ::write(ends[1], &seconds, sizeof seconds) == sizeof seconds;
    ::_exit(written ? 0 : 1);
  }
  Measured measured;
  if (::read(ends[0], &measured.seconds, sizeof measured.seconds) != sizeof measured.seconds) std::abort();
  rusage usage{};
  int status = 0;
  ::wait4(child, &status, 0, &usage);
  const auto seconds = [](timeval t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  measured.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  measured.peak_kib = usage.ru_maxrss;
  ::close(ends[0]);
  ::close(ends[1]);
  return measured;
}

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void write_list(const std::filesystem::path& path, long lines) {
  std::ofstream file{path};
  file << "email,name,language,digests,topics,status,confirmed_at\n";
  for (long i = 0; i < lines; ++i) {
    // Scattered, as real lists are: a sorted one would spare the index its work.
    const auto scattered = (static_cast<unsigned long>(i) * 2654435761UL) % 4294967296UL;
    file << fmt::format(
        "reader.{:x}@mail{}.example.org,Reader Número {},{},weekly,,confirmed,2025-0{}-1{}T10:00:00Z\n",
        scattered, i % 50, i, i % 3 == 0 ? "es" : "en", 1 + i % 9, i % 9);
  }
}

double import_list(const std::filesystem::path& list, const std::filesystem::path& path, long lines,
                   long batch) {
  const SystemClock clock;
  auto database = store::Database::open(path, store::Create::yes);
  auto reader = subscriber::CsvReader::open(list);
  return seconds_of([&] {
    const auto report = subscriber::import_csv(
        *database, clock, *reader,
        {.digests = {"weekly"}, .known_digests = {"weekly"}, .batch = batch, .detail = "list.csv"});
    if (!report || report->added != lines) {
      fmt::print("import failed: {}\n",
                 report ? fmt::format("{} added", report->added) : report.error().line());
      std::exit(1);
    }
  });
}

void run(sqlite3* database, const char* sql) {
  if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    fmt::print("{}\n", sqlite3_errmsg(database));
    std::exit(1);
  }
}

/// All rows of one table, held in memory and inserted one by one.
double copy_table(sqlite3* from, sqlite3* to, const std::string& table) {
  sqlite3_stmt* read = nullptr;
  sqlite3_prepare_v2(from, ("SELECT * FROM " + table).c_str(), -1, &read, nullptr);
  const int columns = sqlite3_column_count(read);
  std::string places = "?";
  for (int i = 1; i < columns; ++i) places += ",?";
  sqlite3_stmt* write = nullptr;
  sqlite3_prepare_v2(to, ("INSERT INTO " + table + " VALUES (" + places + ")").c_str(), -1, &write, nullptr);
  double seconds = 0;
  std::vector<std::vector<sqlite3_value*>> rows;
  const auto flush = [&] {
    seconds += seconds_of([&] {
      for (const auto& row : rows) {
        for (int i = 0; i < columns; ++i) sqlite3_bind_value(write, i + 1, row[static_cast<std::size_t>(i)]);
        if (sqlite3_step(write) != SQLITE_DONE) std::exit(1);
        sqlite3_reset(write);
      }
    });
    for (const auto& row : rows) {
      for (auto* const value : row) sqlite3_value_free(value);
    }
    rows.clear();
  };
  while (sqlite3_step(read) == SQLITE_ROW) {
    auto& row = rows.emplace_back();
    for (int i = 0; i < columns; ++i) row.push_back(sqlite3_value_dup(sqlite3_column_value(read, i)));
    if (rows.size() == 10'000) flush();
  }
  flush();
  sqlite3_finalize(read);
  sqlite3_finalize(write);
  return seconds;
}

struct Bare {
  std::vector<std::string> tables;
  std::string before{};  ///< SQL
};

double insert_bare(const std::filesystem::path& imported, const std::filesystem::path& path,
                   const Bare& bare) {
  { const auto schema = store::Database::open(path, store::Create::yes); }
  sqlite3* from = nullptr;
  sqlite3* to = nullptr;
  sqlite3_open(imported.c_str(), &from);
  sqlite3_open(path.c_str(), &to);
  run(to, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 4000");
  run(to, (bare.before + "; BEGIN IMMEDIATE").c_str());
  double seconds = 0;
  for (const auto& table : bare.tables) seconds += copy_table(from, to, table);
  seconds += seconds_of([&] { run(to, "COMMIT"); });
  sqlite3_close(from);
  sqlite3_close(to);
  return seconds;
}

/// The same list in a database of schema 7, and how long its way to the newest takes.
double migrate(const std::filesystem::path& imported, const std::filesystem::path& path) {
  constexpr std::size_t old_version = 7;
  sqlite3* to = nullptr;
  sqlite3_open(path.c_str(), &to);
  run(to, read_file(TIDINGS_TEST_DATA "/schema/0001.sql")->c_str());
  for (const auto step : store::migrations_before_0_1().first(old_version - 1))
    run(to, std::string{step}.c_str());
  run(to, fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}; PRAGMA journal_mode = WAL; "
                      "ATTACH '{}' AS imported",
                      1414087751, old_version, imported.string())
              .c_str());
  for (const char* const table : {"subscribers", "subscriptions", "consents"}) {
    run(to, fmt::format("INSERT INTO {0} SELECT * FROM imported.{0}", table).c_str());
  }
  sqlite3_close(to);
  return seconds_of([&] {
    if (const auto database = store::Database::open(path, store::Create::no); !database) {
      fmt::print("migration failed: {}\n", database.error().line());
      std::exit(1);
    }
  });
}

}  // namespace

int main(int count, char** arguments) {
  const long lines = count > 1 ? std::atol(arguments[1]) : 1'000'000;
  const long batch = count > 2 ? std::atol(arguments[2]) : 0;
  const test::TempFolder folder;
  write_list(folder / "list.csv", lines);
  fmt::print("{} lines, {:.0f} MB\n", lines,
             static_cast<double>(std::filesystem::file_size(folder / "list.csv")) / 1e6);
  const auto import =
      in_child([&] { return import_list(folder / "list.csv", folder / "imported.db", lines, batch); });
  const std::vector<std::string> all{"subscribers", "subscriptions", "consents"};
  const char* const no_index =
      "DROP INDEX subscribers_address; DROP INDEX subscribers_domain; DROP INDEX subscriptions_digest; "
      "DROP INDEX consents_subscriber";
  const std::vector<std::pair<const char*, Bare>> bares = {
      {"subscribers only, no index", {.tables = {"subscribers"}, .before = no_index}},
      {"the same rows, no index", {.tables = all, .before = no_index}},
      {"the same rows", {.tables = all}},
  };
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  fmt::print("import {:41.2f} s  cpu {:6.2f} s  {:7.0f} lines/s  peak {} MB\n", import.seconds,
             import.cpu_seconds, static_cast<double>(lines) / import.seconds, import.peak_kib / 1024);
  for (const auto& [name, bare] : bares) {
    const auto measured =
        in_child([&] { return insert_bare(folder / "imported.db", folder / "bare.db", bare); });
    fmt::print("bare insert, {:35}{:6.2f} s  import takes {:.2f} times as long\n", name, measured.seconds,
               import.seconds / measured.seconds);
    for (const char* const end : {"", "-wal", "-shm"})
      std::filesystem::remove(folder / (std::string{"bare.db"} + end));
  }
  const auto migration = in_child([&] { return migrate(folder / "imported.db", folder / "old.db"); });
  fmt::print(
      "migration from schema 7 {:24.2f} s  cpu {:6.2f} s  peak {} MB (the old database was made in the same "
      "process)\n",
      migration.seconds, migration.cpu_seconds, migration.peak_kib / 1024);
  return 0;
}
