#include "post/identity.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::post;

TEST_CASE("identity: links lose what tracks, and nothing else") {
  struct Case {
    std::string url;
    std::string want;
    std::string key;
  };
  for (const auto& [url, want, key] :
       std::vector<Case>{{"https://www.e.org/a/?utm_source=x&id=3&fbclid=y#top",
                          "https://www.e.org/a/?id=3#top", "e.org/a?id=3"},
                         {"http://E.org:80/?utm_medium=rss", "http://e.org/", "e.org"},
                         {"https://e.org/a?b=&c", "https://e.org/a?b=&c", "e.org/a?b=&c"},
                         {"https://e.org/a#xtor=RSS-1", "https://e.org/a", "e.org/a"},
                         {"mailto:a@e.org", "", ""},
                         {"tag:e.org,2026:1", "", ""}}) {
    CAPTURE(url);
    CHECK(canonical_link(url) == want);
    CHECK(link_key(want) == key);
  }
  CHECK(canonical_link("https://e.org/a?from=rss&x=1", {.tracking_parameters = {"from"}}) ==
        "https://e.org/a?x=1");
}

TEST_CASE("identity: titles compare without case and punctuation") {
  CHECK(title_key("  Don’t Panic: “the” Harbour! ") == title_key("dont panic the harbour"));
  CHECK(title_key("ΤΟ ΛΙΜΑΝΙ") == title_key("το λιμανι"));
  CHECK(title_key("港の、朝") == "港の 朝");
  CHECK(title_key("!!!").empty());
}

TEST_CASE("identity: guid, else link, else a hash") {
  source::Entry entry;
  entry.id = "tag:1";
  CHECK(identity(entry, "https://e.org/") == "tag:1");
  CHECK(identity(entry, "https://e.org/", Guid::repeated) == "https://e.org/");
  CHECK(identity(entry, "", Guid::repeated).starts_with("sha256:"));
  source::Entry other = entry;
  other.title = "Other";
  CHECK(identity(entry, "", Guid::repeated) != identity(other, "", Guid::repeated));
}
