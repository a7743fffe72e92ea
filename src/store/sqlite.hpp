// SQLite behind store/driver.hpp; the contract is database.hpp's.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/driver.hpp"

struct sqlite3;

namespace tidings::store {

class Sqlite final : public Driver {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Sqlite>> open(const std::filesystem::path& path, Create create);
  [[nodiscard]] static Result<std::unique_ptr<Sqlite>> open_read_only(const std::filesystem::path& path);
  [[nodiscard]] static Result<std::unique_ptr<Sqlite>> open_copy_in_memory(const std::filesystem::path& path);
  [[nodiscard]] static Result<std::unique_ptr<Sqlite>> open_in_memory();

  [[nodiscard]] std::unique_ptr<Prepared> prepare(const char* sql) override;
  [[nodiscard]] Result<void> execute(const char* sql) override;
  [[nodiscard]] Result<void> begin() override;
  [[nodiscard]] Result<void> begin_reading() override;
  [[nodiscard]] Result<void> commit() override;
  void rollback() noexcept override;

  [[nodiscard]] Result<void> set_sync(Sync sync) override;
  [[nodiscard]] Result<void> set_cache(std::int64_t bytes) override;
  [[nodiscard]] Result<void> limit_memory(std::int64_t bytes) override;
  [[nodiscard]] std::int64_t changes() const override;
  [[nodiscard]] std::int64_t last_insert_id() override;
  [[nodiscard]] int schema_version() const override { return schema_version_; }

  [[nodiscard]] Result<void> check() override;
  [[nodiscard]] Result<std::string> quick_check() override;
  [[nodiscard]] Result<void> empty_log() override;
  [[nodiscard]] Result<void> set_references(References references) override;
  [[nodiscard]] Result<std::int64_t> free_bytes() override;
  [[nodiscard]] Result<void> give_back(const std::function<bool()>& enough) override;
  [[nodiscard]] Result<void> rebuild() override;
  [[nodiscard]] Result<bool> holds_text(std::span<const std::string> texts) override;
  [[nodiscard]] Result<void> backup_to(const std::filesystem::path& target) override;

  [[nodiscard]] Result<bool> load(std::string_view insert, std::size_t columns,
                                  std::span<const Cell> cells) override;
  [[nodiscard]] Result<std::int64_t> next_id(std::string_view table) override;
  [[nodiscard]] Result<void> ids_taken(std::string_view table, std::int64_t next) override;
  [[nodiscard]] Result<std::vector<std::string>> drop_indexes(std::string_view table) override;

  [[nodiscard]] Result<std::string> instance() override { return std::string{}; }
  void set_fence(std::int64_t /*fence*/) override {}  // the kernel's lock is the fence

  [[nodiscard]] tl::unexpected<Error> error(std::string_view doing) const;

 private:
  struct Closer {
    void operator()(sqlite3* database) const;
  };
  using Row = std::vector<std::string>;

  [[nodiscard]] static Result<std::unique_ptr<Sqlite>> open_handle(const std::filesystem::path& path,
                                                                   int flags);
  [[nodiscard]] static Result<std::unique_ptr<Sqlite>> copy_from(const std::filesystem::path& name, int flags,
                                                                 const std::filesystem::path& shown);
  [[nodiscard]] Result<void> identify();
  [[nodiscard]] Result<void> migrate();
  [[nodiscard]] Result<void> migrate_one();
  [[nodiscard]] Result<bool> has_our_views();
  [[nodiscard]] Result<void> drop_views();
  [[nodiscard]] Result<void> check_references();
  [[nodiscard]] Result<void> copy_to(const std::filesystem::path& target);
  /// check() of a file that nobody has open.
  [[nodiscard]] static Result<void> check_file(const std::filesystem::path& file);
  [[nodiscard]] Result<std::int64_t> pragma(const char* name);
  /// All rows of a query as texts; for the few that are asked now and then. `value` is its only parameter.
  [[nodiscard]] Result<std::vector<Row>> rows(const char* sql, std::string_view value = {});

  std::unique_ptr<sqlite3, Closer> sqlite_;
  std::filesystem::path path_;
  int schema_version_ = 0;
};

}  // namespace tidings::store
