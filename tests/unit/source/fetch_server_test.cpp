// Fetching from a server that misbehaves in every way that real ones do.
#include <doctest/doctest.h>
#include <zlib.h>

#include "source/fetch.hpp"
#include "unit/source/http_server.hpp"

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::source;

namespace {

FetchRequest request(const std::string& url) { return {.url = url, .reach = Reach::anywhere}; }

FetchFailure failed(const std::string& url, const FetchOptions& options = {}) {
  const auto result = fetch(request(url), options);
  REQUIRE(std::holds_alternative<FetchFailure>(result));
  const auto failure = std::get<FetchFailure>(result);
  CHECK(failure.what.starts_with(url));
  CHECK(failure.what.find('\n') == std::string::npos);
  return failure;
}

Fetched fetched(const std::string& url) {
  const auto result = fetch(request(url), {});
  REQUIRE_MESSAGE(std::holds_alternative<Fetched>(result), std::get<FetchFailure>(result).what);
  return std::get<Fetched>(result);
}

std::string gzip(std::string_view text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

TEST_CASE("fetch: a good answer comes with its validators, its type and how long it is fresh") {
  test::HttpServer server;
  std::string seen;
  server.on("/feed", [&](const test::Connection& c) {
    seen = c.head;
    c.answer(200,
             {"ETag: W/\"x\"", "Last-Modified: Mon, 05 Jan 2026 08:00:00 GMT",
              "Content-Type: application/atom+xml; charset=utf-8", "Cache-Control: public, max-age=600",
              "Content-Encoding: gzip"},
             gzip("<feed/>"));
  });
  const auto answer = fetched(server.url("/feed"));
  CHECK(answer.bytes == "<feed/>");
  CHECK(answer.etag == "W/\"x\"");
  CHECK(answer.last_modified == "Mon, 05 Jan 2026 08:00:00 GMT");
  CHECK(answer.content_type == "application/atom+xml; charset=utf-8");
  CHECK(answer.max_age == 600s);
  CHECK(answer.final_url == server.url("/feed"));
  CHECK_FALSE(answer.moved_to);
  CHECK(seen.find("User-Agent: tidings/") != std::string::npos);
  CHECK(seen.find("If-None-Match") == std::string::npos);
}

TEST_CASE("fetch: brotli and zstd are asked for and read") {
  test::HttpServer server;
  std::string seen;
  server.on("/br", [&](const test::Connection& c) {
    seen = c.head;
    c.answer(200, {"Content-Encoding: br"}, std::string("\x0B\x03\x80<feed/>\x03", 11));
  });
  // One raw block in a frame of a single segment (RFC 8878 section 3.1.1).
  server.on("/zstd", [](const test::Connection& c) {
    c.answer(200, {"Content-Encoding: zstd"}, std::string("\x28\xB5\x2F\xFD\x20\x07\x39\x00\x00<feed/>", 16));
  });
  CHECK(fetched(server.url("/br")).bytes == "<feed/>");
  CHECK(fetched(server.url("/zstd")).bytes == "<feed/>");
  for (const std::string_view kind : {"gzip", "br", "zstd"})
    CHECK(seen.find(kind, seen.find("Accept-Encoding:")) != std::string::npos);
}

TEST_CASE("fetch: validators are sent back, and 304 is no failure") {
  test::HttpServer server;
  server.on("/feed", [](const test::Connection& c) {
    const bool known = c.head.find("If-None-Match: \"x\"\r\n") != std::string::npos &&
                       c.head.find("If-Modified-Since: then\r\n") != std::string::npos;
    c.answer(known ? 304 : 200, {"Cache-Control: max-age=60"}, known ? "" : "new");
  });
  const auto same = fetch(
      {.url = server.url("/feed"), .etag = "\"x\"", .last_modified = "then", .reach = Reach::anywhere}, {});
  REQUIRE(std::holds_alternative<NotModified>(same));
  CHECK(std::get<NotModified>(same).max_age == 60s);
  CHECK(fetched(server.url("/feed")).bytes == "new");
}

TEST_CASE("fetch: statuses say what to do next") {
  test::HttpServer server;
  server.on("/429", [](const auto& c) { c.answer(429, {"Retry-After: 120"}, "slow down"); });
  server.on("/503", [](const auto& c) {
    c.answer(503, {"Date: Mon, 05 Jan 2026 08:00:00 GMT", "Retry-After: Mon, 05 Jan 2026 09:00:00 GMT"}, "");
  });
  server.on("/500", [](const auto& c) { c.answer(500, {}, "oops"); });
  server.on("/410", [](const auto& c) { c.answer(410, {}, ""); });
  const auto limited = failed(server.url("/429"));
  CHECK(limited.limited);
  CHECK(limited.retry_after == 120s);
  const auto busy = failed(server.url("/503"));
  CHECK(busy.limited);
  CHECK(busy.retry_after == 1h);
  const auto ill = failed(server.url("/500"));
  CHECK(ill.status == 500);
  CHECK_FALSE(ill.limited);
  CHECK_FALSE(ill.gone);
  CHECK(failed(server.url("/410")).gone);
  CHECK(failed(server.url("/none")).status == 404);
}

TEST_CASE("fetch: only a wholly permanent way is remembered") {
  test::HttpServer server;
  const auto redirect = [&](int status, const std::string& to) {
    return
        [status, to](const test::Connection& c) { c.answer(status, {"Location: " + to}, "gone elsewhere"); };
  };
  server.on("/feed", [](const auto& c) { c.answer(200, {}, "<feed/>"); });
  server.on("/301", redirect(301, "/308"));
  server.on("/308", redirect(308, "/feed"));
  server.on("/302", redirect(302, "/feed"));
  server.on("/mixed", redirect(301, "/302"));
  const auto moved = fetched(server.url("/301"));
  CHECK(moved.bytes == "<feed/>");
  CHECK(moved.moved_to == server.url("/feed"));
  CHECK_FALSE(fetched(server.url("/302")).moved_to);
  const auto mixed = fetched(server.url("/mixed"));
  CHECK_FALSE(mixed.moved_to);
  CHECK(mixed.final_url == server.url("/feed"));
}

TEST_CASE("fetch: redirects end, and lead to http and https only") {
  test::HttpServer server;
  server.on("/loop", [](const auto& c) { c.answer(302, {"Location: /loop"}, ""); });
  server.on("/file", [](const auto& c) { c.answer(302, {"Location: file:///etc/passwd"}, ""); });
  CHECK(failed(server.url("/loop")).what.ends_with("more than 5 redirects"));
  CHECK(failed(server.url("/file")).what.find("root:") == std::string::npos);
}

TEST_CASE("fetch: no answer is waited for or stored without end") {
  test::HttpServer server;
  server.on("/slow", [](const auto& c) { c.hang(); });
  server.on("/trickle", [](const auto& c) {
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<feed");
    c.hang();
  });
  server.on("/close/endless", [](const auto& c) {
    c.send("HTTP/1.1 200 OK\r\n\r\n");
    while (c.send(std::string(65'536, 'x'))) {
    }
  });
  server.on("/close/bomb", [](const auto& c) {
    c.answer(200, {"Content-Encoding: gzip"}, gzip(std::string(20U << 20U, ' ')));
  });
  server.on("/close/announced",
            [](const auto& c) { c.send("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"); });
  const FetchOptions hasty{.timeout = 200ms};
  CHECK(failed(server.url("/slow"), hasty).what.ends_with("no complete answer within 200ms"));
  CHECK(failed(server.url("/trickle"), hasty).what.ends_with("no complete answer within 200ms"));
  CHECK(failed(server.url("/close/endless")).what.ends_with("longer than 15.7 MB"));
  CHECK(failed(server.url("/close/bomb")).what.ends_with("longer than 15.7 MB"));
  CHECK(failed(server.url("/close/announced")).what.ends_with("longer than 15.7 MB"));
}

TEST_CASE("fetch: a cut-off or garbled answer is a failure, not a short feed") {
  test::HttpServer server;
  server.on("/close/short",
            [](const auto& c) { c.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<feed><entry>"); });
  server.on("/close/chunk", [](const auto& c) {
    c.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n<feed>");
  });
  server.on("/close/gzip",
            [](const auto& c) { c.answer(200, {"Content-Encoding: gzip"}, "this is no gzip"); });
  server.on("/close/silent", [](const auto&) {});
  CHECK(failed(server.url("/close/short")).what.ends_with("the answer was cut off"));
  failed(server.url("/close/chunk"));
  failed(server.url("/close/gzip"));
  failed(server.url("/close/silent"));
  auto https = server.url("/feed");
  https.insert(4, "s");
  failed(https, {.timeout = 200ms});  // no TLS there
}

TEST_CASE("fetch: loopback is refused before a connection is made, by address and by name") {
  test::HttpServer server;
  server.on("/feed", [](const auto& c) { c.answer(200, {}, "secret"); });
  for (const std::string host :
       {"127.0.0.1", "localhost", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]"}) {
    CAPTURE(host);
    auto url = server.url("/feed");
    url.replace(7, 9, host);
    const auto result = fetch({.url = url}, {});
    REQUIRE(std::holds_alternative<FetchFailure>(result));
    CHECK(std::get<FetchFailure>(result).what.find("not a public address") != std::string::npos);
  }
  CHECK(server.connections() == 0);
}

TEST_CASE("fetch: many requests are each answered once, and a host has one connection at a time") {
  test::HttpServer server;
  server.on("/feed", [](const auto& c) { c.answer(200, {}, "<feed/>"); });
  std::vector<FetchRequest> requests(40, request(server.url("/feed")));
  requests[7].url = "gopher://example.org/";
  requests[8].url = "file:/no/such/file";
  std::vector<int> answers(requests.size());
  int good = 0;
  fetch_all(requests, {}, [&](std::size_t index, const FetchResult& result) {
    ++answers[index];
    good += std::holds_alternative<Fetched>(result) ? 1 : 0;
  });
  CHECK(answers == std::vector<int>(requests.size(), 1));
  CHECK(good == 38);
  CHECK(server.connections() == 1);
}

TEST_CASE("fetch: a public-only request does not ride on a connection that another one was allowed") {
  test::HttpServer server;
  server.on("/feed", [](const auto& c) { c.answer(200, {}, "<feed/>"); });
  const std::vector<FetchRequest> requests{request(server.url("/feed")), {.url = server.url("/feed")}};
  std::vector<bool> good(2);
  fetch_all(requests, {}, [&](std::size_t index, const FetchResult& result) {
    good[index] = std::holds_alternative<Fetched>(result);
  });
  CHECK(good[0]);
  CHECK_FALSE(good[1]);
}
