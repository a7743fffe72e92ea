#include "edition/archive_pages.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "config/theme_files.hpp"
#include "message/brand.hpp"
#include "message/template.hpp"
#include "sending/archive_links.hpp"

namespace tidings::edition {
namespace {

using nlohmann::json;

void put(json& data, const char* name, const char* section, const std::string& value) {
  data[section] = !value.empty();
  data[name] = value;
}

json sample_language() { return {{"language", "en"}, {"dir", "ltr"}, {"name", "x"}, {"href", "x"}}; }

json sample_issue() {
  return {{"href", "x"},          {"headline", "x"},     {"summary", "x"},
          {"has_summary", true},  {"digest_title", "x"}, {"issue", "x"},
          {"date", "x"},          {"iso_date", "x"},     {"languages", {sample_language()}},
          {"has_languages", true}};
}

/// Every name that a template of the archive may use.
json sample(const json& words, const message::Brand& brand) {
  json data{{"t", words},
            {"language", "en"},
            {"dir", "ltr"},
            {"newsletter_name", "x"},
            {"title", "x"},
            {"url", "x"},
            {"has_url", true},
            {"style_html", "x"},
            {"signup_url", "x"},
            {"has_signup", true},
            {"feeds", {{{"href", "x"}, {"title", "x"}, {"name", "x"}, {"has_language", true}}}},
            {"books_href", "x"},
            {"has_books", true},
            {"lead", {sample_issue()}},
            {"editions", {sample_issue()}},
            {"has_editions", true},
            {"year", "2026"},
            {"years", {{{"year", "2026"}, {"href", "x"}, {"is_current", true}}}},
            {"has_years", true},
            {"index_href", "x"},
            {"previous_href", "x"},
            {"previous_headline", "x"},
            {"has_previous", true},
            {"next_href", "x"},
            {"next_headline", "x"},
            {"has_next", true},
            {"alternates", {{{"language", "en"}, {"url", "x"}}}}};
  data.update(sample_issue());
  message::add_brand(data, brand);
  return data;
}

}  // namespace

struct ArchivePages::Parts {
  const config::Config* config = nullptr;
  message::Lookup lookup;
  std::map<std::string, message::Strings> strings;
  std::map<std::string, message::Template> templates;
  std::string style;

  Result<const message::Strings*> words(const std::string& tag) {
    auto it = strings.find(tag);
    if (it == strings.end()) {
      TIDINGS_LET(auto loaded, message::Strings::load(config->web.theme, tag, lookup));
      it = strings.emplace(tag, std::move(loaded)).first;
    }
    return &it->second;
  }

  [[nodiscard]] std::optional<message::PartialSource> find(const std::string& file) const {
    for (const auto& folder : {config->web.theme, std::string{"default"}}) {
      auto name = fmt::format("{}/{}", folder, file);
      if (auto source = lookup(name))
        return message::PartialSource{.file = std::move(name), .source = std::move(*source)};
    }
    return std::nullopt;
  }

  Result<json> texts(const std::string& tag) {
    TIDINGS_LET(const auto* const own, words(tag));
    json out = json::object();
    const auto& newsletter = config->newsletter.name;
    for (const auto& [key, text] : own->texts())
      out[key] =
          message::fill_placeholders(text, {{"newsletter_name", newsletter}, {"digest_title", newsletter}});
    return out;
  }

  Result<void> load() {
    TIDINGS_LET(const auto t, texts("en"));
    const auto known = sample(t, message::sample_brand());
    const message::Partials partials = [&](std::string_view name) {
      return find(fmt::format("partials/{}.mustache", name));
    };
    for (const auto* const name : {"index.html", "head", "top", "end"}) {
      const auto source = find(fmt::format("archive/{}.mustache", name));
      if (!source) return fail(Errc::config, fmt::format("default/archive/{}.mustache is missing", name));
      TIDINGS_LET(auto parsed, message::Template::parse(source->file, source->source,
                                                        {.partials = partials, .known = &known}));
      templates.emplace(name, std::move(parsed));
    }
    const auto css = find("archive/style.css");
    style = message::page_style(config->brand) + (css ? css->source : std::string{});
    return {};
  }

  /// What all pages have; `to_top` leads from the page to the archive's top.
  Result<json> common(const std::string& language, std::string_view to_top,
                      const std::vector<ArchiveFeed>& feeds) {
    TIDINGS_LET(const auto* const own, words(language));
    TIDINGS_LET(auto t, texts(language));
    json data{{"t", std::move(t)},
              {"language", own->language()},
              {"dir", own->direction()},
              {"newsletter_name", config->newsletter.name},
              {"style_html", style},
              {"has_books", config->archive.epub},
              {"books_href", std::string{to_top} + "opds.xml"},
              {"index_href", std::string{to_top} + "index.html"}};
    put(data, "signup_url", "has_signup", config->newsletter.public_url);
    data["feeds"] = json::array();
    for (const auto& feed : feeds) {
      std::string name;
      if (!feed.language.empty()) {
        TIDINGS_LET(const auto* const its, words(feed.language));
        name = its->name();
      } else if (!feed.topic.empty()) {
        name = feed.topic;
      } else if (!feed.digest.empty()) {
        name = feed.title;
      }
      data["feeds"].push_back({{"href", std::string{to_top} + feed.file},
                               {"title", feed.title},
                               {"name", name},
                               {"has_language", !name.empty()}});
    }
    message::add_brand(data, config->brand);
    return data;
  }

  Result<json> languages_of(const ArchivedEdition& archived, const std::string& without,
                            std::string_view to_top) {
    json out = json::array();
    for (const auto& tag : archived.languages) {
      if (tag == without) continue;
      TIDINGS_LET(const auto* const its, words(tag));
      out.push_back({{"language", tag},
                     {"dir", its->direction()},
                     {"name", its->name()},
                     {"href", std::string{to_top} + sending::page_path(archived.edition, tag)}});
    }
    return out;
  }

  Result<json> issue(const ArchivedEdition& archived, const std::string& language, std::string_view to_top) {
    const auto& edition = archived.edition;
    TIDINGS_LET(const auto* const own, words(language));
    const auto* const digest = config->find_digest(edition.digest);
    const auto at = edition.sealed.value_or(edition.scheduled);
    const auto day = std::chrono::floor<std::chrono::days>(config->newsletter.zone.to_local(at));
    const auto number = own->texts().find("issue");
    json data{{"href", std::string{to_top} + sending::page_path(edition, archived.language())},
              {"headline", archived.headline.title.empty() ? edition.title : archived.headline.title},
              {"digest_title",
               digest != nullptr && !digest->title.empty() ? digest->title : config->newsletter.name},
              {"issue", message::fill_placeholders(
                            number == own->texts().end() ? "{edition_number}" : number->second,
                            {{"edition_number", fmt::format("{}", edition.number.value_or(0))}})},
              {"date", own->date(std::chrono::year_month_day{std::chrono::local_days{day}})},
              {"iso_date", format_rfc3339(at)}};
    put(data, "summary", "has_summary", archived.headline.summary);
    TIDINGS_LET(data["languages"], languages_of(archived, language, to_top));
    data["has_languages"] = !data["languages"].empty();
    return data;
  }
};

ArchivePages::ArchivePages(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ArchivePages::ArchivePages(ArchivePages&&) noexcept = default;
ArchivePages& ArchivePages::operator=(ArchivePages&&) noexcept = default;
ArchivePages::~ArchivePages() = default;

Result<ArchivePages> ArchivePages::load(const config::Config& config) {
  auto parts = std::make_unique<Parts>();
  parts->config = &config;
  parts->lookup = config::template_lookup(config.folder);
  TIDINGS_TRY(parts->load());
  return ArchivePages{std::move(parts)};
}

Result<const message::Strings*> ArchivePages::words(const std::string& language) {
  return parts_->words(language);
}

Result<std::string> ArchivePages::index(const std::vector<const ArchivedEdition*>& editions,
                                        const std::vector<int>& years, int year,
                                        const std::vector<ArchiveFeed>& feeds) {
  const auto& config = *parts_->config;
  const auto& language = config.newsletter.language;
  TIDINGS_LET(auto data, parts_->common(language, "", feeds));
  data["title"] = years.empty() || year == years.front()
                      ? config.newsletter.name
                      : fmt::format("{}, {}", config.newsletter.name, year);
  const auto file = year_file(years, year);
  put(data, "url", "has_url",
      config.archive.url.empty() ? "" : config.archive.url + "/" + (file == "index.html" ? "" : file));
  data["lead"] = json::array();
  data["editions"] = json::array();
  for (const auto* const edition : editions) {
    TIDINGS_LET(auto issue, parts_->issue(*edition, language, ""));
    const bool leads = edition == editions.front() && year == years.front();
    data[leads ? "lead" : "editions"].push_back(std::move(issue));
  }
  data["has_editions"] = !data["editions"].empty();
  data["year"] = years.empty() ? "" : fmt::format("{}", year);
  data["years"] = json::array();
  for (const auto each : years) {
    data["years"].push_back(
        {{"year", fmt::format("{}", each)}, {"href", year_file(years, each)}, {"is_current", each == year}});
  }
  data["has_years"] = years.size() > 1;
  return parts_->templates.at("index.html").render(data);
}

Result<std::string> ArchivePages::around(std::string page, const ArchivedEdition& archived,
                                         const PagePlace& place, const std::vector<ArchiveFeed>& feeds) {
  const auto& language = place.language;
  const auto& config = *parts_->config;
  constexpr std::string_view to_top = "../";
  TIDINGS_LET(auto data, parts_->common(language, to_top, feeds));
  TIDINGS_LET(auto issue, parts_->issue(archived, language, to_top));
  data.update(issue);
  data["title"] = archived.edition.title;
  const auto& top = config.archive.url;
  const auto url_of = [&](const std::string& tag) {
    return top + "/" + sending::page_path(archived.edition, tag);
  };
  put(data, "url", "has_url", top.empty() ? "" : url_of(language));
  data["alternates"] = json::array();
  for (const auto& tag : archived.languages) {
    if (archived.languages.size() > 1)
      data["alternates"].push_back({{"language", tag}, {"url", url_of(tag)}});
  }
  const auto neighbour = [&](const ArchivedEdition* other, const char* href, const char* headline,
                             const char* section) {
    data[section] = other != nullptr;
    if (other == nullptr) {
      data[href] = data[headline] = "";
      return;
    }
    const bool same = std::ranges::find(other->languages, language) != other->languages.end();
    data[href] =
        std::string{to_top} + sending::page_path(other->edition, same ? language : other->language());
    data[headline] = other->headline.title.empty() ? other->edition.title : other->headline.title;
  };
  neighbour(place.previous, "previous_href", "previous_headline", "has_previous");
  neighbour(place.next, "next_href", "next_headline", "has_next");
  TIDINGS_LET(const auto head, parts_->templates.at("head").render(data));
  TIDINGS_LET(const auto above, parts_->templates.at("top").render(data));
  TIDINGS_LET(const auto below, parts_->templates.at("end").render(data));
  // From the end, so that places stay right.
  if (const auto end = page.rfind("</body>"); end != std::string::npos) page.insert(end, below);
  if (const auto body = page.find("<body"); body != std::string::npos) {
    if (const auto end = page.find('>', body); end != std::string::npos) page.insert(end + 1, "\n" + above);
  }
  if (const auto end = page.find("</head>"); end != std::string::npos) page.insert(end, head);
  return page;
}

int year_of(const config::Config& config, const digest::Edition& edition) {
  const auto local = config.newsletter.zone.to_local(edition.sealed.value_or(edition.scheduled));
  return static_cast<int>(std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(local)}.year());
}

std::string year_file(const std::vector<int>& years, int year) {
  return years.empty() || year == years.front() ? std::string{"index.html"} : fmt::format("{}.html", year);
}

}  // namespace tidings::edition
