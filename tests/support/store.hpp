// The store of a test: SQLite, or a schema of its own on the server that TIDINGS_TEST_STORE names
// (tests/support/postgres.py starts one).
#pragma once

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "store/database.hpp"

namespace tidings::test_store {

inline bool is_on_server() { return std::getenv("TIDINGS_TEST_STORE") != nullptr; }

/// A new schema each time.
inline std::optional<store::Server> new_server_schema() {
  static std::atomic<int> number = 0;
  const char* const url = std::getenv("TIDINGS_TEST_STORE");
  if (url == nullptr) return std::nullopt;
  return store::Server{.url = url, .schema = fmt::format("t{}_{}", ::getpid(), ++number)};
}

/// The file, or a new schema with the file's name for our files beside it.
inline store::Place new_place(const std::filesystem::path& file) {
  auto server = new_server_schema();
  return server ? store::Place{file, *std::move(server)} : store::Place{file};
}

/// Empty, with the full schema.
inline Result<store::Database> open() {
  auto server = new_server_schema();
  return server ? store::Database::open({{}, *std::move(server)}, store::Create::yes)
                : store::Database::open_in_memory();
}

}  // namespace tidings::test_store
