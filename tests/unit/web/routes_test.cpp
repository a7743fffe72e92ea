#include "web/routes.hpp"

#include <filesystem>

#include <doctest/doctest.h>

#include "base/file.hpp"
#include "support/store.hpp"
#include "support/temp_folder.hpp"
#include "web/cgi.hpp"
#include "web/form_token.hpp"
#include "web/limits.hpp"
#include "web/server.hpp"
#include "web/static_files.hpp"

using namespace tidings;
using namespace tidings::web;
using namespace std::chrono_literals;

namespace {

/// A list of one reader, whose token for everything is "good".
struct FakeService final : Service {
  int left = 0;
  int confirmed = 0;
  int changed = 0;
  std::vector<SignUp> sign_ups;
  Scope scope = Scope::digest;
  int at_once = 0;
  int undone = 0;
  int less = 0;
  int erased = 0;
  int moved = 0;

  Result<std::optional<Leaving>> leaving(std::string_view token) override {
    if (token != "good") return std::nullopt;
    return Leaving{.address = "a…@e….org",
                   .language = "de",
                   .digest = "weekly",
                   .is_subscribed = left == 0,
                   .others = {}};
  }
  Result<std::optional<Leaving>> leave(std::string_view token, Scope how_much, std::string_view) override {
    if (token == "good") ++left;
    scope = how_much;
    return leaving(token);
  }
  Result<std::optional<std::function<void(Settled)>>> leave_at_once(std::string_view token,
                                                                    std::string_view) override {
    if (token != "good") return std::nullopt;
    ++at_once;
    return [](const Settled& settled) { settled(true); };
  }
  Result<bool> come_back(std::string_view token, std::string_view) override { return token == "good"; }
  Result<std::string> check_field(std::string_view, std::string_view text) const override {
    return std::string{text};
  }
  Result<std::optional<Joining>> joining(std::string_view token) override {
    if (token != "good") return std::nullopt;
    return Joining{.address = "a…@e….org", .language = {}, .digests = {"weekly"}};
  }
  Result<std::optional<Joining>> confirm(std::string_view token, std::string_view) override {
    if (token == "good") ++confirmed;
    return joining(token);
  }
  Result<std::optional<Member>> member(std::string_view token) override {
    if (token != "good") return std::nullopt;
    return Member{};
  }
  Result<std::optional<Change>> change(std::string_view, const Preferences&, std::string_view) override {
    ++changed;
    return Change::saved;
  }
  Result<std::optional<Member>> get_less(std::string_view token, const Less&, std::string_view) override {
    ++less;
    return member(token);
  }
  Result<std::optional<Leaving>> undo_leave(std::string_view token, UtcTime, std::string_view) override {
    ++undone;
    return leaving(token);
  }
  Result<bool> give_reason(std::string_view, std::string_view reason) override { return reason == "other"; }
  std::vector<std::string> reasons() const override { return {"other"}; }
  Result<bool> send_new_link(std::string_view token, std::string_view) override { return token == "good"; }
  Result<std::optional<Moving>> move(std::string_view, std::string_view, std::string_view) override {
    ++moved;
    return Moving::asked;
  }
  Result<std::optional<std::string>> personal_data(std::string_view token) override {
    return token == "good" ? std::optional<std::string>{"{}"} : std::nullopt;
  }
  Result<bool> erase(std::string_view) override {
    ++erased;
    return true;
  }
  Result<SignUpResult> sign_up(const SignUp& wanted) override {
    sign_ups.push_back(wanted);
    return wanted.address == "bad" ? SignUpResult::bad_address : SignUpResult::taken;
  }
  std::vector<Choice> digests() const override {
    return {{.value = "weekly", .label = {}, .is_chosen = false}};
  }
  std::vector<Choice> topics() const override { return {}; }
  Result<void> check() override { return {}; }
  Result<std::vector<Metric>> metrics() override {
    return std::vector<Metric>{{.name = "x", .help = "X.", .samples = {{.labels = {}, .value = 1}}}};
  }
};

struct FakePages final : Pages {
  std::string css;
  Result<std::string> render(const PageView& view) const override {
    return std::to_string(static_cast<int>(view.page)) + ":" + std::to_string(static_cast<int>(view.notice)) +
           ":" + view.language;
  }
  std::string language_for(std::span<const std::string> wanted) const override {
    for (const auto& tag : wanted) {
      if (tag == "de" || tag == "ja") return tag;
    }
    return "en";
  }
  std::string consent(const std::string&) const override { return "yes"; }
  const std::string& style() const override { return css; }
};

struct Visitor {
  SiteOptions options{.base_path = "/news", .archive = {}, .form_token_secret = "secret"};
  FakeService service;
  FakePages pages;
  ManualClock clock{from_ms(1'700'000'000'000)};
  MemoryLimits limits;
  SiteState state;
  Site site{options, service, pages, clock, limits, state};

  Response get(std::string path, Method method = Method::get) {
    return site.answer({.method = method, .path = std::move(path), .client = "192.0.2.1"});
  }
  Response post(std::string path, std::string body, std::string type = "application/x-www-form-urlencoded") {
    return site.answer({.method = Method::post,
                        .path = std::move(path),
                        .content_type = std::move(type),
                        .body = std::move(body),
                        .client = "192.0.2.1"});
  }
};

}  // namespace

TEST_CASE("routes: GET and HEAD change nothing, whatever the path") {
  Visitor visitor;
  for (const char* const path : {"/u/good", "/c/good", "/p/good", "/subscribe", "/", "/news/u/good"}) {
    for (const auto method : {Method::get, Method::head}) CHECK(visitor.get(path, method).status == 200);
  }
  for (const char* const act : {"erase_now", "move", "save", "download"})
    CHECK(visitor.get(std::string{"/p/good?act="} + act).status >= 200);
  CHECK(visitor.service.erased + visitor.service.moved + visitor.service.less + visitor.service.undone == 0);
  CHECK(visitor.service.left + visitor.service.confirmed + visitor.service.changed == 0);
  CHECK(visitor.service.sign_ups.empty());
}

TEST_CASE(
    "routes: one click leaves the digest at once, in both content types, with whatever else is in the body") {
  Visitor visitor;
  CHECK(visitor.post("/u/good", "List-Unsubscribe=One-Click&act=all&act=return").status == 200);
  CHECK(visitor.service.at_once == 1);
  visitor.post(
      "/u/good",
      "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n",
      "multipart/form-data; boundary=b");
  CHECK(visitor.service.at_once == 2);
  CHECK(visitor.service.left == 0);
  CHECK(visitor.post("/u/good", "{}", "application/json").status == 200);
  CHECK(visitor.service.left == 1);
  CHECK(visitor.service.scope == Scope::digest);
  CHECK(visitor.post("/u/bad", "List-Unsubscribe=One-Click").status == 404);
}

TEST_CASE("routes: leaving is taken back by the page of that link alone, for an hour") {
  Visitor visitor;
  const auto stamp = make_form_token("secret undo good", visitor.clock.now());
  CHECK(
      visitor.post("/u/good", "act=return&undo=" + make_form_token("secret undo other", visitor.clock.now()))
          .status == 200);
  CHECK(visitor.post("/u/good", "act=return&undo=" + make_form_token("secret", visitor.clock.now())).status ==
        200);
  CHECK(visitor.post("/u/good", "act=return").status == 200);
  CHECK(visitor.service.undone == 0);
  visitor.clock.advance(1h);
  CHECK(visitor.post("/u/good", "act=return&undo=" + stamp).status == 200);
  CHECK(visitor.service.undone == 1);
  visitor.clock.advance(1s);
  CHECK(visitor.post("/u/good", "act=return&undo=" + stamp).status == 200);
  CHECK(visitor.service.undone == 1);
}

TEST_CASE("routes: questions that send mail to an address of the visitor's choice are limited by network") {
  Visitor visitor;
  int asked = 0;
  for (int i = 0; i < 100; ++i)
    asked += visitor.post("/p/good", "act=move&email=a@example.org").status == 200 ? 1 : 0;
  CHECK(asked == 30);
  CHECK(visitor.service.moved == 30);
  CHECK(visitor.post("/c/good", "act=again").status == 429);
}

TEST_CASE("routes: a person is erased by the second button only, and data come by POST") {
  Visitor visitor;
  CHECK(visitor.post("/p/good", "act=erase").status == 200);
  CHECK(visitor.service.erased == 0);
  CHECK(visitor.post("/p/good", "act=erase_now").status == 200);
  CHECK(visitor.service.erased == 1);
  CHECK(visitor.post("/p/good", "act=download").content_type == "application/json; charset=utf-8");
  CHECK(visitor.get("/p/good").content_type == "text/html; charset=utf-8");
}

TEST_CASE("routes: preferences change only by the form's own button") {
  Visitor visitor;
  CHECK(visitor.post("/p/good", "List-Unsubscribe=One-Click").status == 400);
  CHECK(visitor.post("/p/good", "").status == 400);
  CHECK(visitor.service.changed == 0);
  CHECK(visitor.post("/p/good", "act=save&digest=weekly").status == 200);
  CHECK(visitor.service.changed == 1);
}

TEST_CASE("routes: a form that is quick, foreign, old or trapped signs nobody up") {
  Visitor visitor;
  const auto stamp = make_form_token("secret", visitor.clock.now());
  CHECK(visitor.post("/subscribe", "email=a@example.org&stamp=" + stamp).status == 200);
  CHECK(visitor.service.sign_ups.empty());
  visitor.clock.advance(3s);
  visitor.post("/subscribe", "email=a@example.org");
  visitor.post("/subscribe",
               "email=a@example.org&stamp=" + make_form_token("other", visitor.clock.now() - 3s));
  visitor.post("/subscribe", "email=a@example.org&website=x&stamp=" + stamp);
  CHECK(visitor.service.sign_ups.empty());
  // "Nothing that is known was chosen" would mean everything.
  CHECK(visitor.post("/subscribe", "email=a@example.org&digest=weekly&digest=evil&stamp=" + stamp).status ==
        422);
  CHECK(visitor.service.sign_ups.empty());
  visitor.post("/subscribe", "email=a@example.org&digest=Weekly&stamp=" + stamp);
  REQUIRE(visitor.service.sign_ups.size() == 1);
  CHECK(visitor.service.sign_ups[0].digests == std::vector<std::string>{"weekly"});
  CHECK(visitor.service.sign_ups[0].consent == "yes");
  visitor.clock.advance(25h);
  visitor.post("/subscribe", "email=a@example.org&stamp=" + stamp);
  CHECK(visitor.service.sign_ups.size() == 1);
}

TEST_CASE("routes: sign-ups and wrong tokens are limited by network, and refilled with time") {
  Visitor visitor;
  const auto stamp = make_form_token("secret", visitor.clock.now());
  visitor.clock.advance(3s);
  int taken = 0;
  for (int i = 0; i < 100; ++i)
    taken += visitor.post("/subscribe", "email=a@example.org&stamp=" + stamp).status == 200 ? 1 : 0;
  CHECK(taken == 30);
  int misses = 0;
  for (int i = 0; i < 100; ++i) misses += visitor.get("/u/bad").status == 404 ? 1 : 0;
  CHECK(misses == 60);
  CHECK(visitor.get("/u/good").status == 200);
  visitor.clock.advance(10min);
  CHECK(visitor.get("/u/bad").status == 404);
}

TEST_CASE("routes: the numbers are on the monitor's listener only, and nothing else is there") {
  Visitor visitor;
  CHECK(visitor.get("/metrics").status == 404);
  CHECK(visitor.site.answer_monitor({.path = "/metrics"}).status == 200);
  CHECK(visitor.site.answer_monitor({.path = "/subscribe"}).status == 404);
  CHECK(visitor.site.answer_monitor({.method = Method::post, .path = "/metrics"}).status == 405);
}

TEST_CASE("routes: the language is the visitor's") {
  Visitor visitor;
  CHECK(visitor.site.answer({.path = "/", .accept_language = "fi, ja;q=0.5, de;q=0.9"}).body == "0:0:de");
  CHECK(visitor.site.answer({.path = "/", .query = "lang=ja", .accept_language = "de"}).body == "0:0:ja");
  CHECK(visitor.get("/u/good").body.ends_with(":de"));
  CHECK(accepted_languages("de;q=0, x;q=abc, *, en-GB") == std::vector<std::string>{"en-gb"});
}

TEST_CASE("static_files: nothing outside the folder is found") {
  const test::TempFolder temp;
  REQUIRE(write_file(temp.path() / "secret.txt", "secret"));
  REQUIRE(write_file(temp.path() / "archive/index.html", "index"));
  REQUIRE(write_file(temp.path() / "archive/a/b.html", "page"));
  REQUIRE(write_file(temp.path() / "archive/.hidden.txt", "hidden"));
  REQUIRE(write_file(temp.path() / "archive/run.sh", "no"));
  std::filesystem::create_symlink("../secret.txt", temp.path() / "archive/link.txt");
  const auto folder = temp.path() / "archive";
  CHECK(static_file(folder, "")->bytes == "index");
  CHECK(static_file(folder, "a/b.html")->content_type == "text/html; charset=utf-8");
  for (const std::string path :
       {"../secret.txt", "a/../../secret.txt", "/etc/passwd", ".hidden.txt", "link.txt", "run.sh", "a",
        "..\\secret.txt", "a//../../secret.txt", "./index.html"}) {
    CAPTURE(path);
    CHECK_FALSE(static_file(folder, path));
  }
  CHECK_FALSE(static_file(folder, std::string_view{"index.html\0.txt", 15}));
  CHECK_FALSE(static_file({}, "index.html"));
}

TEST_CASE("server: only a trusted peer says who the visitor is") {
  CHECK(client_of("192.0.2.1", "10.0.0.1", {}) == "192.0.2.1");
  CHECK(client_of("127.0.0.1", "10.0.0.1, 198.51.100.7", {}) == "198.51.100.7");
  CHECK(client_of("192.0.2.1", "10.0.0.1", {"192.0.2.1"}) == "10.0.0.1");
  CHECK(client_of("127.0.0.1", "evil\" header", {}) == "127.0.0.1");
  // A chain of proxies: each hop is believed as far as those after it are trusted.
  CHECK(client_of("127.0.0.1", "203.0.113.5, 198.51.100.7, 10.0.0.1", {"10.0.0.1"}) == "198.51.100.7");
  CHECK(client_of("127.0.0.1", "198.51.100.7, 127.0.0.1", {}) == "198.51.100.7");
  CHECK(client_of("127.0.0.1", "evil\" header, 10.0.0.1", {"10.0.0.1"}) == "10.0.0.1");
  // What listens on [::] sees IPv4 as IPv6 carries it.
  CHECK(client_of("::ffff:127.0.0.1", "198.51.100.7", {}) == "198.51.100.7");
  CHECK(client_of("::ffff:10.0.0.1", "::ffff:198.51.100.7", {"10.0.0.1"}) == "198.51.100.7");
  CHECK(client_of("::ffff:192.0.2.1", "10.0.0.1", {}) == "192.0.2.1");
}

TEST_CASE("rate_limit: addresses of one network are one") {
  CHECK(network_of("192.0.2.1") == network_of("192.0.2.200"));
  CHECK(network_of("192.0.2.1") == network_of("::ffff:192.0.2.9"));
  CHECK(network_of("192.0.2.1") != network_of("192.0.3.1"));
  CHECK(network_of("192.0.2.1") == network_of("::ffff:c000:209"));
  CHECK(network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:3::9"));
  CHECK(network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1"));
  CHECK(site_of("2001:db8:1:2::1") == site_of("2001:db8:1:ffff::1"));
  CHECK(site_of("2001:db8:1::1") != site_of("2001:db8:2::1"));
  CHECK(site_of("192.0.2.1").empty());
}

TEST_CASE("rate_limit: an IPv4 address is that address however IPv6 writes it") {
  CHECK(plain_address("::ffff:127.0.0.1") == "127.0.0.1");
  CHECK(plain_address("::FFFF:7f00:1") == "127.0.0.1");
  CHECK(plain_address("2001:db8::1") == "2001:db8::1");
  CHECK(plain_address("no address") == "no address");
  for (const auto* const address : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1"})
    CHECK(is_loopback(address));
  for (const auto* const address : {"128.0.0.1", "::2", "::ffff:10.0.0.1", "", "localhost"})
    CHECK_FALSE(is_loopback(address));
}

TEST_CASE("limits: whoever goes from one /64 to the next is stopped by their /48") {
  auto database = test_store::open();
  REQUIRE(database);
  MemoryLimits memory;
  StoredLimits stored{*database, "secret"};
  const auto now = from_ms(1'700'000'000'000);
  int allowed = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto client = "2001:db8:1:" + std::to_string(i % 1000) + "::1";
    const bool mine = *memory.take(Limit::sign_ups, client, now);
    CHECK(mine == *stored.take(Limit::sign_ups, client, now));
    allowed += mine ? 1 : 0;
  }
  CHECK(allowed == site_factor * rule_of(Limit::sign_ups).times);
  CHECK(*memory.take(Limit::sign_ups, "2001:db8:2::1", now));
}

TEST_CASE("limits: in memory and in the database they say the same, for each network by itself") {
  auto database = test_store::open();
  REQUIRE(database);
  MemoryLimits memory;
  StoredLimits stored{*database, "secret"};
  // Other processes' handles know of it at once: nothing is kept in this one.
  auto now = from_ms(1'700'000'000'000);
  std::uint32_t dice = 7;
  int allowed = 0;
  for (int i = 0; i < 3000; ++i) {
    dice = dice * 1664525U + 1013904223U;
    now += std::chrono::seconds{dice >> 28};
    const auto client = "192.0." + std::to_string((dice >> 20) % 3) + "." + std::to_string(i % 250);
    const auto what = (dice >> 10) % 2 == 0 ? Limit::misses : Limit::sign_ups;
    const auto mine = memory.take(what, client, now);
    CAPTURE(i);
    REQUIRE(mine.value() == StoredLimits(*database, "secret").take(what, client, now).value());
    allowed += *mine ? 1 : 0;
  }
  CHECK(allowed > 100);
  CHECK(allowed < 2900);
  auto rows = database->prepare("SELECT count(*) FROM web_limits");
  REQUIRE(rows.step().value());
  CHECK(rows.integer(0) == 6);
  rows.reset();
  REQUIRE(sweep_limits(*database, now + 1h));
  REQUIRE(rows.step().value());
  CHECK(rows.integer(0) == 0);
}
