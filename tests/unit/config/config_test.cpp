#include "config/config.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::config;

namespace {

constexpr const char* shortest = R"([newsletter]
name = "Harbour News"
from = "Harbour News <news@example.org>"
public_url = "https://news.example.org/"
postal_address = "1 Quay Street, Exampletown"
timezone = "Europe/Athens"
[[source]]
name = "harbour"
url = "file:data/harbour.atom"
[[digest]]
name = "weekly"
schedule = "weekly monday 08:00"
)";

Result<Config> parse(const std::string& text) { return parse_config(text, "/srv/news/config.toml"); }

}  // namespace

TEST_CASE("config: the shortest one works and everything else has a default") {
  const auto config = parse(shortest);
  REQUIRE(config);
  CHECK(config->newsletter.public_url == "https://news.example.org");
  CHECK(config->newsletter.list_id == "news.example.org");
  CHECK(config->newsletter.unsubscribe_mailto == "news@example.org");
  CHECK(config->store.path == "/srv/news/subscribers/tidings.db");
  CHECK(config->sources.at(0).spec.url == "file:/srv/news/data/harbour.atom");
  CHECK(config->digests.at(0).title == "Harbour News");
  CHECK(config->digests.at(0).list_id == "weekly.news.example.org");
  CHECK(config->digests.at(0).theme == "default");
  CHECK(config->delivery.max_lateness == std::chrono::hours{36});
  CHECK(config->find_digest("weekly") != nullptr);
  CHECK(config->digest("weekli").error().hint == "did you mean \"weekly\"?");
}

TEST_CASE("config: each digest is a list of its own, by its name or as it says") {
  const auto config = parse(
      std::string{shortest} +
      "list_id = \"harbour.example.net\"\n[[digest]]\nname = \"very_short-\"\nschedule = \"daily 07:00\"\n"
      "[[digest]]\nname = \"third\"\nlist_id = \"Harbour.example.net\"\nschedule = \"daily 07:00\"\n");
  REQUIRE(config);
  CHECK(config->digests.at(0).list_id == "harbour.example.net");
  CHECK(config->digests.at(1).list_id == "very-short.news.example.org");
  CHECK(std::ranges::any_of(config->warnings, [](const auto& line) {
    return line.find("weekly and third share the list_id") != std::string::npos;
  }));
  const auto wrong = parse(std::string{shortest} + "list_id = \"no dots\"\n");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().line().find("is not a list id") != std::string::npos);
}

TEST_CASE("config: several relays, limits for domains, and ways that are no relay") {
  const auto config = parse(
      std::string{shortest} +
      "[smtp]\nurl = \"smtp://mail.example.org:587\"\nper_hour = 3600\nweight = 3\n"
      "[[relay]]\nurl = \"smtps://backup.example.org\"\nweight = 0\npatience = \"15m\"\n"
      "[[relay]]\nurl = \"lmtp://127.0.0.1:2400\"\n[delivery]\nper_domain = [\"bücher.example 2.5\"]\n");
  REQUIRE(config);
  CHECK(config->smtp.per_hour == 3600);
  CHECK(config->smtp.weight == 3);
  REQUIRE(config->more_relays.size() == 2);
  CHECK(config->more_relays[0].weight == 0);
  CHECK(config->more_relays[0].tls == delivery::Tls::require);
  CHECK(config->more_relays[0].patience == std::chrono::minutes{15});
  CHECK(config->more_relays[1].tls == delivery::Tls::off);
  REQUIRE(config->delivery.per_domain.size() == 1);
  CHECK(config->delivery.per_domain[0].domain == "xn--bcher-kva.example");
  CHECK(config->delivery.per_domain[0].rate == doctest::Approx(2.5));
  const auto way = [](const char* url) {
    return parse(std::string{shortest} + "[smtp]\nurl = \"" + url + "\"\n");
  };
  CHECK(way("maildir:outbox")->smtp.local_way == LocalWay::maildir);
  CHECK(way("maildir:outbox")->smtp.local_path == "/srv/news/outbox");
  CHECK(way("drop:/var/drop")->smtp.local_path == "/var/drop");
  CHECK(way("sendmail:/usr/sbin/sendmail")->smtp.local_way == LocalWay::sendmail);
}

TEST_CASE("config: every mistake is told with its place and a hint") {
  struct Case {
    std::string text;  ///< put behind the shortest configuration
    std::string what;
    std::string hint;
  };
  const std::vector<Case> cases{
      {"[smtp]\nurl = smtp\n", "/srv/news/config.toml:14:7: ", "not valid TOML"},
      {"[smpt]\n", ":13:2: unknown section [smpt]", "did you mean \"smtp\"?"},
      {"[smtp]\nconections = 3\n", ":14:1: unknown key \"conections\" in [smtp]",
       "did you mean \"connections\"?"},
      {"[smtp]\nconnections = \"3\"\n", ":14:15: connections in [smtp] must be a whole number, not a string",
       ""},
      {"[smtp]\nurl = \"maildir:\"\n", "maildir: needs a path", "maildir:outbox"},
      {"[smtp]\nurl = \"maildir:x\"\n[[relay]]\nurl = \"smtp://127.0.0.1\"\n", "several relays must all be",
       ""},
      {"[smtp]\nurl = \"lmtp://127.0.0.1:24\"\ntls = \"require\"\n",
       "lmtp:// has neither encryption nor login", "smtp://"},
      {"[delivery]\nper_domain = [\"example.org\"]\n", "is not a domain and its messages per second",
       "example.org 5"},
      {"[smtp]\nconnections = 0\n", "out of range", "from 1 to 500"},
      {"[smtp]\npassword = \"hunter2\"\n", "must not contain a password", "password_file"},
      {"[smtp]\nurl = \"smtp://me:hunter2@mail.example.org\"\n", "user name or password", ""},
      {"[smtp]\nurl = \"smtp://mail.example.org\"\ntls = \"off\"\nusername = \"a\"\npassword_env = \"P\"\n",
       "unencrypted", ""},
      {"[smtp]\ntls = \"of\"\n", "tls cannot be \"of\"", "did you mean \"off\"?"},
      {"[smtp]\nauth = \"login\"\n", "auth cannot be \"login\"", "LOGIN"},
      {"[[relay]]\nurl = \"smtp://127.0.0.1\"\nauth = \"token\"\n", ":15:8: auth cannot be \"token\"",
       "XOAUTH2"},
      {"[delivery]\nmax_lateness = \"2 days\"\n", ":14:16: ", "36h"},
      {"[[digest]]\nname = \"weekly\"\nschedule = \"daily 07:30\"\n", "two digests named \"weekly\"",
       "must be unique"},
      {"[[digest]]\nname = \"daily\"\nschedule = \"dayly 07:30\"\n", ":15:12: ", "daily"},
      {"[[digest]]\nname = \"daily\"\n", "needs schedule", "weekly monday"},
      {"[[digest]]\nname = \"daily\"\nschedule = \"daily 07:30\"\nsources = [\"harbor\"]\n",
       "no source \"harbor\"", "harbour"},
      {"[[digest]]\nname = \"daily\"\nschedule = \"daily 07:30\"\ntheme = \"defualt\"\n",
       "no theme \"defualt\"", "did you mean \"default\"?"},
      {"[[digest]]\nname = \"daily\"\nschedule = \"daily 07:30\"\ninclude = \"/(/\"\n", "regular expression",
       ""},
      {"[[source]]\nname = \"harbour\"\nurl = \"https://blog.example.org/feed\"\n",
       "two sources named \"harbour\"", ""},
      {"[[source]]\nname = \"other\"\nurl = \"blog.example.org\"\n", "not the URL of a source",
       "https://blog.example.org"},
  };
  for (const auto& [text, what, hint] : cases) {
    CAPTURE(text);
    const auto config = parse(shortest + text);
    REQUIRE_FALSE(config);
    CHECK(config.error().code == Errc::config);
    CHECK_MESSAGE(config.error().what.find(what) != std::string::npos, config.error().what);
    CHECK_MESSAGE(config.error().hint.find(hint) != std::string::npos, config.error().hint);
    CHECK(config.error().line().find('\n') == std::string::npos);
    CHECK(config.error().line().find("hunter2") == std::string::npos);
  }
}

TEST_CASE("config: a misspelt key explains a missing one") {
  const auto config = parse("[newsletter]\nname = \"A\"\nform = \"a@example.org\"\n");
  REQUIRE_FALSE(config);
  CHECK(config.error().what.find("unknown key \"form\"") != std::string::npos);
  CHECK(config.error().hint == "did you mean \"from\"?");
}

TEST_CASE("config: a zone that does not exist, an invalid address, a plain http URL") {
  const std::string base = shortest;
  const auto with = [&](const std::string& from, const std::string& to) {
    auto text = base;
    text.replace(text.find(from), from.size(), to);
    return parse(text);
  };
  CHECK(with("Europe/Athens", "Europe/Athen").error().hint == "did you mean \"Europe/Athens\"?");
  CHECK(with("<news@example.org>", "<news>").error().what.find(":3:8: ") != std::string::npos);
  CHECK(with("https://news", "http://news").error().what.find("is not a valid public URL") !=
        std::string::npos);
}

TEST_CASE("config: two relays at one address are not two of one name") {
  const std::string twice =
      "[smtp]\nurl = \"smtp://127.0.0.1:25\"\n[[relay]]\nurl = \"smtp://127.0.0.1:25\"\n";
  REQUIRE(parse(std::string{shortest} + twice));
  CHECK(parse(std::string{shortest} + twice)->more_relays.at(0).name == "127.0.0.1:25");
  CHECK_FALSE(parse(std::string{shortest} + twice + "name = \"127.0.0.1:25\"\n"));
}

TEST_CASE("config: settings are told with their defaults") {
  const auto config = parse(shortest);
  REQUIRE(config);
  bool found_given = false, found_default = false;
  for (const auto& setting : config->settings) {
    if (setting.section == "newsletter" && setting.key == "timezone")
      found_given = setting.value == "\"Europe/Athens\"" && !setting.is_default;
    if (setting.section == "delivery" && setting.key == "max_lateness")
      found_default = setting.value == "\"36h\"" && setting.is_default;
  }
  CHECK(found_given);
  CHECK(found_default);
}

TEST_CASE("config: what a digest says of its posts, its order and its review") {
  const auto config =
      parse(std::string{shortest} +
            "[[source]]\nname = \"heavy\"\nurl = \"file:data/heavy.atom\"\nweight = 7\n"
            "[[digest]]\nname = \"daily\"\nschedule = \"daily 07:30\"\nmax_posts = 5\noverflow = "
            "\"list\"\norder = \"weight\"\n"
            "archive = false\nreview = true\nreview_until = \"24h\"\nunapproved = \"send\"\n");
  REQUIRE(config);
  CHECK(config->sources.at(1).weight == 7);
  const auto& first = config->digests.at(0);
  CHECK(first.overflow == digest::Overflow::wait);
  CHECK(first.order == digest::Order::newest);
  CHECK(first.archive);
  CHECK_FALSE(first.review);
  CHECK_FALSE(first.review_until);
  const auto& daily = config->digests.at(1);
  CHECK(daily.overflow == digest::Overflow::list);
  CHECK(daily.order == digest::Order::source);
  CHECK_FALSE(daily.archive);
  CHECK(daily.review);
  CHECK(daily.review_until == std::chrono::hours{24});
  CHECK(daily.unapproved == DigestConfig::Unapproved::send);
  CHECK(config->newsletter.editor == config->newsletter.from);
}

TEST_CASE("config: each word of order, group_by, content and kind stands for what it says") {
  const auto digest_with = [](const std::string& key, const std::string& word) {
    const auto config =
        parse(std::string{shortest} + "[[digest]]\nname = \"daily\"\nschedule = \"daily 07:30\"\n" + key +
              " = \"" + word + "\"\n");
    REQUIRE(config);
    return config->digests.at(1);
  };
  CHECK(digest_with("order", "newest").order == digest::Order::newest);
  CHECK(digest_with("order", "oldest").order == digest::Order::oldest);
  CHECK(digest_with("order", "source").order == digest::Order::source);
  CHECK(digest_with("order", "weight").order == digest::Order::source);
  CHECK(digest_with("group_by", "source").group_by == digest::GroupBy::source);
  CHECK(digest_with("group_by", "topic").group_by == digest::GroupBy::topic);
  CHECK(digest_with("group_by", "none").group_by == digest::GroupBy::none);
  CHECK(digest_with("content", "full").content == DigestConfig::Content::full);
  CHECK(digest_with("content", "title").content == DigestConfig::Content::title);
  const auto config = parse(std::string{shortest} +
                            "[[source]]\nname = \"two\"\nurl = \"https://two.example/feed\"\n"
                            "kind = \"feed\"\ncontent = \"summary\"\n");
  REQUIRE(config);
  CHECK(config->sources.at(1).spec.kind == source::Kind::feed);
  CHECK(config->sources.at(1).content == post::Content::summary);
  CHECK(config->sources.at(0).content == post::Content::automatic);
}

TEST_CASE("config: a review that cannot be meant is told") {
  const std::string text{shortest};
  const auto what = [&](const std::string& more) {
    const auto config = parse(text + more);
    REQUIRE_FALSE(config);
    return config.error().what;
  };
  CHECK(what("review_until = \"24h\"\n").find("review_until needs review = true") != std::string::npos);
  CHECK(what("review = true\nunapproved = \"send\"\n").find("needs review_until") != std::string::npos);
  CHECK(what("order = \"heaviest\"\n").find("heaviest") != std::string::npos);
  CHECK(what("overflow = \"drop\"\n").find("drop") != std::string::npos);
}
