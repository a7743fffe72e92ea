#include "web/form.hpp"

#include <doctest/doctest.h>

using namespace tidings::web;

TEST_CASE("form: both content types of RFC 8058 give the same field") {
  const auto urlencoded = parse_form("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click");
  const auto multipart = parse_form(
      "multipart/form-data; boundary=\"a b\"",
      "--a b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--a b--\r\n");
  REQUIRE(urlencoded);
  REQUIRE(multipart);
  CHECK(urlencoded->get("List-Unsubscribe") == "One-Click");
  CHECK(multipart->get("List-Unsubscribe") == "One-Click");
}

TEST_CASE("form: values are decoded and lose what could end a line or a string") {
  const auto form = parse_urlencoded("a=x%20y+z&b=%0d%0aX:1%00&b=%C3%A9&c&=d&&e=%zz");
  CHECK(form.get("a") == "x y z");
  CHECK(form.get("b").find('\r') == std::string_view::npos);
  CHECK(form.get("b").find('\0') == std::string_view::npos);
  CHECK(form.all("b").size() == 2);
  CHECK(form.all("b").at(1) == "é");
  CHECK(form.has("c"));
  CHECK_FALSE(form.has("d"));
  CHECK(form.get("e") == "%zz");
}

TEST_CASE("form: a multipart body cut off anywhere is an error or a form, never a crash") {
  const std::string body =
      "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; "
      "name=f; "
      "filename=\"f\"\r\n\r\nbytes\r\n--b--\r\n";
  const auto whole = parse_form("multipart/form-data; boundary=b", body);
  REQUIRE(whole);
  CHECK(whole->size() == 1);
  for (std::size_t size = 1; size + 4 < body.size(); ++size) {
    CHECK_FALSE(parse_form("multipart/form-data; boundary=b", body.substr(0, size)));
  }
}

TEST_CASE("form: neither another type nor too many fields are taken") {
  CHECK_FALSE(parse_form("application/json", "{}"));
  CHECK_FALSE(parse_form("multipart/form-data", "--b"));
  CHECK(parse_form("", "")->size() == 0);
  std::string many;
  for (int i = 0; i < 2000; ++i) many += "a=1&";
  CHECK(parse_urlencoded(many).size() == max_form_fields);
}
