// Databases of the schemas before 0.1.0, and what tells two schemas apart.
#pragma once

#include <filesystem>
#include <map>
#include <regex>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "base/file.hpp"
#include "store/database.hpp"
#include "store/migrations.hpp"

namespace tidings::test {

inline const std::filesystem::path schema_data{TIDINGS_TEST_DATA "/schema"};

/// As a program of schema `version` left it, with rows in every table.
inline void make_old(const std::filesystem::path& path, int version) {
  sqlite3* file = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &file) == SQLITE_OK);
  const auto run = [&](const std::string& sql) {
    CAPTURE(sql);
    REQUIRE(sqlite3_exec(file, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  };
  for (int number = 1; number <= version; ++number) {
    run(number == 1 ? *read_file(schema_data / "0001.sql")
                    : std::string{store::migrations_before_0_1()[static_cast<std::size_t>(number) - 2]});
    const auto rows = schema_data / "rows" / fmt::format("{:04}.sql", number);
    if (std::filesystem::exists(rows)) run(*read_file(rows));
  }
  run(fmt::format("PRAGMA application_id = 1414087751; PRAGMA user_version = {};", version));
  sqlite3_close(file);
}

/// Kind and name to what it says, comments, blanks and quotes of names aside.
inline std::map<std::string, std::string> schema_of(store::Database& database) {
  std::map<std::string, std::string> found;
  auto query = database.prepare(
      "SELECT type || ' ' || name || ' of ' || tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE "
      "'sqlite_%'");
  REQUIRE(query.each([&](const store::Statement& row) {
    auto sql = std::regex_replace(row.text(1), std::regex{"--[^\n]*|\""}, "");
    sql = std::regex_replace(sql, std::regex{"\\s+"}, " ");
    found[row.text(0)] = std::regex_replace(sql, std::regex{" ?([(),]) ?"}, "$1");
  }));
  return found;
}

}  // namespace tidings::test
