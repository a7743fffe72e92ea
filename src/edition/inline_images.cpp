#include "edition/inline_images.hpp"

#include <algorithm>
#include <map>
#include <span>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "base/url.hpp"
#include "source/fetch.hpp"

namespace tidings::edition {
namespace {

constexpr std::chrono::seconds patience{20};  // for one image
constexpr std::size_t most_images = 100;

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

std::string in_src(std::string_view value) { return fmt::format("src=\"{}\"", value); }

/// The entities that our own escaping produces.
std::string unescape(std::string text) {
  for (const auto& [entity, character] :
       {std::pair{"&lt;", "<"}, std::pair{"&gt;", ">"}, std::pair{"&quot;", "\""}, std::pair{"&#39;", "'"},
        std::pair{"&amp;", "&"}}) {
    replace_all(text, entity, character);
  }
  return text;
}

/// What went wrong, without the address shown beside it.
std::string reason_of(const source::FetchFailure& failure, const std::string& url) {
  auto what = failure.what;
  if (const auto at = what.find(url + ": "); at != std::string::npos) what.erase(at, url.size() + 2);
  return std::string{truncate_utf8(what, 120)};
}

}  // namespace

source::Reach picture_reach(const config::Config& config, const config::DigestConfig& digest) {
  const bool all_private = std::ranges::all_of(config.sources, [&](const config::SourceConfig& each) {
    return !digest.takes(each.spec.name) || each.allow_private_address;
  });
  return all_private ? source::Reach::anywhere : source::Reach::public_only;
}

std::vector<std::string> image_sources(std::string_view html) {
  std::vector<std::string> out;
  for (auto at = html.find("<img"); at != std::string_view::npos; at = html.find("<img", at + 4)) {
    const auto tag = html.substr(at, html.find('>', at) - at);
    const auto start = tag.find(" src=\"");
    if (start == std::string_view::npos) continue;
    const auto value = tag.substr(start + 6, tag.find('"', start + 6) - start - 6);
    if (is_web_url(unescape(std::string{value})) && std::ranges::find(out, value) == out.end())
      out.emplace_back(value);
  }
  return out;
}

Result<FoundImages> fetch_images(const config::Config& config, Renderer& renderer, const EditionFacts& facts,
                                 const std::vector<ShownPost>& posts) {
  const auto& digest = renderer.digest();
  FoundImages out;
  if (!digest.inline_images || posts.empty()) return out;
  ShownPosts shown;
  for (const auto& post : posts) shown.posts.push_back(&post);
  TIDINGS_LET(const auto language, renderer.language_for(""));
  TIDINGS_LET(const auto rendered, renderer.render(facts, language, shown));
  auto sources = image_sources(rendered.bodies.front().html);
  for (std::size_t i = most_images; i < sources.size(); ++i)
    out.links.push_back(unescape(sources[i]) + " (more than 100 pictures)");
  sources.resize(std::min(sources.size(), most_images));
  std::vector<source::FetchRequest> requests;
  for (const auto& each : sources)
    requests.push_back({.url = unescape(each), .reach = picture_reach(config, digest)});
  source::FetchOptions options;
  options.timeout = patience;
  options.max_bytes = digest.image_limit_bytes;
  std::vector<std::string> bytes(requests.size());
  std::vector<std::string> failures(requests.size());
  source::fetch_all(requests, options, [&](std::size_t index, source::FetchResult result) {
    if (auto* const fetched = std::get_if<source::Fetched>(&result)) bytes[index] = std::move(fetched->bytes);
    if (const auto* const failed = std::get_if<source::FetchFailure>(&result))
      failures[index] = reason_of(*failed, requests[index].url);
  });
  std::int64_t total = renderer.embedded().bytes();
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto size = static_cast<std::int64_t>(bytes[i].size());
    auto& why = failures[i];
    if (why.empty() && message::image_type(bytes[i]).empty()) why = "not a PNG, JPEG, GIF or WebP";
    if (why.empty() && size > digest.image_limit_bytes)
      why = "larger than image_limit " + format_size(digest.image_limit_bytes);
    if (why.empty() && total + size > digest.images_limit_bytes)
      why = "over images_limit " + format_size(digest.images_limit_bytes);
    if (!why.empty()) {
      out.links.push_back(requests[i].url + " (" + why + ")");
      continue;
    }
    total += size;
    // Includes the address: one picture at two addresses is two parts, so that each reference finds its own.
    const auto id = base32_encode(sha256(requests[i].url + '\n' + bytes[i])).substr(0, 24);
    out.images.push_back(
        {.attribute = sources[i],
         .image = {.content_id = fmt::format("{}@{}", id, config.newsletter.from.address.domain),
                   .url = requests[i].url,
                   .bytes = std::move(bytes[i])}});
  }
  return out;
}

std::string in_words(const FoundImages& found, const EmbeddedImages& embedded) {
  static constexpr std::size_t shown = 5;
  const auto some_of = [](const std::vector<std::string>& lines) {
    const std::vector<std::string> first(
        lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(std::min(shown, lines.size())));
    return join(first, ", ") +
           (lines.size() > shown ? fmt::format(" and {} more", lines.size() - shown) : "");
  };
  std::vector<std::string> out;
  if (const auto count = found.links.size(); count > 0) {
    out.push_back(fmt::format("{} {}: {}", plural(static_cast<long long>(count), "picture"),
                              count == 1 ? "stays a link" : "stay links", some_of(found.links)));
  }
  if (!embedded.left_out().empty()) out.push_back("left out: " + some_of(embedded.left_out()));
  return join(out, "; ");
}

std::string with_content_ids(std::string html, const std::vector<FoundImage>& images) {
  for (const auto& found : images)
    replace_all(html, in_src(found.attribute), in_src("cid:" + found.image.content_id));
  return html;
}

std::string with_addresses(std::string html, const std::vector<digest::EditionImage>& images) {
  for (const auto& image : images)
    replace_all(html, in_src("cid:" + image.content_id), in_src(escape_html(image.url)));
  return html;
}

}  // namespace tidings::edition
