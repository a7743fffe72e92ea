#include "source/article.hpp"

#include <string>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "source/article_words.hpp"
#include "source/page_trim.hpp"

namespace tidings::source {
namespace {

const std::string one =
    "The harbour wall was repaired over the winter, and the first boats returned in early March, as "
    "planned. ";
const std::string two =
    "Volunteers counted forty-one nests along the cliffs, nine more than in the year before, said the club. ";
const std::string three =
    "Nobody had expected the library to stay open past midnight, but the queue reached the square by ten. ";

std::string p(const std::string& text) { return "<p>" + text + "</p>"; }

Article found(const std::string& page) {
  auto article = find_article(
      page, {.base_url = "https://example.org/story", .content_type = "text/html; charset=utf-8"});
  REQUIRE_MESSAGE(article.has_value(), page);
  return std::move(*article);
}

std::string text_of(const std::string& body) { return found("<title>A title</title><body>" + body).text; }

bool has(std::string_view text, std::string_view part) {
  return text.find(trim(part)) != std::string_view::npos;
}

std::string times(const std::string& text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("article: paragraphs that each stand in a body element of their own are one article") {
  const auto chunk = [](const std::string& text) {
    return "<div class='article-body' data-qa='article-body'>" + p(text) + "</div>";
  };
  const auto text = text_of("<main><h1>A title</h1>" + chunk(one + one) + chunk(two) +
                            "<div class=ad-slot><p>Advertisement</p></div>" + chunk(three) + "</main>");
  CHECK(has(text, one));
  CHECK(has(text, two));
  CHECK(has(text, three));
  CHECK_FALSE(has(text, "Advertisement"));
}

TEST_CASE("article: paragraphs that are divs with links are no teasers") {
  std::string body;
  for (const auto& each : {one, two, three, one + two})
    body += "<div class=paragraph>" + each + "<a href='/x'>the report of the committee</a>, it says.</div>";
  const auto text = text_of("<div><h1>A title</h1><div>" + body + "</div></div>");
  CHECK(has(text, one));
  CHECK(has(text, three));
}

TEST_CASE("article: three links in a paragraph are part of it, and a heading's mark is not") {
  const std::string link = "<a href='/x'><code>process.stdin</code></a>";
  const auto text =
      text_of("<div><h1>A title</h1><h2>Streams<a href='#streams'>#</a></h2><p>Then " + link + " and " +
              link + " and " + link + " stay.</p>" + p(one + two) + p(three) + "</div>");
  CHECK(has(text, "Then process.stdin and process.stdin and process.stdin stay."));
  CHECK(has(text, "Streams"));
  CHECK_FALSE(has(text, "#"));
}

TEST_CASE("article: text in an element named for a wall that readers pay at is text") {
  const auto text = text_of("<article><h1>A title</h1>" + p(one + two) + "<div class='paywall'>" +
                            p(two + three) + p(three + one) + "</div></article>");
  CHECK(has(text, two + three));
}

TEST_CASE("article: a class that says what is missing drops nothing") {
  const auto text =
      text_of("<div class='no-sidebar has-comments hide-related'>" + p(one + two) + p(three) + "</div>");
  CHECK(has(text, three));
}

TEST_CASE("article: the ten best of something under links to shops are an article") {
  std::string items;
  for (int i = 0; i < 5; ++i)
    items += "<div class=item><h3><a href='https://shop.example/" + std::to_string(i) +
             "'>A very good bowl</a></h3>" + p(two) + "</div>";
  const auto text =
      found("<meta property='og:type' content='article'><title>Bowls</title><div class='entry-content'>" +
            p(one) + items + "</div>")
          .text;
  CHECK(has(text, two));
  CHECK(has(text, "A very good bowl"));
}

TEST_CASE("article: what surrounds the text is left out") {
  const struct {
    const char* name;
    std::string noise;
  } cases[] = {
      {"related", "<p><b>Read also:</b> <a href='/x'>UNWANTED title of another story</a></p>"},
      {"a promotion that is one link", "<p><a href='/x'>UNWANTED: our guide to everything</a></p>"},
      {"sharing", "<div class='social-share'>UNWANTED <a href='#'>Facebook</a></div>"},
      {"a table of contents",
       "<ul><li><a href='#a'>UNWANTED first part</a></li><li><a href='#b'>Second part</a></li></ul>"},
      {"newsletter",
       "<div class='c-newsletter'><p>UNWANTED. Get our stories by mail, each "
       "morning.</p><form><input></form></div>"},
      {"hidden",
       "<p style='display: none'>UNWANTED text that nobody sees, and that is long enough to look like "
       "one.</p>"},
      {"caption",
       "<figure><img src='/a.jpg'><figcaption>UNWANTED caption of the picture, by a "
       "photographer.</figcaption></figure>"},
      {"aside", "<aside><p>UNWANTED box with facts, which stands beside the text.</p></aside>"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.name);
    const auto text = text_of("<article><h1>A title</h1>" + p(one + two) + p(two) + each.noise +
                              p(three + one) + p(two + three) + "</article>");
    CHECK_FALSE(has(text, "UNWANTED"));
    CHECK(has(text, three + one));
    CHECK(has(text, two + three));
  }
}

TEST_CASE("article: a byline and a date above the text go, a sentence with a date stays") {
  const auto text = text_of("<article><h1>A title</h1><p>By Ada Brook</p><p>14 March 2026</p>" +
                            p("On March 14, 2026, the council voted.") + p(one) + p(two) + "</article>");
  CHECK_FALSE(has(text, "Ada Brook"));
  CHECK_FALSE(has(text, "14 March 2026"));
  CHECK(has(text, "On March 14, 2026, the council voted."));
}

TEST_CASE("article: what only JSON-LD has is the text") {
  const auto article =
      found(R"(<script type="application/ld+json">{"@type":"NewsArticle","headline":"H","articleBody":")" +
            times(one, 5) + R"("}</script><title>T</title><div id=app>Loading</div>)");
  CHECK(has(article.text, one));
  CHECK(has(article.html, "<p>"));
}

TEST_CASE("article: the beginning above a wall is completed from JSON-LD, and trimmed by it") {
  const auto text =
      found(R"(<script type="application/ld+json">{"@type":"NewsArticle","headline":"H","articleBody":")" +
            times(one + two + three, 2) + R"("}</script><title>T</title><div>)" +
            p("This is an offer of ours, which stands before the text and is no part of it.") +
            p(one + two + three) + p(one + two + three) +
            p("Words of the house, with a comma, stand below it.") + "</div>")
          .text;
  CHECK(has(text, three));
  CHECK_FALSE(has(text, "an offer of ours"));
  CHECK_FALSE(has(text, "Words of the house"));
}

TEST_CASE("article: the places of title, author, day, language and picture, in order of trust") {
  const auto article = found(
      "<html lang='pt_BR'><head><base href='https://cdn.example.org/x/'><title>A long enough title - The "
      "Site</title><meta property='og:site_name' content='The Site'>"
      "<meta property='og:image' content='lead.jpg'><meta property='article:published_time' "
      "content='2026-03-14T09:30:00+02:00'></head><body>"
      "<h1>The Site</h1><p class='byline'>By Ada Brook | 14 March 2026</p>" +
      p(one + two) + p(three + "<a href='y'>link</a>.") + "</body></html>");
  CHECK(article.title == "A long enough title");
  CHECK(article.author == "Ada Brook");
  REQUIRE(article.published);
  CHECK(format_rfc3339(*article.published) == "2026-03-14T07:30:00Z");
  CHECK(article.language == "pt-BR");
  CHECK(article.image == "https://cdn.example.org/x/lead.jpg");
  CHECK(article.base_url == "https://cdn.example.org/x/");
}

TEST_CASE("article: a day that may be read two ways is none where the language does not tell") {
  const auto day = [](const char* language) {
    return found(std::string{"<html lang='"} + language +
                 "'><title>T</title><h1>T</h1><div>03/04/2026</div><div>" + p(one + two) + p(three) +
                 "</div></html>")
        .published;
  };
  CHECK_FALSE(day("en"));
  CHECK(format_rfc3339(day("en-US").value()) == "2026-03-04T00:00:00Z");
  CHECK(format_rfc3339(day("de").value()) == "2026-04-03T00:00:00Z");
}

TEST_CASE("article: pages without one are bad data") {
  for (const std::string page :
       {"", "hello", "<p>hello</p>", "<form><input name=u><input type=password></form>",
        "<nav><a href=/>Home</a></nav>"}) {
    const auto article = find_article(page, {});
    REQUIRE_FALSE(article);
    CHECK(article.error().code == Errc::bad_data);
  }
}

TEST_CASE("article: a page cut at any byte does no harm") {
  const auto page =
      "<!doctype html><title>T &amp; U</title><script "
      "type='application/ld+json'>{\"@type\":\"Article\"}</script><article class=\"post\"><!-- c "
      "--><h1>T</h1>" +
      p(one + two) + "<ul><li>a<li>b</ul><svg><path/></svg>" + p(three) + "</article>";
  for (std::size_t i = 0; i <= page.size(); ++i) {
    const auto article = find_article(page.substr(0, i), {});
    if (article) CHECK_FALSE(article->text.empty());
  }
}

TEST_CASE("page_trim: code, comments and drawings go, JSON-LD and words stay") {
  CHECK(trim_page("a<script>if(1<2){x='</p>'}</script>b") == "ab");
  CHECK(trim_page("a<!-- <p> -->b<style>p{}</style>c<svg><text>d</text></svg>") == "abc");
  CHECK(trim_page(R"(<SCRIPT type="application/LD+json">{}</SCRIPT>)") ==
        R"(<script type="application/ld+json">{}</script>)");
  CHECK(trim_page("a<svg>b") == "ab");
  CHECK(trim_page("a<script>b") == "a");
  CHECK(trim_page("1 < 2") == "1 &lt; 2");
  CHECK(trim_page("<p class='a \"b\"' onclick=x data-x=1>t</p>") == "<p class=\"a &quot;b&quot;\">t</p>");
}

TEST_CASE("page_trim: nesting is flattened and keeps its text") {
  const auto deep = trim_page(times("<div>", 5000) + "text" + times("</div>", 5000));
  CHECK(deep.size() < 12'000);
  CHECK(has(deep, "text"));
}

TEST_CASE("article_words: class names are read word by word") {
  CHECK(hint_of_class("td-post-content").body);
  CHECK(hint_of_class("ArticlePage-articleBody").body);
  CHECK(hint_of_class("relatedPosts").noise);
  CHECK(hint_of_class("CybotCookiebotDialog").consent);
  CHECK(hint_of_class("post bg1").post);
  CHECK_FALSE(hint_of_class("post-title").post);
  CHECK_FALSE(hint_of_class("has-sidebar").noise);
  CHECK_FALSE(hint_of_class("shareholders").noise);
  CHECK_FALSE(hint_of_class("cmp-text").consent);
  CHECK_FALSE(hint_of_class("post-7 category-cookies tag-related").consent);
  CHECK_FALSE(hint_of_class("post-7 category-cookies tag-related").noise);
}

TEST_CASE("article_words: lines and headings about the page, in many languages") {
  for (const auto* const line :
       {"Read also: a story", "Lesen Sie auch: etwas", "Lire aussi : autre", "Διαβάστε επίσης: κάτι",
        "Читайте также: другое", "あわせて読みたい：記事", "İlgili haber: bir"}) {
    CAPTURE(line);
    CHECK(begins_like_noise(line));
  }
  CHECK_FALSE(begins_like_noise("Reading is fun."));
  CHECK(heads_noise("Related articles"));
  CHECK(heads_noise("Σχετικά άρθρα"));
  CHECK_FALSE(heads_noise("The wall"));
  CHECK(is_byline("By Ada Brook"));
  CHECK_FALSE(is_byline("By the time she left, it was over."));
}

}  // namespace tidings::source
