#include "config/sections.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/url.hpp"

namespace tidings::config {
Result<NewsletterConfig> read_newsletter(TomlDocument& document) {
  auto section = document.section("newsletter");
  const auto name = section.required_text("name", "Harbour News");
  const auto from_text = section.required_text("from", "Harbour News <news@example.org>");
  const auto from = read_mailbox(section, "from", from_text);
  check_ascii(section, "from", from.address);
  std::optional<Mailbox> reply_to;
  const auto reply_to_text = section.text("reply_to", "");
  if (!reply_to_text.empty()) {
    reply_to = read_mailbox(section, "reply_to", reply_to_text);
    check_ascii(section, "reply_to", reply_to->address);
  }
  const auto editor_text = section.filled_text("editor", reply_to ? reply_to_text : from_text);
  auto editor = read_mailbox(section, "editor", editor_text);
  const auto list_id = section.text("list_id", "news." + from.address.domain);
  if (!from.address.domain.empty() && (!domain_to_ascii(list_id) || list_id.size() > 255)) {
    section.mistake("list_id", fmt::format("\"{}\" is not a list id", list_id),
                    "use a name under your domain, such as news.example.org");
  }
  auto postal_address = section.text("postal_address", "");
  auto public_url = section.text("public_url", "");
  while (public_url.ends_with('/')) public_url.pop_back();
  if (!public_url.empty()) {
    const auto url = parse_url(public_url);
    const bool is_safe =
        url && (url->scheme == "https" || (url->scheme == "http" && delivery::is_loopback_host(url->host)));
    if (!is_safe || !url->query.empty() || !url->fragment.empty()) {
      section.mistake(
          "public_url", fmt::format("\"{}\" is not a valid public URL", public_url),
          "it must be https://HOST, optionally with a path: one-click unsubscribe works over https only");
    }
  }
  const auto mailto =
      section.text("unsubscribe_mailto", "");  // its default is settled once [bounce] is known
  if (!mailto.empty()) {
    if (const auto address = parse_mail_address(mailto); !address) {
      section.mistake("unsubscribe_mailto", address.error().what, address.error().hint);
    } else if (section.has("unsubscribe_mailto")) {
      check_ascii(section, "unsubscribe_mailto", *address);
    }
  }
  const auto zone_name = section.text("timezone", "UTC");
  auto zone = Zone::find(zone_name);
  if (!zone) {
    section.mistake("timezone", zone.error().what, zone.error().hint);
    zone = Zone::find("UTC");
    if (!zone) return tl::unexpected<Error>(zone.error());
  }
  const auto language = ascii_lower(section.text("language", "en"));
  const bool is_tag =
      language.size() >= 2 && language.size() <= 35 &&
      language.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  if (!is_tag)
    section.mistake("language", fmt::format("\"{}\" is not a language tag", language),
                    "for example en or pt-br");
  section.finish();
  return NewsletterConfig{.name = name,
                          .from = from,
                          .reply_to = reply_to,
                          .editor = std::move(editor),
                          .list_id = list_id,
                          .postal_address = std::move(postal_address),
                          .public_url = std::move(public_url),
                          .unsubscribe_mailto = mailto,
                          .zone = *zone,
                          .language = language};
}

}  // namespace tidings::config
