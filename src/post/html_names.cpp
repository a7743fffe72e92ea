#include "post/html_names.hpp"

#include <array>
#include <cstddef>
#include <initializer_list>
#include <unordered_map>

namespace tidings::post {
namespace {

enum Flag : unsigned { kept = 1, empty = 2, formatting = 4, block = 8, ends_p = 16, heading = 32 };
constexpr unsigned paragraph_like = kept | block | ends_p;

using Mask = std::uint64_t;
constexpr Mask mask(std::initializer_list<Attr> attributes) {
  Mask out = 0;
  for (const auto attribute : attributes) out |= Mask{1} << static_cast<unsigned>(attribute);
  return out;
}

constexpr Mask common = mask({Attr::title, Attr::lang, Attr::dir, Attr::style});
constexpr Mask aligned = common | mask({Attr::align});
constexpr Mask cell = aligned | mask({Attr::valign, Attr::width, Attr::height, Attr::bgcolor});

struct TagInfo {
  Tag tag;
  std::string_view name;
  unsigned flags;
  Mask attributes;
};

// One row per element, in the order of the enumeration.
constexpr std::array<TagInfo, static_cast<std::size_t>(Tag::count)> tags{{
    {Tag::unknown, "", 0, 0},
    {Tag::root, "", 0, 0},
    {Tag::text, "", 0, 0},
    {Tag::a, "a", kept | formatting, common | mask({Attr::href})},
    {Tag::abbr, "abbr", kept, common},
    {Tag::acronym, "acronym", kept, common},
    {Tag::address, "address", paragraph_like, common},
    {Tag::article, "article", paragraph_like, common},
    {Tag::aside, "aside", paragraph_like, common},
    {Tag::b, "b", kept | formatting, common},
    {Tag::bdi, "bdi", kept, common},
    {Tag::bdo, "bdo", kept, common},
    {Tag::big, "big", kept | formatting, common},
    {Tag::blockquote, "blockquote", paragraph_like, common | mask({Attr::cite})},
    {Tag::br, "br", kept | empty, common | mask({Attr::clear})},
    {Tag::caption, "caption", kept | block, aligned},
    {Tag::center, "center", paragraph_like, common},
    {Tag::cite, "cite", kept, common},
    {Tag::code, "code", kept | formatting, common},
    {Tag::col, "col", kept | empty, cell | mask({Attr::span})},
    {Tag::colgroup, "colgroup", kept, cell | mask({Attr::span})},
    {Tag::data, "data", kept, common | mask({Attr::value})},
    {Tag::dd, "dd", paragraph_like, common},
    {Tag::del, "del", kept, common | mask({Attr::cite, Attr::datetime})},
    {Tag::details, "details", paragraph_like, common},
    {Tag::dfn, "dfn", kept, common},
    {Tag::div, "div", paragraph_like, aligned},
    {Tag::dl, "dl", paragraph_like, common},
    {Tag::dt, "dt", paragraph_like, common},
    {Tag::em, "em", kept | formatting, common},
    {Tag::figcaption, "figcaption", paragraph_like, common},
    {Tag::figure, "figure", paragraph_like, common},
    {Tag::font, "font", kept | formatting, common | mask({Attr::color, Attr::face, Attr::size})},
    {Tag::footer, "footer", paragraph_like, common},
    {Tag::h1, "h1", paragraph_like | heading, aligned},
    {Tag::h2, "h2", paragraph_like | heading, aligned},
    {Tag::h3, "h3", paragraph_like | heading, aligned},
    {Tag::h4, "h4", paragraph_like | heading, aligned},
    {Tag::h5, "h5", paragraph_like | heading, aligned},
    {Tag::h6, "h6", paragraph_like | heading, aligned},
    {Tag::header, "header", paragraph_like, common},
    {Tag::hgroup, "hgroup", paragraph_like, common},
    {Tag::hr, "hr", paragraph_like | empty,
     aligned | mask({Attr::width, Attr::size, Attr::color, Attr::noshade})},
    {Tag::i, "i", kept | formatting, common},
    {Tag::img, "img", kept | empty,
     aligned |
         mask({Attr::src, Attr::alt, Attr::width, Attr::height, Attr::border, Attr::hspace, Attr::vspace})},
    {Tag::ins, "ins", kept, common | mask({Attr::cite, Attr::datetime})},
    {Tag::kbd, "kbd", kept, common},
    {Tag::li, "li", paragraph_like, common | mask({Attr::value, Attr::type})},
    {Tag::main, "main", paragraph_like, common},
    {Tag::mark, "mark", kept, common},
    {Tag::menu, "menu", paragraph_like, common},
    {Tag::nav, "nav", paragraph_like, common},
    {Tag::ol, "ol", paragraph_like, common | mask({Attr::start, Attr::type, Attr::reversed})},
    {Tag::p, "p", paragraph_like, aligned},
    {Tag::pre, "pre", paragraph_like, common | mask({Attr::width})},
    {Tag::q, "q", kept, common | mask({Attr::cite})},
    {Tag::rb, "rb", kept, common},
    {Tag::rp, "rp", kept, common},
    {Tag::rt, "rt", kept, common},
    {Tag::rtc, "rtc", kept, common},
    {Tag::ruby, "ruby", kept, common},
    {Tag::s, "s", kept | formatting, common},
    {Tag::samp, "samp", kept, common},
    {Tag::section, "section", paragraph_like, common},
    {Tag::small, "small", kept | formatting, common},
    {Tag::span, "span", kept, common},
    {Tag::strike, "strike", kept | formatting, common},
    {Tag::strong, "strong", kept | formatting, common},
    {Tag::sub, "sub", kept, common},
    {Tag::summary, "summary", paragraph_like, common},
    {Tag::sup, "sup", kept, common},
    {Tag::table, "table", paragraph_like,
     aligned | mask({Attr::width, Attr::bgcolor, Attr::border, Attr::bordercolor, Attr::cellpadding,
                     Attr::cellspacing, Attr::frame, Attr::rules, Attr::summary})},
    {Tag::tbody, "tbody", kept | block, cell},
    {Tag::td, "td", kept | block, cell | mask({Attr::colspan, Attr::nowrap, Attr::rowspan})},
    {Tag::tfoot, "tfoot", kept | block, cell},
    {Tag::th, "th", kept | block,
     cell | mask({Attr::colspan, Attr::nowrap, Attr::rowspan, Attr::scope, Attr::abbr})},
    {Tag::thead, "thead", kept | block, cell},
    {Tag::time, "time", kept, common | mask({Attr::datetime})},
    {Tag::tr, "tr", kept | block, cell},
    {Tag::tt, "tt", kept | formatting, common},
    {Tag::u, "u", kept | formatting, common},
    {Tag::ul, "ul", paragraph_like, common | mask({Attr::type})},
    {Tag::var, "var", kept, common},
    {Tag::wbr, "wbr", kept | empty, 0},
    {Tag::area, "area", 0, 0},
    {Tag::audio, "audio", 0, 0},
    {Tag::embed, "embed", 0, 0},
    {Tag::iframe, "iframe", 0, 0},
    {Tag::noscript, "noscript", 0, 0},
    {Tag::picture, "picture", 0, 0},
    {Tag::video, "video", 0, 0},
    {Tag::source, "source", 0, 0},
    {Tag::svg, "svg", 0, 0},
    {Tag::math, "math", 0, 0},
    {Tag::textarea, "textarea", 0, 0},
    {Tag::hidden_code, "", 0, 0},
    {Tag::hidden_text, "", 0, 0},
    {Tag::dropped, "", 0, 0},
    {Tag::dropped_void, "", 0, 0},
    {Tag::plaintext, "", 0, 0},
}};

constexpr bool rows_in_order() {
  for (std::size_t i = 0; i < tags.size(); ++i) {
    if (static_cast<std::size_t>(tags[i].tag) != i) return false;
  }
  return true;
}
static_assert(rows_in_order());

constexpr std::array<std::string_view, static_cast<std::size_t>(Attr::count)> attributes{
    "abbr",        "align",    "alt",         "bgcolor", "border",  "bordercolor", "cellpadding",
    "cellspacing", "cite",     "clear",       "color",   "colspan", "datetime",    "dir",
    "face",        "frame",    "height",      "hidden",  "href",    "hspace",      "data-in-noscript",
    "lang",        "data-src", "data-srcset", "noshade", "nowrap",  "open",        "poster",
    "reversed",    "rowspan",  "rules",       "scope",   "size",    "span",        "src",
    "srcset",      "start",    "style",       "summary", "title",   "type",        "valign",
    "value",       "vspace",   "width"};
static_assert(attributes.back() == "width");

const TagInfo& info(Tag tag) { return tags[static_cast<std::size_t>(tag)]; }

std::unordered_map<std::string_view, Tag> all_tags() {
  std::unordered_map<std::string_view, Tag> out;
  for (const auto& row : tags) {
    if (!row.name.empty()) out.emplace(row.name, row.tag);
  }
  // Old names, and elements unknown to mail programs.
  for (const auto& [name, tag] :
       std::initializer_list<std::pair<std::string_view, Tag>>{{"dialog", Tag::div},
                                                               {"dir", Tag::ul},
                                                               {"fieldset", Tag::div},
                                                               {"form", Tag::div},
                                                               {"image", Tag::img},
                                                               {"legend", Tag::div},
                                                               {"listing", Tag::pre},
                                                               {"nobr", Tag::span},
                                                               {"search", Tag::div},
                                                               {"xmp", Tag::pre}}) {
    out.emplace(name, tag);
  }
  for (const std::string_view name : {"script", "style"}) out.emplace(name, Tag::hidden_code);
  for (const std::string_view name : {"noembed", "noframes", "title"}) out.emplace(name, Tag::hidden_text);
  for (const std::string_view name : {"applet", "datalist", "select", "template"})
    out.emplace(name, Tag::dropped);
  for (const std::string_view name :
       {"base", "basefont", "bgsound", "frame", "input", "keygen", "link", "meta", "param", "track"}) {
    out.emplace(name, Tag::dropped_void);
  }
  out.emplace("plaintext", Tag::plaintext);
  return out;
}

std::unordered_map<std::string_view, Attr> all_attributes() {
  std::unordered_map<std::string_view, Attr> out;
  for (std::size_t i = 0; i < attributes.size(); ++i) out.emplace(attributes[i], static_cast<Attr>(i));
  // Attributes in which lazy-loading scripts keep the real address.
  for (const std::string_view name :
       {"data-lazy-src", "data-original", "data-original-src", "data-lazy", "data-lazyload", "data-echo",
        "data-hi-res-src", "data-full-src", "data-cfsrc", "data-runner-src", "data-pin-media", "data-image",
        "data-url", "nitro-lazy-src", "lazysrc", "data-lazysrc"}) {
    out.emplace(name, Attr::lazy_src);
  }
  for (const std::string_view name :
       {"data-lazy-srcset", "data-original-set", "nitro-lazy-srcset", "data-cfsrcset"}) {
    out.emplace(name, Attr::lazy_srcset);
  }
  out.emplace("alttext", Attr::alt);  // of a formula
  out.emplace("xml:lang", Attr::lang);
  return out;
}

bool has(Tag tag, Flag flag) { return (info(tag).flags & flag) != 0; }

}  // namespace

Tag tag_of(std::string_view name) {
  static const auto map = all_tags();
  const auto it = map.find(name);
  return it == map.end() ? Tag::unknown : it->second;
}

std::string_view name_of(Tag tag) { return info(tag).name; }

Attr attribute_of(std::string_view name) {
  static const auto map = all_attributes();
  const auto it = map.find(name);
  return it == map.end() ? Attr::count : it->second;
}

std::string_view name_of(Attr attribute) { return attributes[static_cast<std::size_t>(attribute)]; }

bool is_kept(Tag tag) { return has(tag, kept); }
bool is_void(Tag tag) { return has(tag, empty); }
bool is_formatting(Tag tag) { return has(tag, formatting); }
bool is_block(Tag tag) { return has(tag, block); }
bool closes_paragraph(Tag tag) { return has(tag, ends_p); }
bool is_heading(Tag tag) { return has(tag, heading); }

bool is_allowed(Tag tag, Attr attribute) {
  return ((info(tag).attributes >> static_cast<unsigned>(attribute)) & 1U) != 0;
}

}  // namespace tidings::post
