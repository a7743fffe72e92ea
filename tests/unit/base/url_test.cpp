#include "base/url.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace tidings;

TEST_CASE("url: parts") {
  const auto url = parse_url(" HTTPS://User:pw@Example.ORG:8443/a/b?x=1#y\n");
  REQUIRE(url);
  CHECK(url->scheme == "https");
  CHECK(url->host == "example.org");
  CHECK(url->port == "8443");
  CHECK(url->path == "/a/b");
  CHECK(url->query == "x=1");
  CHECK(url->text() == "https://example.org:8443/a/b?x=1#y");
  CHECK(parse_url("https://example.org:443/")->port.empty());
  CHECK(parse_url("http://[::1]:80/")->text() == "http://[::1]/");
}

TEST_CASE("url: only the schemes that tidings fetches or links") {
  for (const char* text : {"", "example.org", "javascript:alert(1)", "data:text/html,x", "ftp://example.org/",
                           "http://", "//example.org/"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_url(text));
  }
  CHECK_FALSE(is_web_url("java\tscript:alert(1)"));
  CHECK(is_web_url("HTTP://example.org"));
}

TEST_CASE(
    "url: an encoded host is decoded once, read as an address only then, and refused if no host may look "
    "so") {
  using namespace std::string_literals;
  CHECK(parse_url("http://ex%61mple.org/a%2Fb")->text() == "http://example.org/a%2Fb");
  for (const auto& text : {"http://%33333333/"s, "http://\0\0\0%\00033333333"s, "http://3333333/"s}) {
    CAPTURE(text);
    const auto url = parse_url(text);
    REQUIRE(url);
    CHECK(parse_url(url->text()) == url);
  }
  CHECK(parse_url("http://%31%32%37.1/")->host == "127.0.0.1");
  for (const std::string text :
       {"http://a%2fb/", "http://a%2525b/", "http://a%40b/", "http://a%3Ab/", "http://a%20b/",
        "http://a%5bb/", "http://a%00b/", "http://a%7fb/", "http://a%3cb/", "http://%/", "http://a|b/"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_url(text));
    CHECK_FALSE(resolve_url("https://example.org/x", text.substr(5)));
  }
  CHECK(parse_url("file:posts/a.xml")->text() == "file:posts/a.xml");
  CHECK(parse_url("file:///srv/a.xml")->text() == "file:///srv/a.xml");
  CHECK(resolve_url("https://user:secret@example.org/a/b", "c") == "https://example.org/a/c");
}

TEST_CASE("url: references are resolved as RFC 3986 5.4 says") {
  const char* base = "http://a/b/c/d;p?q";
  struct Case {
    const char* reference;
    const char* want;
  };
  for (const auto& [reference, want] :
       {Case{"g", "http://a/b/c/g"}, Case{"./g", "http://a/b/c/g"}, Case{"g/", "http://a/b/c/g/"},
        Case{"/g", "http://a/g"}, Case{"//g", "http://g/"}, Case{"?y", "http://a/b/c/d;p?y"},
        Case{"../g", "http://a/b/g"}, Case{"../../g", "http://a/g"}, Case{"#s", "http://a/b/c/d;p?q#s"},
        Case{"", "http://a/b/c/d;p?q"}}) {
    CAPTURE(reference);
    CHECK(resolve_url(base, reference).value_or("none") == want);
  }
  CHECK(resolve_url("", "https://example.org/x") == "https://example.org/x");
  CHECK(resolve_url("https://example.org/", "mailto:a@b.c") == "mailto:a@b.c");
  CHECK_FALSE(resolve_url("", "x.html"));
}
