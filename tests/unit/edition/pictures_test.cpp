#include <doctest/doctest.h>

#include "edition/inline_images.hpp"

using namespace tidings;
using namespace tidings::edition;

namespace {

const FoundImage ship{
    .attribute = "https://a.example/ship.png?a=1&amp;b=2",
    .image = {
        .content_id = "abc@news.example.org", .url = "https://a.example/ship.png?a=1&b=2", .bytes = "PNG"}};

}  // namespace

TEST_CASE("pictures: web addresses in src of <img>, in order, each once, as they are written") {
  CHECK(image_sources("<p><img alt=\"\" src=\"https://a.example/1.png?x&amp;y\"><img src=\"cid:2\">"
                      "<a href=\"https://a.example/3.png\"></a><img src=\"http://a.example/4.png\">"
                      "<img src=\"https://a.example/1.png?x&amp;y\"><img>") ==
        std::vector<std::string>{"https://a.example/1.png?x&amp;y", "http://a.example/4.png"});
}

TEST_CASE("pictures: content ids stand for addresses and back") {
  const std::string html = "<img src=\"" + ship.attribute + "\"><a href=\"" + ship.attribute + "\">";
  const auto sent = with_content_ids(html, {ship});
  CHECK(sent == "<img src=\"cid:abc@news.example.org\"><a href=\"" + ship.attribute + "\">");
  CHECK(with_addresses(sent, {ship.image}) == html);
}

TEST_CASE("pictures: five that stay links are named, the others counted") {
  const auto config = *config::parse_config(R"([newsletter]
name = "Harbour News"
from = "news@example.org"
timezone = "UTC"
[[source]]
name = "harbour"
url = "https://harbour.example/feed"
[[digest]]
name = "weekly"
schedule = "weekly monday 08:00"
images = "inline"
)",
                                            "/nowhere/config.toml");
  EmbeddedImages embedded{config, config.digests.front()};
  FoundImages found;
  CHECK(in_words(found, embedded).empty());
  found.links = {"A (404)"};
  CHECK(in_words(found, embedded) == "1 picture stays a link: A (404)");
  found.links = {"A", "B", "C", "D", "E", "F", "G"};
  CHECK(in_words(found, embedded) == "7 pictures stay links: A, B, C, D, E and 2 more");
  found.links.clear();
  CHECK(embedded.take("<p><img src=\"data:text/html;base64,PGI+\">Words</p>", "Ships") == "<p>Words</p>");
  CHECK(in_words(found, embedded) == "left out: a picture inside \"Ships\" (not a PNG, JPEG, GIF or WebP)");
  CHECK(embedded.images().empty());
}
