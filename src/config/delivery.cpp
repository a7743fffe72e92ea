#include "config/sections.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/url.hpp"
#include "subscriber/token.hpp"

namespace tidings::config {
namespace {

/// per_domain = ["gmail.com 5"]: messages per second.
std::vector<delivery::DomainLimit> read_domain_limits(TomlSection& section) {
  std::vector<delivery::DomainLimit> limits;
  for (const auto& text : section.texts("per_domain")) {
    const auto words = split(text, ' ');
    const auto domain = domain_to_ascii(words[0]);
    double rate = 0;
    if (words.size() == 2) std::from_chars(words[1].data(), words[1].data() + words[1].size(), rate);
    if (!domain || rate <= 0 || rate > 1e6) {
      section.mistake("per_domain", fmt::format("\"{}\" is not a domain and its messages per second", text),
                      "for example per_domain = [\"example.org 5\"]");
      continue;
    }
    limits.push_back({.domain = *domain, .rate = rate});
  }
  return limits;
}

}  // namespace

DeliveryConfig read_delivery(TomlDocument& document) {
  using namespace std::chrono_literals;
  static const std::array<std::string, 2> doubts{"retry", "hold"};
  auto section = document.section("delivery");
  DeliveryConfig delivery{.give_up_after = section.duration("give_up_after", 48h),
                          .retry_in_doubt = section.one_of("in_doubt", doubts, 0) == 0,
                          .max_lateness = section.duration("max_lateness", 36h),
                          .lease = section.duration("lease", 30s),
                          .per_domain = read_domain_limits(section)};
  if (delivery.lease < 1s)
    section.mistake("lease", "lease is shorter than a worker's work may take", "at least \"1s\"");
  section.finish();
  return delivery;
}

namespace {

/// imap = "imaps://HOST" or pop3 = "pop3s://HOST", with the login.
void read_bounce_mailbox(TomlSection& section, BounceConfig& bounce) {
  const auto imap = section.text("imap", "");
  const auto pop3 = section.text("pop3", "");
  const std::string key = imap.empty() ? "pop3" : "imap";
  bounce.mailbox = imap.empty() ? pop3 : imap;
  bounce.username = section.text("username", "");
  bounce.password = read_secret(section, "password");
  static const std::array<std::string, 2> modes{"require", "off"};
  bounce.mailbox_in_clear = section.one_of("tls", modes, 0) == 1;
  bounce.ca_file = section.path("ca_file", "");
  bounce.folder = section.text("folder", "INBOX");
  bounce.done_folder = section.text("done_folder", "");
  bounce.delete_mails = section.boolean("delete", false);
  if (!imap.empty() && !pop3.empty()) section.mistake("pop3", "only one of imap and pop3 may be set");
  if (bounce.mailbox.empty()) return;
  const auto url = parse_url(bounce.mailbox);
  if (!url || (url->scheme != key && url->scheme != key + "s") || (url->path != "/" && !url->path.empty()) ||
      bounce.mailbox.find('@') != std::string::npos)
    section.mistake(key, fmt::format("\"{}\" is not the URL of a mail server", bounce.mailbox),
                    fmt::format("write it like {}s://mail.example.org", key));
  while (bounce.mailbox.ends_with('/')) bounce.mailbox.pop_back();
  if (bounce.username.empty() || !bounce.password.is_set())
    section.mistake(key, "a mailbox needs a login",
                    "username, and password_file, password_env or password_command");
  if (bounce.mailbox_in_clear && !(url && delivery::is_loopback_host(url->host)))
    section.mistake("tls", "tls = \"off\" would send the password unencrypted", "use tls = \"require\"");
  for (const auto* const name : {"folder", "done_folder"}) {
    const auto& value = std::string_view{name} == "folder" ? bounce.folder : bounce.done_folder;
    const bool plain = std::all_of(value.begin(), value.end(), [](char c) {
      return c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '%' && c != '*';
    });
    if (!plain || value.size() > 200)
      section.mistake(name, fmt::format("\"{}\" is not a valid folder name", value), "plain ASCII");
  }
}

/// Who gets mail from people: never an address that we read ourselves.
std::optional<Mailbox> read_forward_to(TomlSection& section, const BounceConfig& bounce,
                                       const NewsletterConfig& newsletter) {
  const auto& standard = newsletter.reply_to ? *newsletter.reply_to : newsletter.from;
  // Without [bounce] address we read the mail of From, or of unsubscribe_mailto.
  const auto mailto = parse_mail_address(newsletter.unsubscribe_mailto);
  const bool is_ours = bounce.address ? same_mailbox(standard.address, *bounce.address)
                                      : same_mailbox(standard.address, newsletter.from.address) ||
                                            (mailto && same_mailbox(standard.address, *mailto));
  const auto text = section.text("forward_to", is_ours ? "none" : standard.address.text());
  if (text == "none") return std::nullopt;
  auto mailbox = read_mailbox(section, "forward_to", text);
  if (bounce.address && same_mailbox(mailbox.address, *bounce.address)) {
    section.mistake("forward_to", fmt::format("{} is the address whose mail would be forwarded", text),
                    "use a person's address, or \"none\"");
  }
  return mailbox;
}

}  // namespace

BounceConfig read_bounce(TomlDocument& document, const NewsletterConfig& newsletter,
                         const std::filesystem::path& store_path) {
  auto section = document.section("bounce");
  BounceConfig bounce;
  if (const auto text = section.text("address", ""); !text.empty()) {
    auto address = parse_mail_address(text);
    // The rest of 64 octets is for the token (RFC 5321 section 4.5.3.1.1).
    constexpr std::size_t max_local = 64 - 1 - subscriber::max_local_part_token_size;
    if (!address) {
      section.mistake("address", address.error().what, address.error().hint);
    } else if (address->local.size() > max_local) {
      section.mistake("address",
                      fmt::format("the part before the @ is longer than {} characters", max_local));
    } else {
      check_ascii(section, "address", *address);
      bounce.address = std::move(*address);
    }
  }
  bounce.maildir = section.path("maildir", "");
  bounce.piped = section.boolean("pipe", false);
  const auto beside_the_database = store_path.parent_path() / "unmatched";
  bounce.unmatched = section.path(
      "unmatched", beside_the_database.lexically_relative(document.file().parent_path()).string());
  bounce.unmatched_limit.files =
      section.integer("unmatched_limit", bounce.unmatched_limit.files, 1, 1'000'000);
  bounce.unmatched_limit.bytes = read_size(section, "unmatched_bytes", "100MiB");
  bounce.forward_to = read_forward_to(section, bounce, newsletter);
  bounce.forward_per_hour = section.integer("forward_per_hour", bounce.forward_per_hour, 1, 10'000);
  read_bounce_mailbox(section, bounce);
  if (bounce.piped && !bounce.address)
    section.mistake("pipe", "pipe needs an address", "address = \"bounces@news.example.org\"");
  auto& policy = bounce.policy;
  policy.threshold = section.integer("threshold", policy.threshold, 2, 100);
  policy.window = section.duration("window", policy.window);
  policy.storm_readers = section.integer("storm_readers", policy.storm_readers, 2, 1'000'000);
  policy.storm_window = section.duration("storm_window", policy.storm_window);
  section.finish();
  return bounce;
}

}  // namespace tidings::config
