// Where a newsletter's rows are: a SQLite file, or a schema of a PostgreSQL database.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/result.hpp"

namespace tidings::store {

struct Server {
  std::string url;     ///< "postgresql://HOST/DATABASE", without a password
  std::string schema;  ///< a plain lower-case name: is_schema_name()
  /// Asked at each connection; empty: the server needs none, or libpq finds it (~/.pgpass).
  std::function<Result<std::string>()> password{};

  bool operator==(const Server& other) const { return url == other.url && schema == other.schema; }
};

struct Place {
  Place() = default;
  Place(std::filesystem::path file) : path(std::move(file)) {}  // NOLINT: a path is a place
  Place(const char* file) : path(file) {}                       // NOLINT
  Place(std::filesystem::path files, Server on) : path(std::move(files)), server(std::move(on)) {}

  std::filesystem::path path;    ///< the SQLite file; with a server: how names of files beside it begin
  std::optional<Server> server;  ///< none: SQLite

  bool operator==(const Place&) const = default;

  /// For people: the file, or the URL and the schema.
  [[nodiscard]] std::string name() const;
  /// Of files that belong to this place: the folder of `path`.
  [[nodiscard]] std::filesystem::path folder() const;
};

/// a-z, 0-9 and _, not beginning with a digit or "pg_", at most 63 characters.
[[nodiscard]] bool is_schema_name(std::string_view name);

}  // namespace tidings::store
