#include "source/dated_list.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "source/feed_date.hpp"
#include "source/page_node.hpp"
#include "source/written_date.hpp"

namespace tidings::source {
namespace {

constexpr std::chrono::hours noon{12};
constexpr std::size_t least_posts = 3;
constexpr std::size_t longest_date = 64;  ///< most bytes of an element that is only a date
constexpr std::size_t most_marks = 2000;

/// Words of an element's class and id, and of headings.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : fold_case(text)) {
    const bool letter = has_letter(std::string_view{&c, 1});
    if (letter) words.back() += c;
    if (!letter && !words.back().empty()) words.emplace_back();
  }
  return words;
}

template <std::size_t N>
bool has_word(std::string_view text, const std::array<std::string_view, N>& beginnings) {
  return std::ranges::any_of(words_of(text), [&](const std::string& word) {
    return std::ranges::any_of(beginnings,
                               [&](std::string_view beginning) { return word.starts_with(beginning); });
  });
}

bool is_about_events(std::string_view text) {
  static constexpr std::array<std::string_view, 36> words{
      "agenda",  "veranstaltung", "termin",    "event",     "calend",     "kalend",  "upcoming",  "evenement",
      "évèneme", "événeme",       "tapahtum",  "wydarzeni", "událost",    "akce",    "rendezvén", "etkinlik",
      "εκδηλώσ", "мероприят",     "афиша",     "イベント",  "行事",       "행사",    "فعاليات",   "acara",
      "meeting", "prossimi",      "próximos",  "nadcházej", "najbliższe", "komende", "kommende",  "evenemang",
      "fixture", "diary",         "spielplan", "wydarzen"};
  return has_word(text, words) || fold_case(text).find("what's on") != std::string::npos;
}

/// Parts of a page that have no posts, whatever they contain.
bool is_furniture(xmlNode* node) {
  if (is_one_of(node, {"nav", "head", "script", "style", "noscript", "select", "form", "template"}))
    return true;
  // Only the page's own: a card may have its date in a footer.
  if (name_of(node) == "footer" && node->parent != nullptr && name_of(node->parent) == "body") return true;
  static constexpr std::array<std::string_view, 8> words{"navbar", "navigation", "breadcrumb", "copyright",
                                                         "cookie", "comment",    "kommentar",  "commentaire"};
  return !is_one_of(node, {"body", "html", "main"}) &&
         has_word(attribute(node, "id") + " " + attribute(node, "class"), words);
}

/// "Posted on", "Publié le": words allowed before a post's date.
bool is_about_publishing(std::string_view text) {
  static constexpr std::array<std::string_view, 34> words{
      "post",    "publi",      "pubbl",    "veröffentlich", "erstellt",  "vom",    "am",
      "datum",   "date",       "data",     "fecha",         "geplaatst", "julkai", "opubl",
      "zveřejn", "vydán",      "vyvěšeno", "objavl",        "közzétéve", "опубл",  "дата",
      "δημοσι",  "ημερομηνία", "eklen",    "yayın",         "tarih",     "le",     "el",
      "il",      "em",         "on",       "written",       "news",      "mis"};
  const auto found = words_of(text);
  return std::ranges::any_of(
      words, [&](std::string_view beginning) { return found.front().starts_with(beginning); });
}

/// A date on the page.
struct Mark {
  xmlNode* node = nullptr;       ///< the smallest element that contains all of it
  std::optional<UtcTime> exact;  ///< from <time>
  WrittenDate written;
};

/// Marks by their place: the names of the elements around them, with table columns and the class of the
/// innermost.
class MarkFinder {
 public:
  using Groups = std::vector<std::vector<Mark>>;

  Groups run(xmlNode* root) {
    walk(root, "");
    return std::move(groups_);
  }

 private:
  /// Returns whether a date was found; sets `text` to the node's text if it is short.
  bool walk(xmlNode* node, const std::string& place) {
    if (is_text(node)) return text_node(node, place);
    if (node->type != XML_ELEMENT_NODE || is_furniture(node)) return false;
    auto here = place + "/" + std::string{name_of(node)};
    if (is_one_of(node, {"td", "th"})) here += std::to_string(column_of(node));
    if (name_of(node) == "time" && time_element(node, here)) return true;
    bool found = false;
    for (xmlNode* child = node->children; child != nullptr; child = child->next)
      found = walk(child, here) || found;
    return found || badge(node, here);
  }

  static int column_of(const xmlNode* cell) {
    int column = 0;
    for (const xmlNode* before = cell->prev; before != nullptr; before = before->prev)
      column += is_one_of(before, {"td", "th"}) ? 1 : 0;
    return column;
  }

  bool add(Mark mark, const std::string& place) {
    if (marks_ == most_marks) return false;
    ++marks_;
    const auto* const element = is_text(mark.node) ? mark.node->parent : mark.node;
    const auto key = place + "." + attribute(const_cast<xmlNode*>(element), "class");
    const auto [known, is_new] = by_place_.try_emplace(key, groups_.size());
    if (is_new) groups_.emplace_back();
    groups_[known->second].push_back(std::move(mark));
    return true;
  }

  bool time_element(xmlNode* node, const std::string& place) {
    const auto machine = attribute(node, "datetime");
    if (const auto time = parse_feed_date(machine)) {
      const bool day_only = machine.find(':') == std::string::npos;
      return add({.node = node, .exact = day_only ? *time + noon : *time, .written = {}}, place);
    }
    return false;
  }

  bool text_node(xmlNode* node, const std::string& place) {
    const auto text = text_of(node);
    if (text.size() < 8) return false;
    const auto date = find_written_date(text, 40);
    if (!date) return false;
    const auto before = std::string_view{text}.substr(0, date->begin);
    const auto after = trim(std::string_view{text}.substr(date->end));
    const bool begins = !has_letter(before) && before.size() < 8;
    const bool punctuated = after.empty() || !has_letter(after.substr(0, 1));
    const bool stands_alone = begins && (punctuated || after.size() <= 30 || link_around(node) != nullptr);
    if (!stands_alone &&
        (has_letter(after) || before.size() > 30 || (has_letter(before) && !is_about_publishing(before))))
      return false;
    return add({.node = node, .exact = {}, .written = *date}, place);
  }

  /// Day, month and year in separate elements.
  bool badge(xmlNode* node, const std::string& place) {
    if (node->children == nullptr || node->children->next == nullptr) return false;
    std::string text;
    for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
      append_text(child, {}, text);
      text += ' ';
      if (text.size() > 4 * longest_date) return false;
    }
    text = collapse_blanks(text);
    if (text.size() < 8 || text.size() > longest_date) return false;
    const auto date = find_written_date(text, 1);
    if (!date || has_letter(std::string_view{text}.substr(date->end))) return false;
    return add({.node = node, .exact = {}, .written = *date}, place);
  }

  Groups groups_;
  std::map<std::string, std::size_t> by_place_;
  std::size_t marks_ = 0;
};

/// Whether day or month comes first, as in all dates of a list.
class DayOrder {
 public:
  DayOrder(const std::vector<Mark>& marks, std::string_view language) {
    const auto can = [&](auto read) {
      return std::ranges::all_of(marks, [&](const Mark& mark) {
        return mark.exact || !mark.written.is_numeric || read(mark.written);
      });
    };
    const bool can_day = can([](const WrittenDate& date) { return date.day_first().has_value(); });
    const bool can_month = can([](const WrittenDate& date) { return date.month_first().has_value(); });
    month_first_ = !can_day;
    if (!can_day || !can_month) return;
    const bool day_sorted = is_sorted(marks, false);
    const bool month_sorted = is_sorted(marks, true);
    const auto tag = ascii_lower(language);
    month_first_ = day_sorted == month_sorted ? (tag == "en" || tag == "en-us" || tag.empty()) : month_sorted;
  }

  [[nodiscard]] std::optional<UtcTime> time_of(const Mark& mark) const { return time_of(mark, month_first_); }

 private:
  static std::optional<UtcTime> time_of(const Mark& mark, bool month_first) {
    if (mark.exact) return mark.exact;
    const auto day =
        month_first && mark.written.is_numeric ? mark.written.month_first() : mark.written.day_first();
    if (!day) return std::nullopt;
    return UtcTime{std::chrono::sys_days{*day}} + noon;
  }

  static bool is_sorted(const std::vector<Mark>& marks, bool month_first) {
    std::vector<UtcTime> times;
    for (const auto& mark : marks) {
      if (const auto time = time_of(mark, month_first)) times.push_back(*time);
    }
    return std::ranges::is_sorted(times) || std::ranges::is_sorted(times, std::greater<>{});
  }

  bool month_first_ = false;
};

/// Everything that belongs to one date.
struct Item {
  const Mark* mark = nullptr;
  std::vector<xmlNode*> roots;  ///< neighbours in the tree
  bool is_heading = false;      ///< the date is above its posts
};

struct Candidate {
  xmlNode* link = nullptr;
  std::string place;
  std::size_t length = 0;
  bool in_heading = false;
};

class ListReader {
 public:
  ListReader(const std::vector<Mark>& marks, std::string_view language)
      : marks_(marks), order_(marks, language) {
    for (const auto& mark : marks) {
      for (const xmlNode* node = mark.node; node != nullptr; node = node->parent) ++marks_below_[node];
    }
  }

  std::vector<DatedPost> run() {
    make_items();
    std::erase_if(items_, [&](const Item& item) { return is_event(item); });
    if (items_.size() < least_posts) return {};
    const auto column = best_column();
    std::map<std::string, std::size_t> texts;
    for (const auto& item : items_) {
      if (xmlNode* const link = link_of(item, column)) ++texts[without_size(text_of(link))];
    }
    for (const auto& [text, count] : texts) {
      if (count * 2 > items_.size()) says_nothing_ = text;
    }
    for (const auto& item : items_) {
      if (item.is_heading && several(item)) continue;
      if (xmlNode* const link = link_of(item, column)) add(item, link, item.roots);
    }
    return posts_.size() < least_posts ? std::vector<DatedPost>{} : std::move(posts_);
  }

 private:
  int below(const xmlNode* node) const {
    const auto found = marks_below_.find(node);
    return found == marks_below_.end() ? 0 : found->second;
  }

  static xmlNode* element_before(xmlNode* node) {
    for (node = node->prev; node != nullptr; node = node->prev) {
      if (node->type == XML_ELEMENT_NODE) return node;
      if (is_text(node) && !trim(text_of(node)).empty()) return nullptr;
    }
    return nullptr;
  }

  /// The largest part around the date without another date.
  xmlNode* outermost(xmlNode* node) const {
    while (node->parent != nullptr && node->parent->type == XML_ELEMENT_NODE && below(node->parent) == 1)
      node = node->parent;
    return node;
  }

  void make_items() {
    std::vector<xmlNode*> tops;
    for (const auto& mark : marks_) tops.push_back(outermost(mark.node));
    const bool links_inside =
        std::ranges::count_if(
            tops, [](xmlNode* top) { return link_below(top) != nullptr || link_around(top) != nullptr; }) *
            2 >
        static_cast<std::ptrdiff_t>(tops.size());
    const bool title_before = !links_inside && std::ranges::all_of(tops, [](xmlNode* top) {
      xmlNode* const before = element_before(top);
      return before != nullptr && link_below(before) != nullptr;
    });
    for (std::size_t i = 0; i < tops.size(); ++i) {
      Item item{.mark = &marks_[i], .roots = {tops[i]}};
      if (title_before) item.roots.insert(item.roots.begin(), element_before(tops[i]));
      if (!links_inside && !title_before) {
        item.is_heading = heading_rank(tops[i]) != 0 || name_of(tops[i]) == "dt";
        extend(item);
      }
      items_.push_back(std::move(item));
    }
  }

  /// What follows the date belongs to it until the next date or another heading.
  void extend(Item& item) const {
    constexpr int most = 100;
    xmlNode* const top = item.roots.front();
    const int rank = heading_rank(top);
    int taken = 0;
    for (xmlNode* next = top->next; next != nullptr && taken < most; next = next->next, ++taken) {
      if (below(next) > 0 || is_one_of(next, {"hr", "footer", "nav", "aside"})) break;
      if (rank != 0 && heading_rank(next) != 0 && heading_rank(next) <= rank) break;
      item.roots.push_back(next);
    }
  }

  /// A date above several headings or definitions applies to each.
  bool several(const Item& item) {
    std::vector<std::size_t> starts;
    for (std::size_t i = 1; i < item.roots.size(); ++i) {
      const bool starts_one = heading_rank(item.roots[i]) != 0 || name_of(item.roots[i]) == "dd";
      if (starts_one && link_below(item.roots[i]) != nullptr) starts.push_back(i);
    }
    if (starts.size() < 2) return false;
    for (std::size_t i = 0; i < starts.size(); ++i) {
      const auto end = i + 1 < starts.size() ? starts[i + 1] : item.roots.size();
      const std::vector<xmlNode*> roots{item.roots.begin() + static_cast<std::ptrdiff_t>(starts[i]),
                                        item.roots.begin() + static_cast<std::ptrdiff_t>(end)};
      add(item, link_below(roots.front()), roots);
    }
    return true;
  }

  /// By the nearest heading before its list, and by the names of the elements around it.
  bool is_event(const Item& item) {
    const xmlNode* const list = item.roots.front()->parent;
    const auto [known, is_new] = event_lists_.try_emplace(list, false);
    // If dates are above their posts, each item has its own heading.
    if (is_new) known->second = is_below_events(item.roots.front());
    return known->second;
  }

  static bool is_below_events(xmlNode* item) {
    for (xmlNode* node = item;
         node != nullptr && node->type == XML_ELEMENT_NODE && !is_one_of(node, {"body", "html"});
         node = node->parent) {
      if (is_about_events(attribute(node, "class") + " " + attribute(node, "id"))) return true;
    }
    for (xmlNode* before = item; before != nullptr;) {
      if (before->prev == nullptr) {
        before = before->parent;
        continue;
      }
      before = before->prev;
      if (heading_rank(before) != 0 || is_one_of(before, {"caption"}))
        return is_about_events(text_of(before));
    }
    return false;
  }

  static std::vector<Candidate> candidates_of(const Item& item) {
    std::vector<Candidate> out;
    if (xmlNode* const around = link_around(item.roots.front())) {
      out.push_back({.link = around, .place = "a", .length = text_of(around).size()});
      return out;
    }
    for (xmlNode* const root : item.roots) {
      for_each_below(root, [&](xmlNode* node) {
        if (!is_link(node)) return;
        Candidate found{.link = node, .place = {}, .length = text_of(node).size()};
        if (found.length == 0) return;
        for (const xmlNode* at = node; at != nullptr; at = at->parent) {
          found.in_heading = found.in_heading || heading_rank(at) != 0;
          found.place += std::string{name_of(at)} + "/";
          if (is_one_of(at, {"td", "th"})) found.place += column(at);
          if (at == root) break;
        }
        for_each_below(
            node, [&](xmlNode* inside) { found.in_heading = found.in_heading || heading_rank(inside) != 0; });
        found.place += attribute(node, "class");
        out.push_back(std::move(found));
      });
    }
    return out;
  }

  static std::string column(const xmlNode* cell) {
    int before = 0;
    for (cell = cell->prev; cell != nullptr; cell = cell->prev)
      before += is_one_of(cell, {"td", "th"}) ? 1 : 0;
    return std::to_string(before);
  }

  /// The place of links that most items have: in a heading, or else with the longest words.
  std::string best_column() const {
    struct Column {
      std::size_t items = 0;
      std::size_t length = 0;
      bool in_heading = false;
      std::set<std::string> texts{};
    };
    std::map<std::string, Column> columns;
    for (const auto& item : items_) {
      std::set<std::string> seen;
      for (const auto& each : candidates_of(item)) {
        if (!seen.insert(each.place).second) continue;
        auto& column = columns[each.place];
        ++column.items;
        column.length += each.length;
        column.in_heading = each.in_heading;
        column.texts.insert(text_of(each.link));
      }
    }
    std::string best;
    const auto value = [](const Column& column) {
      // "Read more" everywhere is not a title.
      const bool differs = column.texts.size() * 2 > column.items;
      return std::tuple{differs, column.in_heading, column.length / std::max<std::size_t>(column.items, 1)};
    };
    for (const auto& [place, column] : columns) {
      if (column.items * 2 < items_.size()) continue;
      if (best.empty() || value(column) > value(columns[best])) best = place;
    }
    return best;
  }

  static xmlNode* link_of(const Item& item, const std::string& column) {
    const auto candidates = candidates_of(item);
    if (candidates.empty()) return nullptr;
    const auto found = std::ranges::find(candidates, column, &Candidate::place);
    if (found != candidates.end()) return found->link;
    return std::ranges::max_element(candidates, {},
                                    [](const Candidate& each) {
                                      return std::pair{each.in_heading, each.length};
                                    })
        ->link;
  }

  void add(const Item& item, xmlNode* link, const std::vector<xmlNode*>& roots) {
    const auto published = order_.time_of(*item.mark);
    if (!published) return;
    const bool says_nothing = !says_nothing_.empty() && without_size(text_of(link)) == says_nothing_;
    DatedPost post{.title = says_nothing ? title_beside(*item.mark, link, roots) : title_of(*item.mark, link),
                   .link = link,
                   .published = *published};
    if (post.title.empty() || !seen_.insert(attribute(link, "href")).second) return;
    for (xmlNode* const root : roots) {
      for_each_below(root, [&](xmlNode* node) {
        if (post.image == nullptr && name_of(node) == "img") post.image = node;
        const bool is_excerpt = name_of(node) == "p" && !contains(node, link) &&
                                !contains(node, item.mark->node) && has_letter(text_of(node));
        if (post.excerpt == nullptr && is_excerpt) post.excerpt = node;
      });
    }
    posts_.push_back(std::move(post));
  }

  /// "PDF (120 KB)" and "PDF, 1.2 MB" without the size, which differs from file to file.
  static std::string without_size(std::string text) {
    const auto digit = text.find_first_of("0123456789");
    if (digit == std::string::npos) return text;
    const auto end = std::min(text.size(), text.find_first_not_of("0123456789., \u00a0", digit));
    const auto unit = ascii_lower(text.substr(end, 2));
    if (unit != "kb" && unit != "mb" && unit != "ki" && unit != "mi" && unit != "by") return text;
    text.resize(digit);
    const auto last = text.find_last_not_of(" ,;:([-");
    return text.substr(0, last == std::string::npos ? 0 : last + 1);
  }

  /// The first heading or bold text of a post whose link only says "read more" or "PDF (120 KB)", else the
  /// longest other cell of its row; empty if there is none.
  static std::string title_beside(const Mark& mark, const xmlNode* link, const std::vector<xmlNode*>& roots) {
    std::string found;
    std::string cell;
    for (xmlNode* const root : roots) {
      for_each_below(root, [&](xmlNode* node) {
        const bool is_bold = heading_rank(node) != 0 || is_one_of(node, {"strong", "b"});
        if (found.empty() && is_bold && !contains(node, mark.node)) found = text_of(node);
        const bool is_cell =
            is_one_of(node, {"td", "th", "dd"}) && !contains(node, mark.node) && !contains(node, link);
        if (!is_cell) return;
        if (auto text = text_of(node); text.size() > cell.size() && has_letter(text)) cell = std::move(text);
      });
    }
    return found.empty() ? cell : found;
  }

  std::string title_of(const Mark& mark, xmlNode* link) const {
    std::vector<const xmlNode*> without;
    xmlNode* heading = nullptr;
    for_each_below(link, [&](xmlNode* node) {
      if (heading == nullptr && heading_rank(node) != 0) heading = node;
      if (name_of(node) == "p") without.push_back(node);
    });
    if (heading != nullptr) return text_of(heading);
    if (contains(link, mark.node)) {
      if (!is_text(mark.node)) without.push_back(mark.node);
      auto text = text_of(link, without);
      if (is_text(mark.node)) text = without_date(text);
      return text;
    }
    auto text = text_of(link);
    auto whole = collapse_blanks(attribute(link, "title"));
    for (const std::string_view dots : {"...", "\u2026"}) {
      if (text.ends_with(dots) && whole.size() > text.size() - dots.size() &&
          whole.starts_with(trim(text.substr(0, text.size() - dots.size()))))
        return whole;
    }
    const auto sentence = sentence_around(mark, link);
    return sentence.empty() ? text : sentence;
  }

  static std::string without_date(const std::string& text) {
    const auto date = find_written_date(text, text.size());
    if (!date) return text;
    std::string rest = text.substr(0, date->begin) + text.substr(date->end);
    constexpr std::string_view loose = " -:|,()[]";
    const auto first = rest.find_first_not_of(loose);
    if (first == std::string::npos) return {};
    rest = rest.substr(first, rest.find_last_not_of(" -:|,([") + 1 - first);
    for (const std::string_view dash : {"\u2013", "\u2014"}) {
      if (rest.starts_with(dash)) rest.erase(0, dash.size());
      if (rest.ends_with(dash)) rest.resize(rest.size() - dash.size());
    }
    return collapse_blanks(rest);
  }

  /// "[paper] was accepted.": a link inside a sentence is not the whole title.
  static std::string sentence_around(const Mark& mark, xmlNode* link) {
    if (link->parent == nullptr || heading_rank(link->parent) != 0) return {};
    std::string before;
    for (const xmlNode* at = link->prev; at != nullptr && name_of(at) != "br" && at != mark.node;
         at = at->prev) {
      if (contains(at, mark.node)) break;
      std::string text;
      append_text(at, {}, text);
      before.insert(0, text);
    }
    std::string after;
    for (const xmlNode* at = link->next; at != nullptr && name_of(at) != "br" && !contains(at, mark.node);
         at = at->next) {
      if (is_one_of(at, {"p", "ul", "ol", "div", "table"})) break;
      append_text(at, {}, after);
    }
    if (contains(mark.node, link) || mark.node == link->prev)
      before = is_text(mark.node) ? std::string{} : before;
    std::string middle;
    append_text(link, {}, middle);
    auto sentence = collapse_blanks(before + middle + after);
    const bool goes_on = after.starts_with(' ') && after.size() > 1 && has_letter(after.substr(1, 1));
    const bool begins = has_letter(before) && !trim(before).ends_with(':');
    const bool ends = std::ranges::any_of(std::array<std::string_view, 4>{".", "!", "?", "。"},
                                          [&](std::string_view stop) { return sentence.ends_with(stop); });
    constexpr std::size_t longest = 200;
    const bool is_sentence = ends && sentence.size() <= longest && (goes_on || begins);
    if (!is_sentence) return {};
    const auto first = sentence.find_first_not_of(" :-|,");
    return first == std::string::npos ? std::string{} : sentence.substr(first);
  }

  const std::vector<Mark>& marks_;
  DayOrder order_;
  std::unordered_map<const xmlNode*, int> marks_below_;
  std::vector<Item> items_;
  std::unordered_map<const xmlNode*, bool> event_lists_;
  std::vector<DatedPost> posts_;
  std::set<std::string> seen_;
  std::string says_nothing_;  ///< the text of most links, if it is the same
};

}  // namespace

std::vector<DatedPost> find_dated_posts(xmlDoc* document, std::string_view language) {
  std::vector<DatedPost> best;
  xmlNode* const root = xmlDocGetRootElement(document);
  if (root == nullptr) return best;
  const auto groups = MarkFinder{}.run(root);
  for (const auto& marks : groups) {
    if (marks.size() < least_posts) continue;
    auto posts = ListReader{marks, language}.run();
    if (posts.size() > best.size()) best = std::move(posts);
  }
  return best;
}

}  // namespace tidings::source
