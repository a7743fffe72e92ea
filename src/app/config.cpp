#include "app/config.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "app/config_sections.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace tidings::app {
namespace {

void warn(Config& config) {
  const auto place = config.file.string() + ": ";
  if (config.newsletter.postal_address.empty()) {
    config.warnings.push_back(place + "[newsletter] has no postal_address; many countries require one in commercial mail");
  }
  if (config.newsletter.public_url.empty() && config.newsletter.unsubscribe_mailto.empty()) {
    config.warnings.push_back(place + "[newsletter] has neither public_url nor unsubscribe_mailto: readers cannot leave");
  }
}

}  // namespace

const DigestConfig* Config::find_digest(std::string_view name) const {
  const auto it = std::ranges::find(digests, name, &DigestConfig::name);
  return it == digests.end() ? nullptr : &*it;
}

const SourceConfig* Config::find_source(std::string_view name) const {
  const auto it = std::ranges::find_if(sources, [&](const SourceConfig& source) { return source.spec.name == name; });
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

Result<Config> parse_config(std::string_view text, const std::filesystem::path& file) {
  TomlDocument document{text, file};
  const auto folder = file.parent_path();
  TIDINGS_LET(auto newsletter, read_newsletter(document));
  auto store = document.section("store");
  auto store_path = store.path("path", "subscribers/tidings.db");
  store.finish();
  auto smtp = read_smtp(document);
  auto more_relays = read_relays(document, smtp);
  auto dkim = read_dkim(document);
  auto sources = read_sources(document);
  auto digests = read_digests(document, sources);
  for (auto& digest : digests) {
    if (digest.title.empty()) digest.title = newsletter.name;
  }
  auto delivery = read_delivery(document);
  auto bounce = read_bounce(document);
  auto archive = read_archive(document);
  auto web = read_web(document);
  TIDINGS_TRY(document.finish());
  Config config{.file = file,
                .folder = folder,
                .newsletter = std::move(newsletter),
                .store_path = std::move(store_path),
                .smtp = std::move(smtp),
                .more_relays = std::move(more_relays),
                .dkim = std::move(dkim),
                .sources = std::move(sources),
                .digests = std::move(digests),
                .delivery = std::move(delivery),
                .bounce = std::move(bounce),
                .archive = std::move(archive),
                .web = std::move(web),
                .settings = std::move(document.settings()),
                .warnings = {}};
  warn(config);
  return config;
}

Result<Config> load_config(const std::filesystem::path& file) {
  TIDINGS_LET(const auto text, read_file(file, 4 << 20));
  if (!is_valid_utf8(text)) return fail(Errc::config, fmt::format("{} is not UTF-8", file.string()));
  std::error_code ignored;
  return parse_config(text, std::filesystem::absolute(file, ignored).lexically_normal());
}

Result<std::filesystem::path> find_config(const std::filesystem::path& given) {
  if (!given.empty()) return given;
  std::error_code ignored;
  for (const char* const place : {"config.toml", "/etc/tidings/config.toml"}) {
    if (std::filesystem::exists(place, ignored)) return std::filesystem::path{place};
  }
  return fail(Errc::no_input, "there is no ./config.toml and no /etc/tidings/config.toml",
              "\"tidings init\" writes one; --config FILE names another");
}

}  // namespace tidings::app
