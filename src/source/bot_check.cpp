#include "source/bot_check.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"
#include "source/encoding.hpp"
#include "source/html_page.hpp"

namespace tidings::source {
namespace {

struct Sign {
  std::string_view words;  ///< in lower case, anywhere in the markup
  std::string_view guard;
};

/// What only the check itself contains: some guards also put a script into the pages that they let through.
constexpr auto signs = std::to_array<Sign>({
    {"_cf_chl_opt", "Cloudflare"},
    {"cf-browser-verification", "Cloudflare"},
    {"attention required! | cloudflare", "Cloudflare"},
    {"anubis_challenge", "Anubis"},
    {"captcha-delivery.com", "DataDome"},
    {"px-captcha", "HUMAN"},
    {"incapsula incident id", "Imperva"},
    {"pardon our interruption", "Imperva"},
    {"ddos-guard", "DDoS-Guard"},
    {"/.well-known/sgcaptcha/", "SiteGround"},
    {"awswafcookiedomainlist", "AWS WAF"},
    {"sec-if-cpt-container", "Akamai"},
    {"sucuri_cloudproxy_js", "Sucuri"},
    {"sucuri website firewall", "Sucuri"},
    {"vercel security checkpoint", "Vercel"},
    {"go-away/", "go-away"},
});

/// How the titles of checks begin, in lower case.
constexpr auto titles = std::to_array<std::string_view>({
    "just a moment",
    "one moment, please",
    "making sure you're not a bot",
    "are you a robot",
    "are you human",
    "robot check",
    "bot check",
    "bot verification",
    "human verification",
    "verify you are human",
    "verifying you are human",
    "verifying your browser",
    "checking your browser",
    "please wait while your request is being verified",
    "access to this page has been denied",
    "security check",
    "ddos protection",
    "captcha",
});

/// The most that a check says, in bytes.
constexpr std::size_t longest_text = 1'500;
constexpr std::size_t longest_page = 512 * 1024;

std::string title_of(const HtmlPage& page) {
  std::string title;
  page.for_each([&](const GumboNode& node) {
    if (title.empty() && node.type == GUMBO_NODE_ELEMENT && node.v.element.tag == GUMBO_TAG_TITLE)
      title = fold_case(html_text(node));
  });
  return title;
}

}  // namespace

std::string bot_check_of(std::string_view html) {
  // Most of what is fetched is a feed, which may well write about checks.
  if (html.size() > longest_page || !looks_like_page(html)) return {};
  const auto lower = ascii_lower(html);
  const auto* const sign = std::ranges::find_if(
      signs, [&](const Sign& each) { return lower.find(each.words) != std::string::npos; });
  const bool has_title = std::ranges::any_of(
      titles, [&](std::string_view title) { return lower.find(title) != std::string::npos; });
  if (sign == signs.end() && !has_title) return {};
  const auto page = HtmlPage::parse(decode_bytes(html, {}).text);
  if (!page || html_text(page->root()).size() > longest_text) return {};
  if (sign != signs.end()) return std::string{sign->guard};
  const auto title = title_of(*page);
  const bool begins =
      std::ranges::any_of(titles, [&](std::string_view each) { return title.starts_with(each); });
  return begins ? "unknown" : std::string{};
}

}  // namespace tidings::source
