#include "config/config.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/environment.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "config/sections.hpp"

namespace tidings::config {
namespace {

/// Subscribers' mails that tidings would not see.
void warn_of_unread(Config& config, const std::string& place) {
  const auto& bounce = config.bounce;
  if (bounce.address && !bounce.is_read()) {
    config.warnings.push_back(
        place +
        fmt::format(
            "mail to {} is not read: [bounce] has no maildir, imap or pop3 for it, and no pipe = true",
            bounce.address->text()));
  }
  const auto mailto = parse_mail_address(config.newsletter.unsubscribe_mailto);
  const bool is_read = !mailto || (bounce.address ? bounce.is_read() && same_mailbox(*mailto, *bounce.address)
                                                  : bounce.has_mailbox());
  if (is_read) return;
  config.warnings.push_back(place + fmt::format("mail to {}, which unsubscribes or confirms, is not read: "
                                                "set [bounce] address, and maildir, imap, pop3 or pipe",
                                                mailto->text()));
}

/// The default for unsubscribe mails: the mailbox that is read, from [bounce].
void settle_mailto(NewsletterConfig& newsletter, const BounceConfig& bounce, std::vector<Setting>& settings) {
  const auto setting = std::ranges::find_if(settings, [](const Setting& each) {
    return each.section == "newsletter" && each.key == "unsubscribe_mailto";
  });
  if (setting == settings.end() || !setting->is_default || newsletter.from.address.domain.empty()) return;
  newsletter.unsubscribe_mailto = bounce.is_read() ? bounce.address->text() : newsletter.from.address.text();
  setting->value = fmt::format("\"{}\"", newsletter.unsubscribe_mailto);
}

/// An accent that would be hard to read.
void warn_of_accent(std::vector<std::string>& warnings, const std::string& place,
                    const message::Brand& brand) {
  const auto accent = message::parse_colour(brand.accent);
  if (!accent) return;
  const auto palette = message::palette_of(*accent);
  if (!palette.is_mended) return;
  warnings.push_back(
      fmt::format("{}: accent {} reads {:.1f} to 1 on light paper, and 4.5 is needed: text and buttons are "
                  "{} by day and {} at night",
                  place, brand.accent, palette.written, message::hex_of(palette.accent),
                  message::hex_of(palette.accent_dark)));
}

void warn(Config& config) {
  const auto place = config.file.string() + ": ";
  // As "init" writes them.
  if (config.newsletter.name == "My Newsletter" &&
      config.newsletter.from.address.text() == "news@example.org") {
    config.warnings.push_back(place + "[newsletter] name and from are still the example of \"tidings init\"");
  }
  if (config.newsletter.postal_address.empty()) {
    config.warnings.push_back(
        place + "[newsletter] has no postal_address; many countries require one in commercial mail");
  }
  if (config.newsletter.public_url.empty() && config.newsletter.unsubscribe_mailto.empty()) {
    config.warnings.push_back(
        place + "[newsletter] has neither public_url nor unsubscribe_mailto: subscribers cannot leave");
  }
  warn_of_unread(config, place);
  warn_of_accent(config.warnings, place + "[brand]", config.brand);
  for (const auto& digest : config.digests) {
    if (digest.brand.accent != config.brand.accent)
      warn_of_accent(config.warnings, place + fmt::format("digest \"{}\"", digest.name), digest.brand);
  }
  for (auto one = config.digests.begin(); one != config.digests.end(); ++one) {
    const auto other = std::find_if(one + 1, config.digests.end(), [&](const auto& each) {
      return ascii_lower(each.list_id) == ascii_lower(one->list_id);
    });
    if (other == config.digests.end()) continue;
    config.warnings.push_back(
        place +
        fmt::format(
            "{} and {} share the list_id {}: a mail program's unsubscribe button leaves only one of them",
            one->name, other->name, one->list_id));
  }
}

}  // namespace

const DigestConfig* Config::find_digest(std::string_view name) const {
  const auto it = std::ranges::find(digests, name, &DigestConfig::name);
  return it == digests.end() ? nullptr : &*it;
}

const SourceConfig* Config::find_source(std::string_view name) const {
  const auto it =
      std::ranges::find_if(sources, [&](const SourceConfig& source) { return source.spec.name == name; });
  return it == sources.end() ? nullptr : &*it;
}

Result<const DigestConfig*> Config::digest(std::string_view name) const {
  if (const auto* const found = find_digest(name)) return found;
  std::vector<std::string> known;
  for (const auto& each : digests) known.push_back(each.name);
  auto hint = did_you_mean(name, known);
  if (hint.empty()) hint = known.empty() ? "config.toml has no [[digest]]" : "there is: " + join(known, ", ");
  return fail(Errc::no_input, fmt::format("there is no digest \"{}\"", name), std::move(hint));
}

std::vector<std::string> Config::secret_variables() const {
  std::vector<std::string> names;
  const auto add = [&names](const SecretPlace& place) {
    if (!place.environment.empty()) names.push_back(place.environment);
  };
  add(smtp.password);
  for (const auto& relay : more_relays) add(relay.password);
  add(bounce.password);
  add(store_password);
  for (const auto& source : sources) {
    for (const auto* const place :
         {&source.access.password, &source.access.bearer, &source.access.header_value})
      add(*place);
  }
  for (const auto* const place :
       {&web.mailgun_key, &web.sendgrid_key, &web.postmark_login, &web.brevo_token, &web.api_key})
    add(*place);
  return names;
}

Result<Config> parse_config(std::string_view text, const std::filesystem::path& file) {
  TomlDocument document{text, file};
  const auto folder = file.parent_path();
  TIDINGS_LET(auto newsletter, read_newsletter(document));
  auto store = document.section("store");
  auto store_password = read_secret(store, "password");
  auto place = read_place(store, store_password);
  auto access = read_access(store);
  const auto keep = read_retention(store);
  store.finish();
  auto smtp = read_smtp(document, newsletter);
  auto more_relays = read_relays(document, newsletter, smtp);
  auto dkim = read_dkim(document);
  auto sources = read_sources(document);
  auto rules = read_rules(document, sources);
  auto filters = read_filters(document, sources);
  note_rules(sources, rules, filters);
  auto brand = read_brand(document.section("brand"), {});
  auto digests = read_digests(document, newsletter, brand, sources);
  auto topics = read_topics(document);
  auto fields = read_fields(document);
  auto delivery = read_delivery(document);
  auto bounce = read_bounce(document, newsletter, place.path);
  settle_mailto(newsletter, bounce, document.settings());
  auto web = read_web(document);
  auto archive = read_archive(document, newsletter, web);
  auto hooks = read_hooks(document);
  TIDINGS_TRY(document.finish());
  Config config{.file = file,
                .folder = folder,
                .newsletter = std::move(newsletter),
                .brand = std::move(brand),
                .store = std::move(place),
                .store_password = std::move(store_password),
                .access = access,
                .keep = keep,
                .smtp = std::move(smtp),
                .more_relays = std::move(more_relays),
                .dkim = std::move(dkim),
                .sources = std::move(sources),
                .rules = std::move(rules),
                .filters = std::move(filters),
                .digests = std::move(digests),
                .topics = std::move(topics),
                .fields = std::move(fields),
                .delivery = std::move(delivery),
                .bounce = std::move(bounce),
                .archive = std::move(archive),
                .web = std::move(web),
                .hooks = std::move(hooks),
                .settings = std::move(document.settings()),
                .warnings = {}};
  warn(config);
  return config;
}

Result<Config> load_config(const std::filesystem::path& file) {
  std::error_code unknown;
  const auto status = std::filesystem::status(file, unknown);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    return fail(Errc::config, fmt::format("{} is not a regular file", file.string()),
                "--config names the file itself: its folder is where relative paths begin");
  TIDINGS_LET(const auto text, read_file(file, 4 << 20));
  if (!is_valid_utf8(text)) return fail(Errc::config, fmt::format("{} is not UTF-8", file.string()));
  std::error_code ignored;
  TIDINGS_LET(auto config, parse_config(text, std::filesystem::absolute(file, ignored).lexically_normal()));
  set_access(config.access);
  hide_variables(config.secret_variables());
  return config;
}

Result<std::filesystem::path> find_config(const std::filesystem::path& given) {
  if (!given.empty()) return given;
  std::error_code ignored;
  for (const char* const place : {"config.toml", "/etc/tidings/config.toml"}) {
    if (std::filesystem::exists(place, ignored)) return std::filesystem::path{place};
  }
  return fail(Errc::no_input, "there is no ./config.toml and no /etc/tidings/config.toml",
              "\"tidings init\" writes one; --config FILE uses another");
}

}  // namespace tidings::config
