#include "app/pages.hpp"

#include <optional>
#include <variant>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/url.hpp"
#include "source/article.hpp"
#include "source/linked_events.hpp"

namespace tidings::app {
namespace {

constexpr std::int64_t most_page_bytes = 4LL << 20;
constexpr std::string_view agent = "tidings";

bool has_picture(const source::Entry& entry) {
  if (!entry.image.empty()) return true;
  for (const auto& enclosure : entry.enclosures) {
    if (ascii_lower(enclosure.type).starts_with("image/")) return true;
  }
  const auto shows = [](const std::string& html) { return html.find("<img") != std::string::npos; };
  return shows(entry.content_html) || shows(entry.summary_html);
}

source::FetchRequest request_for(const std::string& url, const source::FetchRequest& like) {
  source::FetchRequest request{
      .url = url, .reach = like.reach, .max_bytes = most_page_bytes, .proxy = like.proxy};
  if (source::is_same_host(url, like.url)) request.login = like.login;
  return request;
}

}  // namespace

void Pages::read(const source::Fetched& page, const config::SourceConfig& source,
                 source::Entry& entry) const {
  const source::ArticleOptions options{.base_url = page.final_url, .content_type = page.content_type};
  source::Entry::FromPage out;
  if (source.content == post::Content::article) {
    if (auto article = source::find_article(page.bytes, options)) {
      out.html = std::move(article->html);
      out.base_url = std::move(article->base_url);
    }
  }
  if (source.images_from_page && !has_picture(entry)) {
    auto picture = source::find_picture(page.bytes, options);
    out.image = std::move(picture.url);
    out.image_alt = std::move(picture.alt);
  }
  out.events =
      source::read_linked_events(page.bytes, {.page_url = page.final_url, .zone = zone_, .now = now_});
  for (auto& event : out.events) {
    event.page = entry.link;
    event.categories = entry.categories;
  }
  entry.from_page = std::move(out);
}

const source::Robots& Pages::robots_of(const std::string& url, const source::FetchRequest& like) {
  auto place = parse_url(url).value_or(Url{});
  place.path = "/robots.txt";
  place.query.clear();
  place.fragment.clear();
  const auto address = place.text();
  const auto [known, is_new] = robots_.try_emplace(address, source::Robots::allow_all());
  if (!is_new) return known->second;
  const auto answer = source::fetch(request_for(address, like), options_);
  if (const auto* const file = std::get_if<source::Fetched>(&answer)) {
    known->second = source::Robots::parse(file->bytes, agent);
  } else if (const auto* const failed = std::get_if<source::FetchFailure>(&answer)) {
    const bool is_absent = failed->status >= 400 && failed->status < 500 && !failed->limited;
    if (!is_absent) known->second = source::Robots::allow_none();
  }
  return known->second;
}

std::vector<std::string> Pages::fill(const config::SourceConfig& source, const source::FetchRequest& like,
                                     std::span<source::Entry* const> entries) {
  std::vector<source::FetchRequest> requests;
  std::vector<source::Entry*> asked;
  int forbidden = 0;
  for (auto* const entry : entries) {
    if (requests.size() >= most_pages) break;
    const bool needs = source.content == post::Content::article || !has_picture(*entry);
    const auto url = parse_url(entry->link);
    if (!needs || !url || !is_web_url(entry->link)) continue;
    const auto path = url->path + (url->query.empty() ? "" : "?" + url->query);
    if (!robots_of(entry->link, like).allows(path)) {
      ++forbidden;
      continue;
    }
    requests.push_back(request_for(url->text(), like));
    asked.push_back(entry);
  }
  int failed = 0;
  std::string first;
  source::fetch_all(requests, options_, [&](std::size_t index, source::FetchResult result) {
    if (const auto* const page = std::get_if<source::Fetched>(&result))
      return read(*page, source, *asked[index]);
    ++failed;
    if (const auto* const why = std::get_if<source::FetchFailure>(&result); why != nullptr && first.empty())
      first = why->what;
  });
  std::vector<std::string> wrong;
  if (forbidden > 0) wrong.push_back(fmt::format("{} that robots.txt forbids", plural(forbidden, "page")));
  if (failed > 0) wrong.push_back(fmt::format("{} could not be fetched: {}", plural(failed, "page"), first));
  return wrong;
}

}  // namespace tidings::app
