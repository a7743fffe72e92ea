#include "edition/picture_sizes.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "edition/inline_images.hpp"
#include "post/picture_header.hpp"
#include "post/picture_table.hpp"
#include "source/fetch.hpp"

namespace tidings::edition {
namespace {

constexpr std::size_t most_pictures = 100;
constexpr std::chrono::seconds patience{5};  // for one picture
constexpr std::chrono::seconds budget{25};   // until the last one is begun

}  // namespace

Result<std::vector<std::string>> unmeasured_pictures(const config::Context& context,
                                                     const config::DigestConfig& digest,
                                                     std::span<const ShownPost> posts) {
  std::vector<std::string> urls;
  if (!digest.measure_images || digest.inline_images) return urls;  // those are fetched whole
  post::PictureTable table{context.database};
  for (const auto& shown : posts) {
    const auto& url = shown.post.image_url;
    if (url.empty() || shown.picture || std::ranges::find(urls, url) != urls.end()) continue;
    TIDINGS_LET(const bool wanted, table.wants_look(url, context.clock.now()));
    if (wanted) urls.push_back(url);
    if (urls.size() == most_pictures) break;
  }
  return urls;
}

Result<void> keep_sizes(const config::Context& context, const FoundImages& images) {
  TIDINGS_LET(auto transaction, context.database.begin());
  post::PictureTable table{context.database};
  for (const auto& [attribute, image] : images.images)
    TIDINGS_TRY(table.record(image.url, post::size_of_picture(image.bytes), context.clock.now()));
  return transaction.commit();
}

Result<void> measure_pictures(const config::Context& context, const config::DigestConfig& digest,
                              std::span<const std::string> urls) {
  if (urls.empty()) return {};
  std::vector<source::FetchRequest> requests;
  for (const auto& url : urls) {
    requests.push_back({.url = url,
                        .reach = picture_reach(context.config, digest),
                        .first_bytes = static_cast<std::int64_t>(post::picture_header_bytes)});
  }
  source::FetchOptions options;
  options.timeout = patience;
  options.budget = budget;
  std::vector<std::pair<std::string, std::optional<post::PictureSize>>> found;
  source::fetch_all(requests, options, [&](std::size_t index, const source::FetchResult& result) {
    const auto* const fetched = std::get_if<source::Fetched>(&result);
    const auto* const failed = std::get_if<source::FetchFailure>(&result);
    if (failed != nullptr && failed->not_asked) return;
    found.emplace_back(urls[index],
                       fetched == nullptr ? std::nullopt : post::size_of_picture(fetched->bytes));
  });
  TIDINGS_LET(auto transaction, context.database.begin());
  post::PictureTable table{context.database};
  for (const auto& [url, size] : found) TIDINGS_TRY(table.record(url, size, context.clock.now()));
  return transaction.commit();
}

}  // namespace tidings::edition
