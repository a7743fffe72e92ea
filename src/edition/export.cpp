#include "edition/export.hpp"

#include <algorithm>
#include <set>
#include <variant>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "base/url.hpp"
#include "digest/body_table.hpp"
#include "digest/edition_table.hpp"
#include "edition/editions.hpp"
#include "edition/inline_images.hpp"
#include "edition/xhtml.hpp"
#include "message/inline_image.hpp"
#include "message/slots.hpp"
#include "source/fetch.hpp"

namespace tidings::edition {
namespace {

constexpr std::chrono::seconds patience{20};  // for one picture
constexpr std::size_t most_pictures = 500;
constexpr std::int64_t picture_bytes = 8LL << 20U;
constexpr std::int64_t pictures_bytes = 64LL << 20U;

/// What most readers got, with nothing in place of what was personal.
Result<std::string> widest_body(const config::Context& context, const digest::Edition& edition,
                                std::string_view language) {
  TIDINGS_LET(const auto segments, digest::EditionTable(context.database).segments_of(edition.id));
  const digest::Segment* widest = nullptr;
  for (const auto& segment : segments) {
    if (!language.empty() && segment.language != language) continue;
    if (widest == nullptr || segment.posts.size() > widest->posts.size()) widest = &segment;
  }
  if (widest == nullptr) return std::string{};
  TIDINGS_LET(const auto bodies, digest::BodyTable(context.database).of_segment(edition.id, widest->id));
  if (bodies.empty()) return std::string{};
  const auto& body = bodies.front();
  TIDINGS_LET(const auto images, digest::EditionTable(context.database).images_of(edition.id));
  const auto html =
      body.html.empty() ? "<pre>" + escape_html(body.text) + "</pre>" : with_addresses(body.html, images);
  return message::fill_slots(html, message::Reader{}, message::Escape::html);
}

std::string languages_of(const std::vector<digest::EditionPage>& pages) {
  std::vector<std::string> tags;
  for (const auto& page : pages) tags.push_back(page.language);
  return join(tags, ", ");
}

Result<std::string> page_of(const config::Context& context, const digest::Edition& edition,
                            const std::string& language) {
  TIDINGS_LET(const auto pages, digest::EditionTable(context.database).pages_of(edition.id));
  const auto& wanted = language.empty() ? context.config.newsletter.language : language;
  auto page = std::ranges::find(pages, wanted, &digest::EditionPage::language);
  if (page == pages.end() && language.empty()) page = pages.begin();
  if (page != pages.end()) return page->html;
  TIDINGS_LET(auto body, widest_body(context, edition, pages.empty() ? std::string_view{language} : "-"));
  if (!body.empty()) return body;
  return fail(
      Errc::no_input,
      fmt::format("{} has no page{}", digest::name_of(edition), language.empty() ? "" : " in " + language),
      pages.empty() ? "" : "it has one in " + languages_of(pages));
}

/// The bytes of a "data:" URL; empty for any other.
std::string embedded_bytes(std::string_view url) {
  constexpr std::string_view mark = ";base64,";
  const auto at = url.find(mark);
  if (!url.starts_with("data:") || at == std::string_view::npos) return {};
  return base64_decode(url.substr(at + mark.size())).value_or(std::string{});
}

/// Keeps what is a picture within the limits, and says what is not.
class Gathering {
 public:
  void take(const std::string& url, std::string bytes) {
    const auto size = static_cast<std::int64_t>(bytes.size());
    if (message::image_type(bytes).empty()) return miss(url, "not a PNG, JPEG, GIF or WebP");
    if (total_ + size > pictures_bytes)
      return miss(url, "the pictures are over " + format_size(pictures_bytes));
    total_ += size;
    out.pictures.emplace(url, std::move(bytes));
  }
  void miss(const std::string& url, std::string_view why) {
    out.missing.push_back(fmt::format("{} ({})", truncate_utf8(url, 200), why));
  }

  GatheredPictures out;

 private:
  std::int64_t total_ = 0;
};

void fetch_missing(const config::Config& config, const OpenedEdition& opened, std::vector<std::string> urls,
                   Gathering& gathering) {
  const auto* const digest = config.find_digest(opened.edition.digest);
  const auto reach = digest == nullptr ? source::Reach::public_only : picture_reach(config, *digest);
  for (std::size_t i = most_pictures; i < urls.size(); ++i)
    gathering.miss(urls[i], fmt::format("more than {} pictures", most_pictures));
  urls.resize(std::min(urls.size(), most_pictures));
  std::vector<source::FetchRequest> requests;
  for (const auto& url : urls) requests.push_back({.url = url, .reach = reach});
  source::FetchOptions options;
  options.timeout = patience;
  options.max_bytes = picture_bytes;
  std::vector<source::FetchResult> results(urls.size());
  source::fetch_all(requests, options, [&](std::size_t index, source::FetchResult result) {
    results[index] = std::move(result);
  });
  for (std::size_t i = 0; i < urls.size(); ++i) {
    if (auto* const fetched = std::get_if<source::Fetched>(&results[i])) {
      gathering.take(urls[i], std::move(fetched->bytes));
    } else if (const auto* const failed = std::get_if<source::FetchFailure>(&results[i])) {
      gathering.miss(urls[i], truncate_utf8(replace_all(failed->what, urls[i] + ": ", ""), 120));
    }
  }
}

}  // namespace

BookFacts book_facts(const config::Config& config, const digest::Edition& edition,
                     const std::string& language) {
  const auto& newsletter = config.newsletter;
  const bool titled = edition.title.find(newsletter.name) != std::string::npos;
  return {.title = titled ? edition.title : newsletter.name + ": " + edition.title,
          .publisher = newsletter.name,
          .identity = fmt::format("{} {} {} {}", newsletter.list_id, edition.digest,
                                  edition.number.value_or(0), language),
          .published = edition.sealed.value_or(edition.scheduled)};
}

Result<OpenedEdition> open_edition(const config::Context& context, const std::string& name,
                                   const std::string& language) {
  OpenedEdition out;
  TIDINGS_LET(out.edition, find_edition(context.database, name));
  if (out.edition.state == digest::EditionState::draft) {
    return fail(Errc::not_permitted,
                digest::name_of(out.edition) + " is a draft: only a sealed edition is exported",
                fmt::format("\"tidings preview {0}\" shows it, \"tidings edition approve {0}\" seals it",
                            digest::name_of(out.edition)));
  }
  TIDINGS_LET(auto page, page_of(context, out.edition, language));
  auto document = read_document(std::move(page));
  if (!document) {
    return fail(document.error().code,
                fmt::format("edition {}: {}", digest::name_of(out.edition), document.error().what));
  }
  out.document = *std::move(document);
  out.facts = book_facts(context.config, out.edition, out.document.language);
  return out;
}

Result<GatheredPictures> gather_pictures(const config::Config& config, store::Database& database,
                                         const OpenedEdition& opened, Fetching fetching) {
  TIDINGS_LET(const auto sealed, digest::EditionTable(database).images_of(opened.edition.id));
  Gathering gathering;
  std::set<std::string> seen;
  std::vector<std::string> to_fetch;
  for (const auto& chapter : opened.document.chapters) {
    for (const auto& url : pictures_in(chapter.html)) {
      if (!seen.insert(url).second) continue;
      const auto found = std::ranges::find_if(sealed, [&](const auto& each) { return each.url == url; });
      if (found != sealed.end()) {
        gathering.take(url, found->bytes);
      } else if (auto bytes = embedded_bytes(url); !bytes.empty()) {
        gathering.take(url, std::move(bytes));
      } else if (is_web_url(url) && fetching == Fetching::allowed) {
        to_fetch.push_back(url);
      }
    }
  }
  if (!to_fetch.empty()) fetch_missing(config, opened, std::move(to_fetch), gathering);
  return std::move(gathering.out);
}

}  // namespace tidings::edition
