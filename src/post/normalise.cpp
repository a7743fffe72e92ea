#include "post/normalise.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <vector>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "post/excerpt.hpp"
#include "post/html_links.hpp"
#include "post/safe_url.hpp"
#include "post/sanitise.hpp"

namespace tidings::post {
namespace {

// Part of content_hash: increase it when normalise changes its result for the same entry.
constexpr std::string_view rules_version = "2";

constexpr std::size_t max_title_bytes = 1'000;

std::string one_line(std::string_view text, std::size_t max_bytes) {
  return std::string{trim(truncate_utf8(collapse_blanks(text), max_bytes))};
}

std::string web_image(std::string_view url, std::string_view base_url) {
  if (trim(url).empty()) return {};
  auto safe = safe_image(url, base_url);
  return safe && is_web_url(*safe) ? *safe : std::string{};
}

/// The note that WordPress adds below every text of a feed, in any language: a last paragraph with two links,
/// first to the post, then to the blog. A digest already names and links both.
std::string without_feed_note(std::string html, const std::string& post_key) {
  const auto begin = html.rfind("<p>");
  if (begin == std::string::npos || post_key.empty()) return html;
  const std::string_view note = trim(std::string_view{html}.substr(begin));
  if (!note.ends_with("</p>") || note.size() > 2'000) return html;
  std::vector<std::string> keys;
  for (const auto& link : links_in(note)) {
    if (link.kind == HtmlLink::Kind::link) keys.push_back(link_key(canonical_link(link.url)));
  }
  const bool is_note = keys.size() == 2 && keys[0] == post_key && post_key.starts_with(keys[1]);
  if (is_note) html.resize(begin);
  return std::string{trim(html)};
}

void set_texts(Post& post, const source::Entry& entry, const NormaliseOptions& options) {
  const SanitiseOptions rules{.base_url = entry.base_url.empty() ? entry.link : entry.base_url,
                              .max_width = options.max_width};
  const bool wants_content = options.content != Content::summary && !trim(entry.content_html).empty();
  post.summary_html = without_feed_note(sanitise(entry.summary_html, rules), post.link_key);
  post.html = wants_content ? without_feed_note(sanitise(entry.content_html, rules), post.link_key)
                            : post.summary_html;
  if (entry.from_page && !entry.from_page->html.empty()) {
    const auto& page = *entry.from_page;
    auto article = sanitise(page.html, {.base_url = page.base_url, .max_width = options.max_width});
    // A page may say less than the feed: a notice, a login.
    if (article.size() > post.html.size()) post.html = std::move(article);
  }
  if (post.html.empty()) post.html = post.summary_html;
  // Drop a summary that only repeats the text.
  if (post.summary_html == post.html && wants_content) post.summary_html.clear();
}

/// Blogger gives a 72 pixel square as the image of an entry, whatever its text.
bool is_blogger_thumbnail(std::string_view url) {
  return url.find("/s72-") != std::string_view::npos || url.find("=s72-") != std::string_view::npos ||
         url.find("/w72-h72-") != std::string_view::npos;
}

void set_image(Post& post, const source::Entry& entry) {
  const auto named = web_image(entry.image, entry.base_url);
  const auto in_text = lead_image(post.html);
  if (!named.empty() && !(in_text && is_blogger_thumbnail(named))) {
    post.image_url = named;
    post.image_alt = one_line(entry.image_alt, max_title_bytes);
    // The named picture is usually the first one in the text, which has its description.
    if (post.image_alt.empty() && in_text && in_text->url == named) post.image_alt = in_text->alt;
    return;
  }
  for (const auto& enclosure : entry.enclosures) {
    if (!ascii_lower(enclosure.type).starts_with("image/")) continue;
    post.image_url = web_image(enclosure.url, entry.base_url);
    if (!post.image_url.empty()) return;
  }
  auto image = in_text;
  if (!image && post.summary_html != post.html) image = lead_image(post.summary_html);
  if (image) {
    post.image_url = image->url;
    post.image_alt = image->alt;
  } else if (entry.from_page) {
    post.image_url = web_image(entry.from_page->image, entry.from_page->base_url);
    post.image_alt =
        post.image_url.empty() ? std::string{} : one_line(entry.from_page->image_alt, max_title_bytes);
  }
}

bool is_audio(const source::Enclosure& enclosure) {
  const auto type = ascii_lower(enclosure.type);
  if (!type.empty()) return type.starts_with("audio/");
  const auto url = parse_url(enclosure.url);
  const auto path = url ? ascii_lower(url->path) : std::string{};
  static constexpr std::array<std::string_view, 5> endings{".mp3", ".m4a", ".ogg", ".opus", ".aac"};
  return std::ranges::any_of(endings, [&](std::string_view ending) { return path.ends_with(ending); });
}

void set_audio(Post& post, const source::Entry& entry) {
  for (const auto& enclosure : entry.enclosures) {
    if (!is_audio(enclosure)) continue;
    // Podcast addresses contain the paths of listener measurement, which must stay.
    const auto url = safe_link(enclosure.url, entry.base_url);
    if (!url || !is_web_url(*url)) continue;
    post.audio_url = *url;
    post.audio_duration = enclosure.duration;
    return;
  }
}

}  // namespace

Post normalise(const source::Entry& entry, SourceId source, UtcTime now, const NormaliseOptions& options,
               Guid guid) {
  Post post;
  post.source = source;
  post.link = canonical_link(entry.link, options.links);
  // A guid that is an address is the page, if the entry names no other.
  if (post.link.empty() && guid == Guid::trusted) post.link = canonical_link(entry.id, options.links);
  post.link_key = link_key(post.link);
  post.identity = identity(entry, post.link, guid);
  post.title = one_line(entry.title, max_title_bytes);
  post.title_key = title_key(post.title);
  post.author = one_line(entry.author, max_title_bytes);
  // Many Atom feeds have only atom:updated (RFC 4287 requires no other date); without it old posts would look
  // new.
  post.published = entry.published ? entry.published : entry.updated;
  post.updated = entry.updated;
  post.first_seen = now;
  post.language = entry.language.empty() ? options.language : entry.language;
  std::set<std::string> seen;
  for (const auto& category : entry.categories) {
    auto tag = one_line(category, 200);
    if (!tag.empty() && seen.insert(fold_case(tag)).second) post.tags.push_back(std::move(tag));
  }
  set_texts(post, entry, options);
  set_image(post, entry);
  set_audio(post, entry);
  post.dropped = entry.dropped;
  post.pinned = entry.pinned;
  post.content_hash = content_hash(entry, options);
  return post;
}

std::string content_hash(const source::Entry& entry, const NormaliseOptions& options) {
  Sha256 hash;
  // Each field after its length, so that no two entries give the same bytes.
  const auto add = [&](std::string_view field) {
    hash.update(std::to_string(field.size()) + ":");
    hash.update(field);
  };
  const auto add_time = [&](const std::optional<UtcTime>& time) {
    add(time ? std::to_string(to_ms(*time)) : "");
  };
  add(rules_version);
  for (const auto& parameter : options.links.tracking_parameters) add(parameter);
  add(std::to_string(static_cast<int>(options.content)) + "/" + std::to_string(options.max_width));
  add(options.language);
  for (const auto* field :
       {&entry.id, &entry.title, &entry.link, &entry.author, &entry.summary_html, &entry.content_html,
        &entry.base_url, &entry.language, &entry.image, &entry.image_alt}) {
    add(*field);
  }
  add_time(entry.published);
  add_time(entry.updated);
  for (const auto& category : entry.categories) add(category);
  add("enclosures");
  for (const auto& enclosure : entry.enclosures) {
    add(enclosure.url);
    add(enclosure.type);
    add(std::to_string(enclosure.duration.count()));
  }
  add(entry.dropped);
  return hex_encode(hash.finish());
}

std::string display_title(const Post& post) {
  if (!post.title.empty()) return post.title;
  for (const auto* html : {&post.html, &post.summary_html}) {
    const auto words = make_excerpt(*html, {.words = 10, .form = ExcerptForm::words});
    if (!words.text.empty()) return collapse_blanks(words.text);
  }
  if (const auto url = parse_url(post.link))
    return url->host + (url->path == "/" ? std::string{} : url->path);
  return "\xE2\x80\xA6";
}

}  // namespace tidings::post
