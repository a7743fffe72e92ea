#include "source/loose_xml.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "source/entity_table.hpp"
#include "source/html_text.hpp"

namespace tidings::source {
namespace {

constexpr auto none = std::string_view::npos;

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_name_char(char c) {
  return is_name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

/// Elements that hold the feed together.
bool is_structure(std::string_view lower) {
  static constexpr std::array<std::string_view, 6> names{"rss",     "feed", "rdf:rdf",
                                                         "channel", "item", "entry"};
  return std::find(names.begin(), names.end(), lower) != names.end();
}

/// Elements that contain entries.
bool is_list(std::string_view lower) {
  return lower == "items" || (is_structure(lower) && lower != "item" && lower != "entry");
}

/// Elements of an entry that contain text and never another field.
bool is_leaf_field(std::string_view lower) {
  static constexpr std::array<std::string_view, 13> names{
      "title",  "link",     "guid",    "id",      "pubdate",    "published", "updated",
      "issued", "modified", "dc:date", "created", "dc:creator", "category"};
  return std::find(names.begin(), names.end(), lower) != names.end();
}

/// Elements beside those, which never occur inside their text.
bool is_field(std::string_view lower) {
  static constexpr std::array<std::string_view, 10> more{
      "description", "summary", "content", "content:encoded", "author", "enclosure", "comments",
      "dc:subject",  "item",    "entry"};
  return is_leaf_field(lower) || std::find(more.begin(), more.end(), lower) != more.end();
}

bool is_body(std::string_view lower) {
  return lower == "description" || lower == "summary" || lower == "content:encoded" || lower == "content";
}

class Scanner {
 public:
  Scanner(std::string_view text, XmlTree& tree) : text_(text), tree_(tree) {}
  void run();

 private:
  struct Open {
    std::string_view name;     ///< as written, with its prefix
    std::size_t bindings = 0;  ///< number of namespace bindings in force outside it
  };
  struct RawAttribute {
    std::string_view name;
    std::string value;
  };

  void markup();
  void start_tag();
  void end_tag();
  void cdata();
  void doctype();
  void skip_past(std::string_view mark);
  bool attributes();  ///< true if the tag closes itself
  void attribute_value(std::string& value);
  void open(std::string_view name, bool self_closing);
  void close_to(std::size_t depth);
  void close_unfinished_sibling(std::string_view name);
  void bind(std::string_view prefix, Vocabulary vocabulary);
  void close_unfinished_field(std::string_view name);
  std::string decode(std::string_view raw) { return entities_.expand(raw); }
  [[nodiscard]] std::pair<Vocabulary, std::string_view> resolve(std::string_view name,
                                                                bool is_attribute) const;
  std::string_view name();

  std::string_view text_;
  XmlTree& tree_;
  std::size_t at_ = 0;
  std::vector<Open> open_;
  std::vector<std::string_view> bound_;  ///< prefixes in the order of their bindings
  std::unordered_map<std::string_view, std::vector<Vocabulary>>
      vocabularies_;  ///< of a prefix, the innermost last
  std::vector<RawAttribute> raw_;
  std::vector<std::string_view> missing_;
  bool cdata_ends_ = true;
  bool doctype_seen_ = false;
  EntityTable entities_;
  // How many elements of a name are open, to recognise an end tag without a start tag at once, at any depth.
  std::unordered_map<std::string, std::size_t> open_names_;
};

std::pair<Vocabulary, std::string_view> Scanner::resolve(std::string_view name, bool is_attribute) const {
  const auto colon = name.find(':');
  const auto prefix = colon == none ? std::string_view{} : name.substr(0, colon);
  const auto local = colon == none ? name : name.substr(colon + 1);
  if (is_attribute && prefix.empty()) return {Vocabulary::plain, local};
  if (const auto found = vocabularies_.find(prefix); found != vocabularies_.end() && !found->second.empty())
    return {found->second.back(), local};
  return {vocabulary_of_prefix(prefix), local};
}

std::string_view Scanner::name() {
  const auto start = at_;
  while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
  return text_.substr(start, at_ - start);
}

void Scanner::attribute_value(std::string& value) {
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  if (at_ == text_.size()) return;
  const char quote = text_[at_];
  if (quote == '"' || quote == '\'') {
    const auto start = at_ + 1;
    const auto end = text_.find(quote, start);
    const auto inside = text_.substr(start, end == none ? 0 : end - start);
    // A quote that closes only beyond the next tag and line was forgotten: the value ends with this tag.
    const bool closed = end != none && (inside.find('<') == none || inside.find('\n') == none);
    const auto stop = closed ? end : text_.find('>', start);
    const auto last = std::min(stop, text_.size());
    value = decode(text_.substr(start, last - start));
    at_ = last == text_.size() || text_[last] == '>' ? last : last + 1;
    return;
  }
  const auto start = at_;
  while (at_ < text_.size() && !is_blank(text_[at_]) && text_[at_] != '>' && text_[at_] != '<') ++at_;
  if (at_ > start && at_ < text_.size() && text_[at_] == '>' && text_[at_ - 1] == '/') --at_;
  value = decode(text_.substr(start, at_ - start));
}

bool Scanner::attributes() {
  raw_.clear();
  bool self_closing = false;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '>') {
      ++at_;
      return self_closing;
    }
    if (c == '<') return false;  // '>' was forgotten
    self_closing = c == '/';
    if (!is_name_start(c)) {
      ++at_;
      continue;
    }
    RawAttribute attribute{.name = name(), .value = {}};
    auto next = at_;
    while (next < text_.size() && is_blank(text_[next])) ++next;
    if (next < text_.size() && text_[next] == '=') {
      at_ = next + 1;
      attribute_value(attribute.value);
    }
    if (raw_.size() < 200) raw_.push_back(std::move(attribute));
  }
  return false;
}

void Scanner::bind(std::string_view prefix, Vocabulary vocabulary) {
  bound_.push_back(prefix);
  vocabularies_[prefix].push_back(vocabulary);
}

void Scanner::open(std::string_view name, bool self_closing) {
  // Below the tree's limit nothing is remembered; only text counts.
  if (open_.size() > max_tree_depth) return;
  const auto outside = bound_.size();
  for (const auto& attribute : raw_) {
    if (attribute.name == "xmlns") {
      bind("", vocabulary_of_uri(attribute.value));
    } else if (attribute.name.starts_with("xmlns:")) {
      bind(attribute.name.substr(6), vocabulary_of_uri(attribute.value));
    }
  }
  std::vector<Attribute> list;
  for (const auto& attribute : raw_) {
    if (attribute.name.starts_with("xmlns")) continue;
    const auto [vocabulary, local] = resolve(attribute.name, true);
    list.push_back({.vocabulary = vocabulary, .name = local, .value = attribute.value});
  }
  const auto [vocabulary, local] = resolve(name, false);
  tree_.start(vocabulary, local, list);
  open_.push_back({name, outside});
  ++open_names_[ascii_lower(name)];
  const bool is_void = (vocabulary == Vocabulary::plain || vocabulary == Vocabulary::atom ||
                        vocabulary == Vocabulary::xhtml) &&
                       is_void_element(ascii_lower(local)) && !ascii_iequals(local, "source");
  if (self_closing || is_void) close_to(open_.size() - 1);
}

void Scanner::close_to(std::size_t depth) {
  while (open_.size() > depth) {
    tree_.end();
    for (; bound_.size() > open_.back().bindings; bound_.pop_back()) vocabularies_[bound_.back()].pop_back();
    if (const auto found = open_names_.find(ascii_lower(open_.back().name)); --found->second == 0)
      open_names_.erase(found);
    open_.pop_back();
  }
}

/// <item> inside an open <item>: the end tag of the first is missing. Inside another element of the channel
/// (<image>), that one's.
void Scanner::close_unfinished_sibling(std::string_view name) {
  const auto lower = ascii_lower(name);
  if (lower != "item" && lower != "entry") return;
  const bool is_sibling_open = open_names_.contains(lower);
  for (auto i = open_.size(); i-- > 0;) {
    if (is_sibling_open ? ascii_iequals(open_[i].name, lower) : is_list(ascii_lower(open_[i].name))) {
      close_to(is_sibling_open ? i : i + 1);
      return;
    }
  }
}

/// <guid> directly in an open <title> of an entry: the title's end tag is missing. Bodies may contain HTML,
/// and only non-HTML elements end them.
void Scanner::close_unfinished_field(std::string_view name) {
  const auto lower = ascii_lower(name);
  if (open_.size() < 2 || !is_field(lower) || !is_structure(ascii_lower(open_[open_.size() - 2].name)))
    return;
  const auto around = ascii_lower(open_.back().name);
  if (is_leaf_field(around) || (is_body(around) && !is_html_element(lower))) close_to(open_.size() - 1);
}

void Scanner::start_tag() {
  ++at_;
  const auto tag = name();
  close_unfinished_sibling(tag);
  close_unfinished_field(tag);
  const bool self_closing = attributes();
  open(tag, self_closing);
}

void Scanner::end_tag() {
  at_ += 2;
  const auto tag = name();
  const auto stop = std::min(text_.find_first_of("<>", at_), text_.size());
  at_ = stop < text_.size() && text_[stop] == '>' ? stop + 1 : stop;
  const auto lower = ascii_lower(tag);
  if (!open_names_.contains(lower)) {
    // A misspelt end tag ("</titel>") closes what is open; stray end tags of HTML and of the big elements do
    // not.
    const auto innermost = open_.empty() ? std::string{} : ascii_lower(open_.back().name);
    if (!open_.empty() && !is_html_element(lower) && !is_structure(innermost)) close_to(open_.size() - 1);
    return;
  }
  for (auto i = open_.size(); i-- > 0;) {
    if (ascii_iequals(open_[i].name, tag)) {
      close_to(i);
      return;
    }
  }
}

void Scanner::cdata() {
  const auto start = at_ + 9;
  auto end = cdata_ends_ ? text_.find("]]>", start) : none;
  cdata_ends_ = end != none;
  if (end != none) {
    tree_.text(text_.substr(start, end - start));
    at_ = end + 3;
    return;
  }
  end = open_.empty() ? none : text_.find("</" + std::string{open_.back().name}, start);
  end = std::min(end, text_.size());
  tree_.text(text_.substr(start, end - start));
  at_ = end;
}

void Scanner::doctype() {
  if (std::exchange(doctype_seen_, true)) return skip_past(">");
  std::size_t i = at_;
  int brackets = 0;
  char quote = 0;
  for (; i < text_.size(); ++i) {
    const char c = text_[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[') {
      ++brackets;
    } else if (c == ']') {
      --brackets;
    } else if (c == '>' && brackets <= 0) {
      break;
    }
  }
  const auto inside = text_.substr(at_, std::min(i, text_.size()) - at_);
  for (auto found = inside.find("<!ENTITY"); found != none; found = inside.find("<!ENTITY", found + 8)) {
    auto rest = trim(inside.substr(found + 8));
    std::size_t length = 0;
    while (length < rest.size() && is_name_char(rest[length])) ++length;
    const auto entity = rest.substr(0, length);
    rest = trim(rest.substr(length));
    if (entity.empty() || rest.empty() || (rest[0] != '"' && rest[0] != '\'')) continue;
    const auto end = rest.find(rest[0], 1);
    if (end != none) entities_.declare(entity, rest.substr(1, end - 1));
  }
  if (i == text_.size()) return skip_past(">");  // an odd quote or bracket
  at_ = i + 1;
}

void Scanner::skip_past(std::string_view mark) {
  // A mark that is missing once is missing for good: remembered, so that the rest is searched only once.
  const bool known_missing = std::find(missing_.begin(), missing_.end(), mark) != missing_.end();
  const auto end = known_missing ? none : text_.find(mark, at_);
  if (end != none) {
    at_ = end + mark.size();
  } else {
    if (!known_missing) missing_.push_back(mark);
    const auto bracket = text_.find('>', at_);
    at_ = bracket == none ? text_.size() : bracket + 1;
  }
}

void Scanner::markup() {
  const auto rest = text_.substr(at_);
  if (rest.starts_with("<!--")) {
    skip_past("-->");
  } else if (rest.starts_with("<![CDATA[")) {
    cdata();
  } else if (rest.size() > 8 && ascii_iequals(rest.substr(0, 9), "<!DOCTYPE")) {
    doctype();
  } else if (rest.starts_with("<!")) {
    skip_past(">");
  } else if (rest.starts_with("<?")) {
    skip_past("?>");
  } else if (rest.size() > 2 && rest[1] == '/' && is_name_start(rest[2])) {
    end_tag();
  } else if (rest.size() > 1 && is_name_start(rest[1])) {
    start_tag();
  } else {
    tree_.text("<");
    ++at_;
  }
}

void Scanner::run() {
  while (at_ < text_.size()) {
    const auto tag = std::min(text_.find('<', at_), text_.size());
    if (tag > at_) tree_.text(decode(text_.substr(at_, tag - at_)));
    at_ = tag;
    if (at_ < text_.size()) markup();
  }
  for (const auto& element : open_) tree_.cut_off = tree_.cut_off || is_structure(ascii_lower(element.name));
  // Open elements stay unclosed in the tree: adapters tell complete entries from cut-off ones by that.
  tree_.finish();
}

}  // namespace

void read_loose_xml(std::string_view text, XmlTree& tree) { Scanner{text, tree}.run(); }

}  // namespace tidings::source
