#include "source/entry_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <unordered_set>
#include <utility>

#include "base/codec.hpp"
#include "base/html_entity.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "source/feed_date.hpp"
#include "source/html_text.hpp"

namespace tidings::source {
namespace {

enum class TextKind { plain, html, markup };

bool has_type(std::string_view type, std::string_view part) {
  return ascii_lower(type).find(part) != std::string::npos;
}

TextKind kind_of(const Node& node, std::string_view text, bool atom_text) {
  const auto type = trim(node.attribute("type"));
  if (node.has_elements()) return TextKind::markup;
  const bool is_atom = node.vocabulary == Vocabulary::atom || node.vocabulary == Vocabulary::atom03 ||
                       (atom_text && node.vocabulary == Vocabulary::plain);
  if (!is_atom && type.empty()) return TextKind::html;
  if (ascii_iequals(node.attribute("mode"), "escaped")) {
    return type.empty() || has_type(type, "html") || looks_like_html(text) ? TextKind::html : TextKind::plain;
  }
  if (has_type(type, "html") || has_type(type, "xml") || has_type(type, "octet-stream"))
    return TextKind::html;
  // Without a type the text is plain (RFC 4287 section 3.1.1), but tags in it are usually meant as tags; an
  // unclosed tag in a title is its subject ("Support the <template> element").
  if (type.empty() && (node.name == "title" ? has_closed_html(text) : looks_like_html(text)))
    return TextKind::html;
  return is_atom || has_type(type, "plain") ? TextKind::plain : TextKind::html;
}

/// An escaped "<![CDATA[" is still meant as CDATA.
std::string_view without_cdata_marks(std::string_view text) {
  auto inside = trim(text);
  if (!inside.starts_with("<![CDATA[") || !inside.ends_with("]]>")) return text;
  inside.remove_prefix(9);
  inside.remove_suffix(std::min<std::size_t>(3, inside.size()));
  return inside.find("]]>") == std::string_view::npos ? inside : text;
}

std::string construct_text(const Node& node) {
  auto text = text_of(node);
  if (const auto inside = without_cdata_marks(text); inside.size() != text.size()) text = std::string{inside};
  // Atom 0.3 declares base64; in 1.0 any type that is neither text nor XML implies it (RFC 4287 section
  // 4.1.3.3).
  const auto type = ascii_lower(trim(node.attribute("type")));
  const bool binary = node.vocabulary == Vocabulary::atom && type.find('/') != std::string::npos &&
                      !type.starts_with("text/") && type.find("xml") == std::string::npos &&
                      type.find("html") == std::string::npos;
  if (!binary && !ascii_iequals(node.attribute("mode"), "base64")) return text;
  const auto decoded = base64_decode(text);
  if (!decoded) return text;
  return is_valid_utf8(*decoded) ? clean_utf8(*decoded) : std::string{};
}

/// In Atom 0.3's multipart/alternative the HTML, else the last, which is the richest (RFC 2046 section
/// 5.1.4).
const Node& alternative_of(const Node& node) {
  if (!ascii_iequals(trim(node.attribute("type")), "multipart/alternative")) return node;
  const Node* best = &node;
  for (const Node* child = node.first; child != nullptr; child = child->next) {
    if (child->name == node.name && (best == &node || !has_type(best->attribute("type"), "html")))
      best = child;
  }
  return *best;
}

const Node* only_div(const Node& node) {
  const Node* found = nullptr;
  for (const Node* child = node.first; child != nullptr; child = child->next) {
    if (child->is_text()) {
      if (!trim(child->text).empty()) return nullptr;
    } else if (found != nullptr || child->name != "div") {
      return nullptr;
    } else {
      found = child;
    }
  }
  return found;
}

std::string as_html(const Node& node, TextKind kind, const std::string& text) {
  switch (kind) {
    case TextKind::plain: return html_of_plain_text(text);
    case TextKind::html: return mend_double_escaped(std::string{trim(text)});
    case TextKind::markup: {
      const Node* const div = only_div(node);
      return std::string{trim(inner_html(div != nullptr ? *div : node))};
    }
  }
  return {};
}

std::int64_t number_in(std::string_view text) {
  std::int64_t value = 0;
  text = trim(text);
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value < 0 ? 0 : value;
}

/// An entry's image: the widest of the best rank.
struct ImageChoice {
  int rank = 1000;
  std::int64_t width = -1;
  std::string url;
  std::string alt;

  void offer(int offered, std::int64_t offered_width, std::string offered_url) {
    if (offered_url.empty() || offered > rank || (offered == rank && offered_width <= width)) return;
    rank = offered;
    width = offered_width;
    url = std::move(offered_url);
  }
};

/// A date with a rank: pubDate beats dc:date, in any order.
struct DateChoice {
  int rank = 1000;
  std::optional<UtcTime> time;

  void offer(int offered, std::optional<UtcTime> offered_time) {
    if (!offered_time || offered >= rank) return;
    rank = offered;
    time = offered_time;
  }
};

/// The address of a picture: the module's attribute, or the text, as some write it.
std::string image_reference(const Node& node) {
  for (const auto* const name : {"href", "url"}) {
    if (const auto value = trim(node.attribute(name)); !value.empty()) return std::string{value};
  }
  return node.has_elements() ? std::string{} : text_of(node);
}

class EntryReader {
 public:
  EntryReader(const Node& item, const Surroundings& around, std::vector<std::string>& warnings)
      : item_(item), around_(around), warnings_(warnings) {}

  Entry read();
  std::optional<UtcTime> date();

 private:
  void plain_child(const Node& node);
  void module_child(const Node& node);
  bool date_child(const Node& node);
  void media_child(const Node& node, int depth);
  void media_description(const Node& node);
  void itunes_category(const Node& node, int depth);
  void guid(const Node& node);
  void body(const Node& node, bool is_content);
  void category(const Node& node);
  void keywords(const Node& node);
  void enclosure(const Node& node, std::string_view url_attribute);
  void link(const Node& node);
  void add_author(std::string name);
  void add_category(std::string name);
  void length(const Node& node);

  const Node& item_;
  const Surroundings& around_;
  std::vector<std::string>& warnings_;
  Entry entry_;
  LinkChoice links_;
  ImageChoice image_;
  DateChoice published_;
  DateChoice updated_;
  std::vector<std::string> authors_;
  std::unordered_set<std::string> known_categories_;
  std::chrono::seconds duration_{0};
  std::string other_author_;
  std::string other_title_;          ///< from a module, for an item without its own title
  std::string other_summary_;        ///< a subtitle, for an item without a summary
  const Node* base_node_ = nullptr;  ///< whose xml:base holds for the HTML
};

void EntryReader::add_author(std::string name) {
  constexpr std::size_t most = 20;
  if (authors_.size() >= most) return;
  if (!name.empty() && std::find(authors_.begin(), authors_.end(), name) == authors_.end())
    authors_.push_back(std::move(name));
}

void EntryReader::add_category(std::string name) {
  if (entry_.categories.size() >= around_.limits.categories) return;
  if (name.empty() || !known_categories_.insert(name).second) return;
  entry_.categories.push_back(std::move(name));
}

void EntryReader::guid(const Node& node) {
  if (!entry_.id.empty()) return;
  entry_.id = collapse_blanks(text_of(node));
  if (entry_.id.starts_with('/') && !ascii_iequals(node.attribute("ispermalink"), "false"))
    entry_.id = absolute(node, entry_.id, around_);
  const bool web = is_web_url(entry_.id);
  const auto permalink = node.attribute("ispermalink");
  if (node.name == "guid" ? !ascii_iequals(permalink, "false") && (web || entry_.id.starts_with('/')) : web) {
    links_.offer(node.name == "guid" ? 6 : 7, absolute(node, entry_.id, around_));
  }
}

void EntryReader::body(const Node& node, bool is_content) {
  const auto source = node.attribute("src");
  if (is_content && !source.empty()) links_.offer(8, absolute(node, source, around_));
  const auto type = node.attribute("type");
  if (is_content && (type.starts_with("image/") || type.starts_with("audio/") || type.starts_with("video/")))
    return;
  auto html = html_construct(node, around_.atom_text);
  auto& field = is_content ? entry_.content_html : entry_.summary_html;
  if (html.empty() || html.size() <= field.size()) return;
  field = std::move(html);
  if (is_content || base_node_ == nullptr) base_node_ = &node;
}

void EntryReader::category(const Node& node) {
  auto scheme = node.attribute("scheme");
  if (scheme.ends_with("#kind")) return;  // Google's data types, not topics
  std::string name = collapse_blanks(node.attribute("term"));
  if (name.empty()) name = collapse_blanks(node.attribute("label"));
  if (name.empty()) name = plain_text_of_html(text_of(node));
  if (name.empty()) name = collapse_blanks(node.attribute("text"));  // itunes
  add_category(std::move(name));
}

void EntryReader::keywords(const Node& node) {
  const auto text = text_of(node);
  for (const auto word : split(text, ',')) {
    add_category(collapse_blanks(word));
  }
}

void EntryReader::enclosure(const Node& node, std::string_view url_attribute) {
  auto url = node.attribute(url_attribute);
  const auto text = url.empty() ? text_of(node) : std::string{};
  if (url.empty()) url = trim(text);
  if (url.empty()) return;
  Enclosure made{.url = absolute(node, url, around_),
                 .type = std::string{trim(node.attribute("type"))},
                 .length_bytes = number_in(node.attribute("length"))};
  if (made.type.starts_with("image/")) image_.offer(4, 0, made.url);
  constexpr std::size_t most = 50;
  if (entry_.enclosures.size() >= most) return;
  if (std::none_of(entry_.enclosures.begin(), entry_.enclosures.end(),
                   [&](const Enclosure& e) { return e.url == made.url; })) {
    entry_.enclosures.push_back(std::move(made));
  }
}

void EntryReader::link(const Node& node) {
  if (ascii_iequals(trim(node.attribute("rel")), "enclosure")) {
    enclosure(node, "href");
  } else {
    links_.offer_link_element(node, around_);
  }
}

bool EntryReader::date_child(const Node& node) {
  struct Known {
    Vocabulary vocabulary;
    std::string_view name;
    int published_rank;
    int updated_rank;
  };
  static constexpr int no = 0;
  static constexpr std::array<Known, 14> known{{
      {Vocabulary::plain, "pubdate", 1, no},
      {Vocabulary::plain, "published", 1, no},
      {Vocabulary::plain, "issued", 2, no},
      {Vocabulary::dc_terms, "issued", 3, no},
      {Vocabulary::dublin_core, "date", 4, 5},
      {Vocabulary::plain, "date", 4, 5},
      {Vocabulary::dc_terms, "created", 6, no},
      {Vocabulary::plain, "created", 6, no},
      {Vocabulary::dublin_core, "created", 6, no},
      {Vocabulary::plain, "updated", no, 1},
      {Vocabulary::plain, "modified", no, 2},
      {Vocabulary::dc_terms, "modified", no, 3},
      {Vocabulary::dublin_core, "modified", no, 4},
      {Vocabulary::plain, "lastbuilddate", no, 6},
  }};
  const bool common = node.is(node.name);
  for (const auto& row : known) {
    if (row.name != node.name ||
        !(row.vocabulary == Vocabulary::plain ? common : row.vocabulary == node.vocabulary))
      continue;
    const auto time = date_of(node, warnings_);
    if (row.published_rank != no) published_.offer(row.published_rank, time);
    if (row.updated_rank != no) updated_.offer(row.updated_rank, time);
    return true;
  }
  return false;
}

void EntryReader::plain_child(const Node& node) {
  const auto name = node.name;
  if (name == "title") {
    if (entry_.title.empty()) entry_.title = plain_construct(node, around_.atom_text);
  } else if (name == "link") {
    link(node);
  } else if (name == "url" && !node.has_elements()) {
    links_.offer(5, absolute(node, text_of(node), around_));
  } else if (name == "guid" || name == "id") {
    guid(node);
  } else if (name == "description" || name == "summary" || name == "tagline" || name == "abstract") {
    body(node, false);
  } else if (name == "content" || name == "fullitem" || name == "body" || name == "encoded") {
    body(node, true);
  } else if (name == "author") {
    add_author(person_of(node));
  } else if (name == "managingeditor") {
    if (other_author_.empty()) other_author_ = person_of(node);
  } else if (name == "category" || name == "keywords") {
    category(node);
  } else if (name == "enclosure") {
    enclosure(node, "url");
  } else if (name == "image") {
    for (const Node* child = node.first; child != nullptr; child = child->next) {
      if (child->name == "url") image_.offer(2, 0, absolute(*child, text_of(*child), around_));
    }
    const auto direct = node.has_elements() ? std::string{} : text_of(node);
    if (is_web_url(trim(direct))) image_.offer(2, 0, absolute(node, direct, around_));
  }
}

void EntryReader::module_child(const Node& node) {
  const auto name = node.name;
  switch (node.vocabulary) {
    case Vocabulary::dublin_core:
      if (name == "creator" || name == "author") add_author(person_of(node));
      if (name == "title" && entry_.title.empty()) entry_.title = plain_construct(node, false);
      if (name == "subject") category(node);
      if (name == "description") body(node, false);
      if (name == "language" && entry_.language.empty()) entry_.language = language_tag(text_of(node));
      if (name == "identifier" && entry_.id.empty()) entry_.id = collapse_blanks(text_of(node));
      break;
    case Vocabulary::dc_terms:
      if (name == "abstract") body(node, false);
      break;
    case Vocabulary::content:
      if (name == "encoded") body(node, true);
      break;
    case Vocabulary::xhtml:
      if (name == "body" || name == "div") body(node, true);
      break;
    case Vocabulary::media: media_child(node, 0); break;
    case Vocabulary::itunes:
      if (name == "author" && other_author_.empty()) other_author_ = person_of(node);
      if (name == "image") image_.offer(3, 0, absolute(node, image_reference(node), around_));
      if (name == "duration") length(node);
      if (name == "summary" && entry_.summary_html.empty()) body(node, false);
      if (name == "subtitle") other_summary_ = html_construct(node, around_.atom_text);
      if (name == "title" && other_title_.empty()) other_title_ = plain_construct(node, false);
      if (name == "keywords") keywords(node);
      if (name == "category") itunes_category(node, 0);
      break;
    case Vocabulary::feedburner:
      if (name == "origlink") links_.offer(0, absolute(node, text_of(node), around_));
      break;
    default: break;
  }
}

/// "2531", "42:11" or "1:02:33".
void EntryReader::length(const Node& node) {
  const auto text = collapse_blanks(text_of(node));
  std::int64_t seconds = 0;
  for (const auto part : split(text, ':'))
    seconds = std::min<std::int64_t>(seconds * 60 + number_in(part), 1'000'000);
  if (seconds > 0 && seconds < 1'000'000) duration_ = std::chrono::seconds{seconds};
}

void EntryReader::media_child(const Node& node, int depth) {
  const auto name = node.name;
  const auto width = number_in(node.attribute("width"));
  if (name == "group" || name == "content") {
    if (name == "content") {
      const auto type = node.attribute("type");
      const bool image = node.attribute("medium") == "image" || type.starts_with("image/");
      if (image) image_.offer(0, width, absolute(node, node.attribute("url"), around_));
      if (node.attribute("medium") == "audio" || type.starts_with("audio/")) enclosure(node, "url");
    }
    for (const Node* child = node.first; child != nullptr; child = child->next) {
      if (child->vocabulary == Vocabulary::media && depth < 4) media_child(*child, depth + 1);
    }
  } else if (name == "thumbnail") {
    auto url = node.attribute("url");
    image_.offer(1, width,
                 url.empty() ? absolute(node, text_of(node), around_) : absolute(node, url, around_));
  } else if (name == "title") {
    auto& field = depth > 0 ? image_.alt : other_title_;
    if (field.empty()) field = plain_construct(node, false);
  } else if (name == "description" || name == "text") {
    if (entry_.summary_html.empty()) media_description(node);
  } else if (name == "credit" && other_author_.empty()) {
    other_author_ = person_of(node);
  } else if (name == "keywords") {
    keywords(node);
  } else if (name == "category") {
    auto words = plain_text_of_html(text_of(node));
    add_category(words.empty() ? collapse_blanks(node.attribute("label")) : std::move(words));
  }
}

/// Plain text unless declared otherwise (Media RSS, media:description); keeps its lines, as YouTube writes
/// them.
void EntryReader::media_description(const Node& node) {
  const auto text = text_of(node);
  if (has_type(node.attribute("type"), "html") || node.has_elements() || looks_like_html(text))
    return body(node, false);
  entry_.summary_html = html_of_plain_text(text);
}

/// Nested: "Books" inside "Arts".
void EntryReader::itunes_category(const Node& node, int depth) {
  add_category(collapse_blanks(node.attribute("text")));
  for (const Node* child = node.first; child != nullptr; child = child->next) {
    if (child->vocabulary == Vocabulary::itunes && child->name == "category" && depth < 4)
      itunes_category(*child, depth + 1);
  }
}

std::optional<UtcTime> EntryReader::date() {
  for (const Node* child = item_.first; child != nullptr; child = child->next) {
    if (!child->is_text()) date_child(*child);
  }
  return published_.time ? published_.time : updated_.time;
}

Entry EntryReader::read() {
  for (const Node* child = item_.first; child != nullptr; child = child->next) {
    if (child->is_text() || date_child(*child)) continue;
    child->is(child->name) ? plain_child(*child) : module_child(*child);
  }
  // CDF has in attributes what RSS has in elements.
  links_.offer(2, absolute(item_, item_.attribute("href"), around_));
  if (const auto changed = item_.attribute("lastmod"); !changed.empty())
    updated_.offer(6, parse_feed_date(changed));
  const auto about = item_.attribute(Vocabulary::rdf, "about");
  if (!about.empty()) {
    if (entry_.id.empty()) entry_.id = collapse_blanks(about);
    if (is_web_url(about)) links_.offer(6, absolute(item_, about, around_));
  }
  if (entry_.title.empty()) entry_.title = std::move(other_title_);
  if (entry_.summary_html.empty()) entry_.summary_html = std::move(other_summary_);
  for (auto& each : entry_.enclosures) {
    if (!each.type.starts_with("image/")) each.duration = duration_;
  }
  entry_.link = links_.best();
  entry_.author = join(authors_, ", ");
  if (entry_.author.empty()) entry_.author = other_author_;
  if (entry_.author.empty()) entry_.author = around_.author;
  entry_.published = published_.time;
  entry_.updated = updated_.time;
  entry_.image = std::move(image_.url);
  entry_.image_alt = std::move(image_.alt);
  if (entry_.language.empty()) entry_.language = language_at(base_node_ != nullptr ? *base_node_ : item_);
  if (entry_.language.empty()) entry_.language = around_.language;
  entry_.base_url = declared_base(base_node_ != nullptr ? *base_node_ : item_, around_.document_url);
  if (entry_.base_url.empty() && is_web_url(entry_.link)) entry_.base_url = entry_.link;
  if (entry_.base_url.empty() && is_web_url(around_.site_url)) entry_.base_url = around_.site_url;
  if (entry_.base_url.empty()) entry_.base_url = around_.document_url;
  return std::move(entry_);
}

}  // namespace

std::optional<UtcTime> date_of_entry(const Node& item) {
  std::vector<std::string> ignored;
  static const Surroundings nothing;
  return EntryReader{item, nothing, ignored}.date();
}

Entry read_entry(const Node& item, const Surroundings& around, std::vector<std::string>& warnings) {
  return EntryReader{item, around, warnings}.read();
}

std::string declared_base(const Node& node, std::string_view fallback) {
  std::string base;
  const auto own = node.attribute(Vocabulary::xml, "base");
  if (node.parent != nullptr) base = declared_base(*node.parent, fallback);
  if (trim(own).empty()) return base;
  const auto resolved = resolve_url(base.empty() ? fallback : std::string_view{base}, own);
  return resolved ? *resolved : base;
}

std::string language_tag(std::string_view text) { return replace_all(trim(text), "_", "-"); }

std::string language_at(const Node& node) {
  for (const Node* at = &node; at != nullptr; at = at->parent) {
    const auto language = trim(at->attribute(Vocabulary::xml, "lang"));
    if (!language.empty()) return language_tag(language);
  }
  return {};
}

std::string absolute(const Node& node, std::string_view reference, const Surroundings& around) {
  reference = trim(reference);
  if (reference.empty()) return {};
  // An absolute link stays as written; post/ cleans the links it uses.
  if (is_web_url(reference)) return collapse_blanks(reference);
  auto base = declared_base(node, around.document_url);
  if (base.empty()) {
    const auto document = parse_url(around.document_url);
    const auto site = parse_url(around.site_url);
    // A feed served by a third party (FeedBurner) is relative to its site, not to the third party.
    const bool elsewhere = site && is_web_url(around.site_url) && (!document || document->host != site->host);
    base = elsewhere ? around.site_url : around.document_url;
  }
  return resolve_url(base, reference).value_or(std::string{reference});
}

std::string plain_construct(const Node& node, bool atom_text) {
  const auto text = construct_text(node);
  switch (kind_of(node, text, atom_text)) {
    case TextKind::plain: return collapse_blanks(text);
    case TextKind::html: {
      const auto once = plain_text_of_html(text);
      // Titles are often escaped once too often; a title that really shows a reference is rare.
      return once.find('&') == std::string::npos
                 ? once
                 : collapse_blanks(clean_utf8(decode_html_references(once, ReferencePlace::plain_text)));
    }
    case TextKind::markup: return plain_text_of_html(inner_html(node));
  }
  return {};
}

std::string html_construct(const Node& whole, bool atom_text) {
  const Node& node = alternative_of(whole);
  auto text = construct_text(node);
  const auto kind = kind_of(node, text, atom_text);
  return as_html(node, kind, std::move(text));
}

std::string person_of(const Node& node) {
  if (node.has_elements()) {
    std::string name;
    std::string email;
    for (const Node* child = node.first; child != nullptr; child = child->next) {
      if (child->name == "name" || child->name == "value") name = plain_text_of_html(text_of(*child));
      if (child->name == "email") email = collapse_blanks(text_of(*child));
      if (child->has_elements() && name.empty()) name = person_of(*child);  // foaf:Person inside
    }
    return name.empty() ? email : name;
  }
  const auto text = collapse_blanks(text_of(node));
  const auto at = text.find('@');
  const auto round = text.find('(');
  const auto angle = text.find('<');
  if (at != std::string::npos && round != std::string::npos && at < round) {
    const auto inside = collapse_blanks(text.substr(round + 1, text.rfind(')') - round - 1));
    if (!inside.empty()) return plain_text_of_html(inside);
  }
  if (at != std::string::npos && angle != std::string::npos && angle > 0 && angle < at) {
    return plain_text_of_html(replace_all(text.substr(0, angle), "\"", ""));
  }
  if (at != std::string::npos && round != std::string::npos && round < at)
    return plain_text_of_html(text.substr(0, round));
  return plain_text_of_html(text);
}

void LinkChoice::offer(int rank, std::string link) {
  if (link.empty() || rank >= rank_) return;
  rank_ = rank;
  link_ = std::move(link);
}

void LinkChoice::offer_link_element(const Node& node, const Surroundings& around) {
  const auto href = node.attribute("href");
  if (href.empty()) {
    offer(1, absolute(node, text_of(node), around));
    return;
  }
  const auto rel = ascii_lower(trim(node.attribute("rel")));
  const auto type = ascii_lower(trim(node.attribute("type")));
  if (!rel.empty() && rel != "alternate" && !rel.ends_with("/alternate")) return;
  const bool web_page = type.empty() || type.find("html") != std::string::npos;
  offer(web_page ? 1 : 4, absolute(node, href, around));
}

std::optional<UtcTime> date_of(const Node& node, std::vector<std::string>& warnings) {
  const auto text = collapse_blanks(text_of(node));
  if (text.empty()) return std::nullopt;
  const auto time = parse_feed_date(text);
  constexpr std::size_t enough_warnings = 1'000;
  if (!time && warnings.size() < enough_warnings)
    warnings.push_back("no date: \"" + std::string{truncate_utf8(text, 60)} + "\"");
  return time;
}

}  // namespace tidings::source
