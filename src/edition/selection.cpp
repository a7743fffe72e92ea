#include "edition/selection.hpp"

#include <algorithm>
#include <map>
#include <memory>

#include "post/alike.hpp"
#include "post/plain_text.hpp"
#include "post/post_table.hpp"
#include "source/html_text.hpp"
#include "source/source_table.hpp"

namespace tidings::edition {
namespace {

/// Whether the stored post is left out. One that cannot be read has failed elsewhere.
bool keeps_out(const ContentFilter& filter, store::Database& database, PostId id) {
  const auto found = post::PostTable(database).find(id);
  if (!found) return false;
  const FilterInput input{.title = found->title,
                          .author = found->author,
                          .link = found->link,
                          .categories = found->tags,
                          .text = [&found] {
                            return source::plain_text_of_html(found->html) + "\n" +
                                   source::plain_text_of_html(found->summary_html);
                          }};
  return filter.drops(input).has_value();
}

/// Sketches of posts, each made once. A post that cannot be read is like no other.
class Texts {
 public:
  explicit Texts(store::Database& database) : posts_(database) {}

  bool same(PostId a, PostId b) { return post::nearly_same(sketch(a), sketch(b)); }

 private:
  const post::Sketch& sketch(PostId id) {
    const auto [place, is_new] = sketches_.try_emplace(id);
    if (!is_new) return place->second;
    if (const auto found = posts_.find(id)) {
      place->second =
          post::sketch_of(post::html_to_text(found->html.empty() ? found->summary_html : found->html));
    }
    return place->second;
  }

  post::PostTable posts_;
  std::map<PostId, post::Sketch> sketches_;
};

/// Source names as the reader knows them: the feed's own title where it has one.
Result<std::map<SourceId, std::string>> source_names(store::Database& database) {
  std::map<SourceId, std::string> names;
  TIDINGS_LET(const auto sources, source::SourceTable(database).list());
  for (const auto& source : sources) names[source.id] = source.title.empty() ? source.name : source.title;
  return names;
}

}  // namespace

Result<std::vector<ShownPost>> load_shown(store::Database& database,
                                          std::span<const digest::Selected> selected) {
  std::vector<PostId> ids;
  for (const auto& each : selected) ids.push_back(each.id);
  TIDINGS_LET(auto posts, post::PostTable(database).load(ids));
  TIDINGS_LET(const auto names, source_names(database));
  std::vector<ShownPost> shown;
  for (std::size_t i = 0; i < posts.size(); ++i) {
    ShownPost each{
        .post = std::move(posts[i]), .sources = {names.at(selected[i].source)}, .topics = selected[i].topics};
    for (const auto& other : selected[i].also_from) each.sources.push_back(names.at(other));
    shown.push_back(std::move(each));
  }
  return shown;
}

std::optional<digest::DateSpan> dates_of(std::span<const digest::Selected> posts) {
  if (posts.empty()) return std::nullopt;
  const auto [oldest, newest] = std::ranges::minmax(posts, {}, &digest::Selected::date);
  return digest::DateSpan{.oldest = oldest.date, .newest = newest.date};
}

digest::SelectOptions select_options(const config::Config& config, const config::DigestConfig& digest,
                                     store::Database& database) {
  digest::SelectOptions options;
  for (const auto& source : config.sources)
    options.sources.push_back({.name = source.spec.name, .topics = source.topics, .weight = source.weight});
  options.only_sources = digest.sources;
  options.only_topics = digest.topics;
  if (!digest.filter.empty()) {
    options.keeps_out = [filter = digest.filter, &database](PostId id) {
      return keeps_out(filter, database, id);
    };
  }
  options.max_age = digest.max_age;
  options.same_text = [texts = std::make_shared<Texts>(database)](PostId a, PostId b) {
    return texts->same(a, b);
  };
  options.order = digest.order;
  options.group_by = digest.group_by;
  options.min_posts = static_cast<std::size_t>(digest.min_posts);
  options.overflow = digest.overflow;
  if (digest.max_posts > 0) options.max_posts = static_cast<std::size_t>(digest.max_posts);
  return options;
}

}  // namespace tidings::edition
