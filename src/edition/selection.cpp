#include "edition/selection.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "digest/edition_table.hpp"
#include "post/alike.hpp"
#include "post/identity.hpp"
#include "post/near_duplicates.hpp"
#include "post/picture_table.hpp"
#include "post/plain_text.hpp"
#include "post/post_table.hpp"
#include "source/html_text.hpp"
#include "source/source_table.hpp"

namespace tidings::edition {
namespace {

// Of an edition without a limit: 82,000 posts cost 1.8 GB and 57 s and made a mail of 19 MB; these cost 250
// MB, 7 s and 2.3 MB. The rest waits.
constexpr std::size_t most_posts = 10'000;

/// Whether the stored post is left out. One that cannot be read has failed elsewhere.
bool keeps_out(const ContentFilter& filter, store::Database& database, PostId id) {
  const auto found = post::PostTable(database).find(id);
  if (!found) return false;
  const FilterInput input{.title = found->title,
                          .author = found->author,
                          .link = found->link,
                          .categories = found->tags,
                          .language = found->language,
                          .age = found->published && *found->published <= found->first_seen
                                     ? std::optional{found->first_seen - *found->published}
                                     : std::nullopt,
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

/// Finds posts that tell one story among the candidates and what the digest's last editions have shown. A
/// post that cannot be read is like no other.
class Stories {
 public:
  Stories(store::Database& database, std::string digest, digest::SelectOptions options)
      : database_(database), posts_(database), digest_(std::move(digest)), options_(std::move(options)) {}

  std::vector<digest::NearDuplicate> find(std::span<const digest::Candidate* const> candidates) {
    constexpr std::size_t most_compared = 50'000;  // so many pairs with much in common are forms, not stories
    gather(candidates);
    const bool several = std::ranges::any_of(
        stories_, [&](const Story& each) { return each.source != stories_.front().source; });
    if (!several) return {};
    post::StoryIndex index;
    for (const auto& story : stories_)
      index.add(story.source, post::words_of(posts_.body(story.id).value_or("")));
    auto pairs = index.likely_pairs();
    if (pairs.size() > most_compared) pairs.resize(most_compared);
    std::vector<digest::NearDuplicate> out;
    for (const auto& pair : pairs) {
      // What was shown before stands behind the candidates.
      if (pair.one >= candidates.size()) continue;
      const auto& one = stories_[pair.one];
      const auto& other = stories_[pair.other];
      if (const auto percent = post::same_story(text_of(one), text_of(other)))
        out.push_back({.one = one.id, .other = other.id, .percent = *percent});
    }
    std::ranges::stable_sort(out, std::greater<>{}, &digest::NearDuplicate::percent);
    return out;
  }

 private:
  struct Story {
    PostId id;
    SourceId source;
    UtcTime date{};
    std::string link_key;
  };

  void gather(std::span<const digest::Candidate* const> candidates) {
    stories_.clear();
    UtcTime newest{};
    for (const auto* const each : candidates) {
      stories_.push_back(
          {.id = each->id, .source = each->source, .date = each->date(), .link_key = each->link_key});
      newest = std::max(newest, each->first_seen);
    }
    constexpr std::chrono::hours remembered{24 * 30};
    const auto shown = digest::EditionTable(database_).shown_since(digest_, newest - remembered, options_);
    if (!shown) return;
    for (const auto& [post, cut] : *shown)
      stories_.push_back({.id = post.id, .source = post.source, .date = post.date, .link_key = {}});
  }

  const post::StoryText& text_of(const Story& story) {
    const auto [place, is_new] = texts_.try_emplace(story.id);
    if (!is_new) return place->second;
    const auto html = posts_.body(story.id).value_or("");
    place->second = {.date = story.date,
                     .text = post::words_of(html),
                     .link_key = story.link_key,
                     .links = post::link_keys_of(html)};
    return place->second;
  }

  store::Database& database_;
  post::PostTable posts_;
  std::string digest_;
  digest::SelectOptions options_;  ///< for joining what was shown
  std::vector<Story> stories_;
  std::map<PostId, post::StoryText> texts_;
};

/// Which sources link to a page, over the posts of the last weeks; read once, when first asked.
class Citations {
 public:
  explicit Citations(store::Database& database) : database_(database) {}

  int count(std::span<const digest::Candidate> article) {
    if (!is_read_) read();
    std::set<SourceId> sources;
    for (const auto& post : article) {
      sources.insert(post.source);
      if (const auto found = by_link_.find(post.link_key); found != by_link_.end() && !post.link_key.empty())
        sources.insert(found->second.begin(), found->second.end());
    }
    sources.erase(article.front().source);
    return static_cast<int>(sources.size());
  }

 private:
  void read() {
    is_read_ = true;
    const auto told = post::PostTable(database_).for_each_recent(std::chrono::hours{24 * 60},
                                                                 [&](SourceId source, std::string_view html) {
                                                                   for (auto& key : post::link_keys_of(html))
                                                                     by_link_[std::move(key)].insert(source);
                                                                 });
    if (!told) by_link_.clear();
  }

  store::Database& database_;
  bool is_read_ = false;
  std::map<std::string, std::set<SourceId>> by_link_;
};

/// As the reader knows it: the feed's own title where it has one.
std::string shown_name(const source::Source& source) {
  return source.title.empty() ? source.name : source.title;
}

Result<std::map<SourceId, std::string>> source_names(store::Database& database) {
  std::map<SourceId, std::string> names;
  TIDINGS_LET(const auto sources, source::SourceTable(database).list());
  for (const auto& source : sources) names[source.id] = shown_name(source);
  return names;
}

/// Sources of the same page stand beside the post's own; other pages get a link each.
Result<void> add_others(store::Database& database, const digest::Selected& selected,
                        const std::map<SourceId, std::string>& names, ShownPost& shown) {
  if (selected.joined.empty()) return {};
  TIDINGS_LET(const auto others, post::PostTable(database).load(selected.joined));
  for (std::size_t i = 0; i < others.size(); ++i) {
    const auto& name = names.at(selected.also_from[i]);
    const bool same_page = others[i].link.empty() || others[i].link_key == shown.post.link_key;
    if (same_page) {
      shown.sources.push_back(name);
    } else {
      shown.also_in.push_back({.source = name, .url = others[i].link});
    }
  }
  return {};
}

/// As its markup says, else as it was measured.
Result<std::optional<post::PictureSize>> picture_of(store::Database& database, const post::Post& post) {
  if (post.image_url.empty()) return std::optional<post::PictureSize>{};
  const auto said = post::picture_size(post.html.empty() ? post.summary_html : post.html, post.image_url);
  return said ? said : post::PictureTable(database).size(post.image_url);
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
    ShownPost each{.post = std::move(posts[i]),
                   .sources = {names.at(selected[i].source)},
                   .topics = selected[i].topics,
                   .also_in = {},
                   .source_name = selected[i].source_name};
    TIDINGS_LET(each.picture, picture_of(database, each.post));
    TIDINGS_TRY(add_others(database, selected[i], names, each));
    shown.push_back(std::move(each));
  }
  return shown;
}

Result<std::vector<MoreFrom>> load_more_from(store::Database& database,
                                             std::span<const digest::Surplus> surplus) {
  std::vector<MoreFrom> out;
  if (surplus.empty()) return out;
  TIDINGS_LET(const auto sources, source::SourceTable(database).list());
  for (const auto& each : surplus) {
    const auto found = std::ranges::find(sources, each.source, &source::Source::id);
    if (found == sources.end()) continue;
    out.push_back(
        {.source = shown_name(*found), .url = post::canonical_link(found->site_url), .posts = each.posts});
  }
  return out;
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
  if (digest.near_duplicates) {
    options.near_duplicates = [stories = std::make_shared<Stories>(database, digest.name, options)](
                                  std::span<const digest::Candidate* const> candidates) {
      return stories->find(candidates);
    };
  }
  options.citations = [citations = std::make_shared<Citations>(database)](
                          std::span<const digest::Candidate> article) { return citations->count(article); };
  options.order = digest.order;
  options.group_by = digest.group_by;
  options.min_posts = static_cast<std::size_t>(digest.min_posts);
  options.overflow = digest.overflow;
  options.max_posts = digest.max_posts > 0 ? static_cast<std::size_t>(digest.max_posts) : most_posts;
  const auto share = digest.max_per_source;
  if (share && *share > 0) options.max_per_source = static_cast<std::size_t>(*share);
  options.turns = share && *share == 0 ? digest::Turns::by_order : digest::Turns::by_source;
  return options;
}

}  // namespace tidings::edition
