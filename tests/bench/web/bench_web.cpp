// The other half of tests/bench/web/run.py:  bench_web bare PORT BYTES THREADS | bench_web paths DATABASE
// EDITION COUNT FILE
//
// `bare` is cpp-httplib as it comes, with a handler that answers every GET and POST with so many constant
// bytes, after the form has been parsed. `paths` writes the unsubscribe link of each of the first COUNT
// subscribers.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include <httplib.h>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "store/database.hpp"
#include "subscriber/token.hpp"

using namespace tidings;

namespace {

int serve_bare(int port, std::size_t bytes, std::size_t threads) {
  httplib::Server server;
  server.set_keep_alive_max_count(1'000'000);
  server.set_tcp_nodelay(true);
  server.new_task_queue = [threads] {
    return new httplib::ThreadPool(threads);
  };  // a thread for each connection: its own way
  const std::string page(bytes, 'x');
  const auto answer = [&page](const httplib::Request&, httplib::Response& out) {
    out.set_content(page, "text/html; charset=utf-8");
  };
  server.Get(".*", answer);
  server.Post(".*", answer);
  return server.listen("127.0.0.1", port) ? 0 : 1;
}

int write_paths(const char* file, std::int64_t edition, std::int64_t count, const char* out) {
  const SystemClock clock;
  SystemRandom random;
  auto database = store::Database::open(file, store::Create::no);
  if (!database) return 1;
  auto keys = subscriber::KeyRing::open(*database, random, clock);
  if (!keys) return 1;
  const subscriber::Tokens tokens{*std::move(keys)};
  std::ofstream paths{out};
  for (std::int64_t id = 1; id <= count; ++id) {
    const subscriber::TokenSubject subject{.subscriber = SubscriberId{id}, .edition = EditionId{edition}};
    paths << "/u/" << tokens.make(subscriber::TokenPurpose::unsubscribe, subscriber::TokenForm::link, subject)
          << '\n';
  }
  return paths.good() ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string_view what = count > 1 ? arguments[1] : "";
  const auto size = [&](int at) { return static_cast<std::size_t>(std::atol(arguments[at])); };
  if (what == "bare" && count == 5) return serve_bare(std::atoi(arguments[2]), size(3), size(4));
  if (what == "paths" && count == 6) {
    return write_paths(arguments[2], std::atoll(arguments[3]), std::atoll(arguments[4]), arguments[5]);
  }
  std::fprintf(stderr, "bench_web bare PORT BYTES THREADS | paths DATABASE EDITION COUNT FILE\n");
  return 64;
}
