#include "store/instance.hpp"

#include <array>
#include <utility>

#include <unistd.h>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "store/driver.hpp"

namespace tidings::store {
namespace {

std::string place_of(const std::filesystem::path& database) {
  std::error_code error;
  const auto absolute = std::filesystem::weakly_canonical(database, error);
  return (error ? database : absolute).string();
}

/// The host name if there is none.
std::string machine_id() {
  std::string machine;
  if (const auto id = read_file("/etc/machine-id", 4096)) machine = std::string{trim(*id)};
  return machine.empty() ? host_name() : machine;
}

/// As recorded by older versions: the machine id and the path.
std::string instance_without_host(const Database& database) {
  return machine_id() + " " + place_of(database.path());
}

}  // namespace

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string this_host() { return host_name() + " " + machine_id(); }

Result<std::string> instance_of(Database& database) {
  TIDINGS_LET(auto on_server, database.driver_->instance());
  if (!on_server.empty()) return on_server;
  return host_name() + " " + instance_without_host(database);
}

Result<std::string> fact(Database& database, std::string_view name) {
  auto query = database.prepare("SELECT value FROM facts WHERE name = :name");
  query.bind(":name", name);
  TIDINGS_LET(const bool row, query.step());
  return row ? query.text(0) : std::string{};
}

Result<void> set_fact(Database& database, std::string_view name, std::string_view value) {
  auto statement = database.prepare(
      "INSERT INTO facts (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = "
      "excluded.value");
  return statement.bind(":name", name).bind(":value", value).run();
}

Result<std::string> foreign_instance(Database& database) {
  TIDINGS_LET(const auto here, instance_of(database));
  TIDINGS_LET(auto known, fact(database, "instance"));
  const bool is_ours = known == here || known == instance_without_host(database);
  return is_ours ? std::string{} : known;
}

Result<void> check_instance(Database& database, Guard guard) {
  TIDINGS_LET(const auto here, instance_of(database));
  TIDINGS_LET(const auto known, fact(database, "instance"));
  if (known == here) return {};
  TIDINGS_LET(const auto foreign, foreign_instance(database));
  if (foreign.empty() || guard == Guard::adopt) return set_fact(database, "instance", here);
  return fail(
      Errc::not_permitted,
      fmt::format("database {} last sent mail from elsewhere ({}); two senders would mail people twice",
                  database.place().name(), known),
      "if that one is retired, run \"tidings db adopt\"");
}

}  // namespace tidings::store
