// A connection to PostgreSQL: how it is made, and what its errors mean. The only file that knows how we log
// in.
//
// To another host than ours the connection is encrypted and the host's certificate checked
// (sslmode=verify-full): that is the default, and anything weaker is refused before a password is sent. A
// socket and loopback need no TLS. What the URL leaves open comes from where libpq looks: service files, PG*
// variables, ~/.pgpass.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

#include "base/result.hpp"
#include "store/place.hpp"

namespace tidings::store {

struct PostgresCloser {
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(PGresult* result) const { PQclear(result); }
};
using PostgresConnection = std::unique_ptr<PGconn, PostgresCloser>;
using PostgresResult = std::unique_ptr<PGresult, PostgresCloser>;

enum class PostgresAccess { read_write, read_only };

/// A session in the place's schema, whether that exists or not: encoding UTF-8, lock_timeout 10 s.
[[nodiscard]] Result<PostgresConnection> connect(const Server& server, PostgresAccess access);

/// The failure of the last command; `result` may be null.
[[nodiscard]] Error postgres_error(const Server& server, PGconn* connection, const PGresult* result,
                                   std::string_view doing);

/// Runs one or more statements; the last one's result. Errors as postgres_error().
[[nodiscard]] Result<PostgresResult> run_sql(const Server& server, PGconn* connection, const char* sql);

/// Looks at the socket: the server may have closed it while nobody asked anything.
[[nodiscard]] bool is_cut(PGconn* connection);

using PostgresRow = std::vector<std::string>;
/// The rows of one statement as texts, NULL as an empty one; `values` are $1, $2 ...
[[nodiscard]] Result<std::vector<PostgresRow>> rows_of(const Server& server, PGconn* connection,
                                                       const char* sql, std::span<const std::string> values);

}  // namespace tidings::store
