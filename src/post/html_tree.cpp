#include "post/html_tree.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>

#include <gumbo.h>

#include "base/text.hpp"
#include "post/html_builder.hpp"
#include "post/html_token.hpp"

namespace tidings::post {
namespace {

constexpr std::size_t max_depth = max_html_depth;
// Longer markup that needs gumbo is mended our own way instead: gumbo needs up to a second for a megabyte of
// it.
constexpr std::size_t max_gumbo_bytes = 200'000;
// The most formatting elements that a parser may reopen over the whole text, plus a few more per token.
constexpr std::size_t reopen_allowance = 10'000;
constexpr std::size_t reopen_per_token = 4;

bool is_table_part(Tag tag) {
  return tag == Tag::td || tag == Tag::th || tag == Tag::tr || tag == Tag::tbody || tag == Tag::thead ||
         tag == Tag::tfoot || tag == Tag::caption || tag == Tag::colgroup;
}

/// Writes the tokens as plain HTML of bounded depth and cost. Keeps the stack of open elements roughly as the
/// parser will; an error only moves a limit slightly.
class Bounder {
 public:
  explicit Bounder(const TokenList& list) : list_(list) {}

  std::string run() {
    out_ = "<!DOCTYPE html><html><head></head><body>";
    for (const auto& token : list_.tokens) {
      budget_ += reopen_per_token;
      switch (token.kind) {
        case Token::Kind::text: put_text(token); break;
        case Token::Kind::start: start(token); break;
        case Token::Kind::end: end(token.tag); break;
      }
    }
    return std::move(out_);
  }

 private:
  void put_text(const Token& token) {
    for (const char c : token.text) {
      if (c == '<') {
        out_ += "&lt;";
      } else if (c == '&' && token.literal) {
        out_ += "&amp;";
      } else {
        out_ += c;
      }
    }
  }

  void start(const Token& token) {
    const auto tag = token.tag;
    close_implied(tag);
    if (is_block(tag)) pay_for_reopening();
    if (!is_void(tag)) {
      if (open_.size() >= max_depth) {
        ++flattened_[static_cast<std::size_t>(tag)];
        // Words of neighbouring blocks must not run together.
        if (is_block(tag)) out_ += ' ';
        return;
      }
      open_.push_back(tag);
      if (is_formatting(tag)) formatting_.push_back(tag);
    }
    out_ += '<';
    out_ += name_of(tag);
    for (std::size_t i = 0; i < token.attribute_count; ++i) {
      const auto& [name, value] = list_.attributes[token.first_attribute + i];
      out_ += ' ';
      out_ += name_of(name);
      out_ += "=\"";
      for (const char c : value) {
        if (c == '"') {
          out_ += "&quot;";
        } else {
          out_ += c;
        }
      }
      out_ += '"';
    }
    out_ += '>';
  }

  void end(Tag tag) {
    auto& flattened = flattened_[static_cast<std::size_t>(tag)];
    if (flattened > 0) {
      --flattened;
      return;
    }
    if (is_formatting(tag)) {
      const auto it = std::find(formatting_.rbegin(), formatting_.rend(), tag);
      if (it != formatting_.rend()) formatting_.erase(std::next(it).base());
    } else {
      pay_for_reopening();
    }
    const auto it = std::find(open_.rbegin(), open_.rend(), tag);
    if (it != open_.rend()) open_.erase(std::next(it).base(), is_formatting(tag) ? it.base() : open_.end());
    put_end(tag);
  }

  void put_end(Tag tag) {
    out_ += "</";
    out_ += name_of(tag);
    out_ += '>';
  }

  /// At a block's edge the parser closes the open formatting elements and reopens each.
  void pay_for_reopening() {
    spent_ += formatting_.size();
    if (spent_ <= reopen_allowance + budget_) return;
    for (auto it = formatting_.rbegin(); it != formatting_.rend(); ++it) {
      put_end(*it);
      const auto open = std::find(open_.rbegin(), open_.rend(), *it);
      if (open != open_.rend()) open_.erase(std::next(open).base());
    }
    formatting_.clear();
  }

  /// Pops up to and including the innermost element that `wanted` accepts, unless one that `stop` accepts
  /// comes first.
  template <class Wanted, class Stop>
  void pop_to(Wanted wanted, Stop stop) {
    for (std::size_t i = open_.size(); i-- > 0;) {
      if (wanted(open_[i])) {
        open_.resize(i);
        return;
      }
      if (stop(open_[i])) return;
    }
  }

  void close_implied(Tag tag) {
    const auto at_table = [](Tag t) { return t == Tag::table || is_table_part(t); };
    if (closes_paragraph(tag)) pop_to([](Tag t) { return t == Tag::p; }, at_table);
    const auto stops_item = [](Tag t) {
      return is_block(t) && t != Tag::address && t != Tag::div && t != Tag::p;
    };
    switch (tag) {
      case Tag::li: pop_to([](Tag t) { return t == Tag::li; }, stops_item); break;
      case Tag::dd:
      case Tag::dt: pop_to([](Tag t) { return t == Tag::dd || t == Tag::dt; }, stops_item); break;
      case Tag::td:
      case Tag::th:
        pop_to([](Tag t) { return t == Tag::td || t == Tag::th; },
               [](Tag t) { return t == Tag::table || t == Tag::tr; });
        break;
      case Tag::tr: pop_to([](Tag t) { return t == Tag::tr; }, [](Tag t) { return t == Tag::table; }); break;
      case Tag::tbody:
      case Tag::thead:
      case Tag::tfoot:
      case Tag::caption:
      case Tag::colgroup:
        pop_to([](Tag t) { return is_table_part(t) && t != Tag::td && t != Tag::th && t != Tag::tr; },
               [](Tag t) { return t == Tag::table; });
        break;
      default: break;
    }
  }

  const TokenList& list_;
  std::string out_;
  std::vector<Tag> open_;
  std::vector<Tag> formatting_;
  std::array<std::size_t, static_cast<std::size_t>(Tag::count)> flattened_{};
  std::size_t spent_ = 0;
  std::size_t budget_ = 0;
};

struct GumboFree {
  void operator()(GumboOutput* output) const { gumbo_destroy_output(&kGumboDefaultOptions, output); }
};

Node convert(const GumboElement& element, Tag tag) {
  Node node{.tag = tag};
  for (unsigned i = 0; i < element.attributes.length; ++i) {
    const auto& attribute = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
    const auto name = attribute_of(attribute.name);
    if (name != Attr::count) node.attributes.push_back({name, clean_utf8(attribute.value)});
  }
  return node;
}

/// Whether an element of our tree is allowed in `parent`, `depth` elements deep. The parser has added
/// elements that the Bounder could not count; anything beyond the limit would be flattened when our own
/// output is read again. A table fits with all its parts, or not at all.
bool fits(Tag tag, Tag parent, std::size_t depth) {
  constexpr std::size_t levels_of_table = 4;
  const bool holds_parts = parent == Tag::table || parent == Tag::tr || parent == Tag::tbody ||
                           parent == Tag::thead || parent == Tag::tfoot || parent == Tag::colgroup;
  if (is_table_part(tag) || tag == Tag::col) return holds_parts;
  return depth + (tag == Tag::table ? levels_of_table : 1) < max_depth;
}

Tree convert(const GumboNode& body) {
  struct Job {
    const GumboNode* from;
    std::uint32_t to;
    std::size_t depth;  ///< elements of our tree around it
  };
  Tree tree;
  // A stack of children still to be copied, each list pushed in reverse, so that siblings are added in order.
  std::vector<Job> jobs;
  const auto push_children = [&](const GumboNode& node, std::uint32_t to, std::size_t depth) {
    const auto& children = node.v.element.children;
    for (unsigned i = children.length; i-- > 0;)
      jobs.push_back({static_cast<const GumboNode*>(children.data[i]), to, depth});
  };
  push_children(body, 0, 0);
  while (!jobs.empty()) {
    const auto [from, to, depth] = jobs.back();
    jobs.pop_back();
    switch (from->type) {
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_WHITESPACE:
      case GUMBO_NODE_CDATA: tree.add(to, {.tag = Tag::text, .text = clean_utf8(from->v.text.text)}); break;
      case GUMBO_NODE_ELEMENT: {
        const auto tag = tag_of(gumbo_normalized_tagname(from->v.element.tag));
        if (is_kept(tag) && fits(tag, tree[to].tag, depth)) {
          push_children(*from, tree.add(to, convert(from->v.element, tag)), depth + 1);
        } else {
          // Words of neighbouring blocks must not run together.
          if (is_kept(tag) && is_block(tag)) tree.add(to, {.tag = Tag::text, .text = " "});
          push_children(*from, to, depth);
        }
        break;
      }
      default: break;
    }
  }
  return tree;
}

Tree parse_with_gumbo(const TokenList& list) {
  const auto bounded = Bounder{list}.run();
  const std::unique_ptr<GumboOutput, GumboFree> output{
      gumbo_parse_with_options(&kGumboDefaultOptions, bounded.data(), bounded.size())};
  if (!output) return {};
  const auto& children = output->root->v.element.children;
  for (unsigned i = 0; i < children.length; ++i) {
    const auto& child = *static_cast<const GumboNode*>(children.data[i]);
    if (child.type == GUMBO_NODE_ELEMENT && child.v.element.tag == GUMBO_TAG_BODY) return convert(child);
  }
  return {};
}

}  // namespace

const std::string* Node::find(Attr name) const {
  const auto it = std::ranges::find(attributes, name, &Attribute::name);
  return it == attributes.end() ? nullptr : &it->value;
}

std::uint32_t Tree::add(std::uint32_t parent, Node node) {
  const auto index = static_cast<std::uint32_t>(nodes.size());
  node.parent = parent;
  nodes.push_back(std::move(node));
  auto& list = nodes[parent];
  if (list.last_child != 0) {
    nodes[list.last_child].next = index;
  } else {
    list.first_child = index;
  }
  list.last_child = index;
  return index;
}

Tree parse_html(std::string_view html, std::size_t max_bytes) {
  const auto cleaned = clean_utf8(truncate_utf8(html, max_bytes));
  const auto tokens = tokenise(cleaned);
  if (auto tree = build_exactly(tokens)) return std::move(*tree);
  return cleaned.size() <= max_gumbo_bytes ? parse_with_gumbo(tokens) : build_mending(tokens);
}

Tree parse_html_mending(std::string_view html) { return build_mending(tokenise(html)); }

Tree parse_html_by_gumbo(std::string_view html) {
  const auto cleaned = clean_utf8(html);
  return parse_with_gumbo(tokenise(cleaned));
}

namespace {

int number_of(const std::string* value, int otherwise) {
  int number = 0;
  if (value == nullptr) return otherwise;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  return error == std::errc{} && number > -1'000'000 && number < 1'000'000 ? number : otherwise;
}

}  // namespace

std::vector<int> item_numbers(const Tree& tree, const Node& list) {
  const bool reversed = list.find(Attr::reversed) != nullptr;
  int items = 0;
  for (auto child = list.first_child; child != 0; child = tree[child].next)
    items += tree[child].tag == Tag::li ? 1 : 0;
  int number = number_of(list.find(Attr::start), reversed ? items : 1);
  std::vector<int> numbers;
  for (auto child = list.first_child; child != 0; child = tree[child].next) {
    if (tree[child].tag != Tag::li) continue;
    number = number_of(tree[child].find(Attr::value), number);
    numbers.push_back(number);
    number += reversed ? -1 : 1;
  }
  return numbers;
}

}  // namespace tidings::post
