#include "source/fetch.hpp"

#include <doctest/doctest.h>

#include "base/file.hpp"
#include "source/address_guard.hpp"
#include "support/temp_folder.hpp"

using namespace tidings;
using namespace tidings::source;

TEST_CASE("fetch: a file is read once and then unchanged until it changes") {
  const test::TempFolder folder;
  const auto path = folder / "a b.xml";
  REQUIRE(write_file(path, "one"));
  FetchRequest request{.url = "file:" + (folder / "a%20b.xml").string(), .etag = {}, .last_modified = {}};
  const auto first = fetch(request, {});
  REQUIRE(std::holds_alternative<Fetched>(first));
  CHECK(std::get<Fetched>(first).bytes == "one");
  request.etag = std::get<Fetched>(first).etag;
  CHECK(std::holds_alternative<NotModified>(fetch(request, {})));
  REQUIRE(write_file(path, "longer"));
  CHECK(std::holds_alternative<Fetched>(fetch(request, {})));
  CHECK(std::get<FetchFailure>(fetch(request, {.max_bytes = 3})).what.find("a%20b.xml") != std::string::npos);
  request.url = "file:" + folder.path().string();
  CHECK(std::get<FetchFailure>(fetch(request, {})).what.ends_with("not a file"));
}

TEST_CASE("address guard: special addresses are not public, however they are written") {
  for (const auto* special : {"127.0.0.1",
                              "10.1.2.3",
                              "172.31.255.255",
                              "192.168.0.1",
                              "169.254.169.254",
                              "100.64.0.1",
                              "0.0.0.0",
                              "224.0.0.1",
                              "255.255.255.255",
                              "198.18.0.1",
                              "::1",
                              "::",
                              "fe80::1%eth0",
                              "fd00::1",
                              "ff02::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "64:ff9b::7f00:1",
                              "2002:7f00:1::",
                              "2001:db8::1",
                              "2001::1",
                              "localhost",
                              ""}) {
    CAPTURE(special);
    CHECK_FALSE(is_public_address(special));
  }
  for (const auto* open : {"1.1.1.1", "172.32.0.1", "100.128.0.1", "192.0.1.1", "2606:4700::1111",
                           "2a00:1450::1", "::ffff:8.8.8.8"}) {
    CAPTURE(open);
    CHECK(is_public_address(open));
  }
}
