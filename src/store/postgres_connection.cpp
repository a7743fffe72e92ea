#include "store/postgres_connection.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <utility>

#include <poll.h>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tidings::store {
namespace {

constexpr const char* all_authorities = "/etc/ssl/certs/ca-certificates.crt";

using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

std::string_view option(const PQconninfoOption* options, std::string_view name) {
  for (; options->keyword != nullptr; ++options) {
    if (name == options->keyword) return options->val == nullptr ? "" : options->val;
  }
  return {};
}

bool is_here(std::string_view host) {
  return host.empty() || host[0] == '/' || host[0] == '@' || host == "localhost" || host == "::1" ||
         host.starts_with("127.");
}

/// What PQconnectPoll waits for, until it is done or 15 s have passed.
bool finish_connecting(PGconn* connection) {
  auto wanted = PGRES_POLLING_WRITING;
  while (wanted == PGRES_POLLING_READING || wanted == PGRES_POLLING_WRITING) {
    pollfd socket{.fd = PQsocket(connection),
                  .events = static_cast<short>(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT),
                  .revents = 0};
    if (::poll(&socket, 1, 15'000) == 0) return false;
    wanted = PQconnectPoll(connection);
  }
  return wanted == PGRES_POLLING_OK;
}

struct Login {
  std::string password;
  bool verify = false;  ///< ask for verify-full
};

PostgresConnection start(const Server& server, const Login& login) {
  // A server that vanished is noticed in time for others to take over; the URL may say otherwise.
  std::vector<const char*> keys{"tcp_user_timeout", "keepalives_idle", "dbname",
                                "application_name", "client_encoding", "fallback_application_name"};
  std::vector<const char*> values{"20000", "10", server.url.c_str(), "tidings", "UTF8", "tidings"};
  const auto add = [&](const char* key, const char* value) {
    keys.push_back(key);
    values.push_back(value);
  };
  if (!login.password.empty()) add("password", login.password.c_str());
  if (login.verify) {
    add("sslmode", "verify-full");
    std::error_code ignored;
    if (std::filesystem::exists(all_authorities, ignored) &&
        server.url.find("sslrootcert") == std::string::npos)
      add("sslrootcert", all_authorities);
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  return PostgresConnection{PQconnectStartParams(keys.data(), values.data(), 1)};
}

/// Whether the connection that was begun is one to a host that must be verified, and is not.
enum class Safety { safe, to_verify, weak };
Safety safety_of(PGconn* connection) {
  const Options options{PQconninfo(connection), PQconninfoFree};
  if (!options) return Safety::safe;
  const std::string hosts{option(options.get(), "host")};
  const std::string addresses{option(options.get(), "hostaddr")};
  const auto are_here = [](const std::string& names) {
    const auto list = split(names, ',');
    return std::ranges::all_of(list, [](std::string_view host) { return is_here(host); });
  };
  if (are_here(hosts) && are_here(addresses)) return Safety::safe;
  const auto mode = option(options.get(), "sslmode");
  if (mode == "verify-full") return Safety::safe;
  return mode == "prefer" ? Safety::to_verify : Safety::weak;
}

Errc errc_of_state(std::string_view state) {
  if (state.starts_with("08") || state.starts_with("57P") || state == "53300") return Errc::unavailable;
  if (state == "55P03" || state == "40001" || state == "40P01" || state == "57014") return Errc::try_again;
  if (state.starts_with("23") || state.starts_with("22")) return Errc::bad_data;
  if (state.starts_with("28") || state == "42501" || state == "25006") return Errc::not_permitted;
  return Errc::io;
}

std::string hint_of_state(std::string_view state) {
  if (state == "55P03") return "another process is writing; try again";
  if (state == "53100") return "the server's disk is full";
  if (state == "42501") return "GRANT ALL ON SCHEMA and its tables to our user";
  if (state == "25006") return "the server is a standby, or this command must not write";
  return {};
}

/// Setting up a session; the schema need not exist. What a server keeps that does not wait for its disk is
/// lost when it dies, and with it the knowledge that somebody was mailed: synchronous_commit is never off.
/// Plans are made anew: one that was made while `deliveries` was empty reads all of it ever after, which cost
/// a sender three quarters of its rate.
Result<void> set_up(const Server& server, PGconn* connection, PostgresAccess access) {
  const auto sql = fmt::format(
      "SET search_path = \"{}\"; SET lock_timeout = '10s'; SET statement_timeout = 0; "
      "SET idle_in_transaction_session_timeout = 0; SET client_min_messages = warning; "
      "SET standard_conforming_strings = on; SET bytea_output = hex; SET extra_float_digits = 0; "
      "SET plan_cache_mode = force_custom_plan; "
      "SET default_transaction_isolation = 'read committed'; SET default_transaction_read_only = {}; "
      "SELECT set_config('synchronous_commit', 'on', false) "
      "WHERE current_setting('synchronous_commit') = 'off'; "
      "SHOW server_encoding",
      server.schema, access == PostgresAccess::read_only ? "on" : "off");
  TIDINGS_LET(const auto encoding, run_sql(server, connection, sql.c_str()));
  if (std::string_view{PQgetvalue(encoding.get(), 0, 0)} != "UTF8") {
    return fail(
        Errc::bad_data,
        fmt::format("{}: the database's encoding is {}", server.url, PQgetvalue(encoding.get(), 0, 0)),
        "CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0");
  }
  return {};
}

}  // namespace

bool is_cut(PGconn* connection) {
  while (PQstatus(connection) == CONNECTION_OK) {
    pollfd socket{.fd = PQsocket(connection), .events = POLLIN, .revents = 0};
    if (::poll(&socket, 1, 0) <= 0) return false;
    if (PQconsumeInput(connection) == 0) return true;  // what was said before the end is read first
    PQfreemem(PQnotifies(connection));
  }
  return true;
}

Error postgres_error(const Server& server, PGconn* connection, const PGresult* result,
                     std::string_view doing) {
  const char* const field = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view state = field == nullptr ? "" : field;
  const char* const primary =
      result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string words = primary != nullptr ? primary : PQerrorMessage(connection);
  // libpq writes several lines, one for each address it has tried.
  std::string line;
  for (const auto part : split(words, '\n')) {
    if (!trim(part).empty()) line += (line.empty() ? "" : "; ") + std::string{trim(part)};
  }
  const auto code = is_cut(connection) && !state.starts_with("28") ? Errc::unavailable : errc_of_state(state);
  auto hint = hint_of_state(state);
  if (code == Errc::unavailable && hint.empty()) hint = "is the server running? Try again later";
  return {.code = code,
          .what = fmt::format("{} {} schema {}: {}", doing, server.url, server.schema, line),
          .hint = std::move(hint)};
}

Result<PostgresResult> run_sql(const Server& server, PGconn* connection, const char* sql) {
  PostgresResult result{PQexec(connection, sql)};
  const auto status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) return result;
  return tl::unexpected<Error>(postgres_error(server, connection, result.get(), "cannot use"));
}

Result<std::vector<PostgresRow>> rows_of(const Server& server, PGconn* connection, const char* sql,
                                         std::span<const std::string> values) {
  std::vector<const char*> data;
  for (const auto& value : values) data.push_back(value.c_str());
  const PostgresResult result{PQexecParams(connection, sql, static_cast<int>(data.size()), nullptr,
                                           data.data(), nullptr, nullptr, 0)};
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    return tl::unexpected<Error>(postgres_error(server, connection, result.get(), "cannot use"));
  std::vector<PostgresRow> rows(static_cast<std::size_t>(PQntuples(result.get())));
  for (int i = 0; i < PQntuples(result.get()); ++i) {
    for (int column = 0; column < PQnfields(result.get()); ++column)
      rows[static_cast<std::size_t>(i)].emplace_back(PQgetvalue(result.get(), i, column));
  }
  return rows;
}

Result<PostgresConnection> connect(const Server& server, PostgresAccess access) {
  Login login;
  if (server.password) {
    TIDINGS_LET(login.password, server.password());
  }
  auto connection = start(server, login);
  auto safety = safety_of(connection.get());
  if (safety == Safety::to_verify) {
    login.verify = true;
    connection = start(server, login);
    safety = safety_of(connection.get());
  }
  if (safety == Safety::weak) {
    return fail(Errc::config, fmt::format("{}: the connection to another host must be verified", server.url),
                "sslmode=verify-full, with sslrootcert=FILE for an authority of your own");
  }
  if (PQstatus(connection.get()) == CONNECTION_BAD || !finish_connecting(connection.get())) {
    auto error = postgres_error(server, connection.get(), nullptr, "cannot connect to");
    const std::string_view words = error.what;
    if (words.find("password") != std::string_view::npos ||
        words.find("authentication") != std::string_view::npos ||
        words.find("role \"") != std::string_view::npos) {
      error.code = Errc::not_permitted;
      error.hint = "[store] password_file, password_env or password_command";
    } else if (words.find("database \"") != std::string_view::npos) {
      error.code = Errc::no_input;
      error.hint = "CREATE DATABASE it first";
    }
    return tl::unexpected<Error>(std::move(error));
  }
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  TIDINGS_TRY(set_up(server, connection.get(), access));
  return connection;
}

}  // namespace tidings::store
