#include "post/html_reference.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include <gumbo.h>

#include "base/text.hpp"

namespace tidings::post {
namespace {

enum Ending : std::uint8_t { semicolon, bare };  // bare: old enough to be valid without a semicolon

struct Named {
  std::string_view name;
  char32_t code_point;
  Ending ending = semicolon;
};

constexpr std::array<Named, 253> names{
    {{"AElig", 0xC6, bare},  {"Aacute", 0xC1, bare}, {"Acirc", 0xC2, bare},  {"Agrave", 0xC0, bare},
     {"Alpha", 0x391},       {"Aring", 0xC5, bare},  {"Atilde", 0xC3, bare}, {"Auml", 0xC4, bare},
     {"Beta", 0x392},        {"Ccedil", 0xC7, bare}, {"Chi", 0x3A7},         {"Dagger", 0x2021},
     {"Delta", 0x394},       {"ETH", 0xD0, bare},    {"Eacute", 0xC9, bare}, {"Ecirc", 0xCA, bare},
     {"Egrave", 0xC8, bare}, {"Epsilon", 0x395},     {"Eta", 0x397},         {"Euml", 0xCB, bare},
     {"Gamma", 0x393},       {"Iacute", 0xCD, bare}, {"Icirc", 0xCE, bare},  {"Igrave", 0xCC, bare},
     {"Iota", 0x399},        {"Iuml", 0xCF, bare},   {"Kappa", 0x39A},       {"Lambda", 0x39B},
     {"Mu", 0x39C},          {"Ntilde", 0xD1, bare}, {"Nu", 0x39D},          {"OElig", 0x152},
     {"Oacute", 0xD3, bare}, {"Ocirc", 0xD4, bare},  {"Ograve", 0xD2, bare}, {"Omega", 0x3A9},
     {"Omicron", 0x39F},     {"Oslash", 0xD8, bare}, {"Otilde", 0xD5, bare}, {"Ouml", 0xD6, bare},
     {"Phi", 0x3A6},         {"Pi", 0x3A0},          {"Prime", 0x2033},      {"Psi", 0x3A8},
     {"Rho", 0x3A1},         {"Scaron", 0x160},      {"Sigma", 0x3A3},       {"THORN", 0xDE, bare},
     {"Tau", 0x3A4},         {"Theta", 0x398},       {"Uacute", 0xDA, bare}, {"Ucirc", 0xDB, bare},
     {"Ugrave", 0xD9, bare}, {"Upsilon", 0x3A5},     {"Uuml", 0xDC, bare},   {"Xi", 0x39E},
     {"Yacute", 0xDD, bare}, {"Yuml", 0x178},        {"Zeta", 0x396},        {"aacute", 0xE1, bare},
     {"acirc", 0xE2, bare},  {"acute", 0xB4, bare},  {"aelig", 0xE6, bare},  {"agrave", 0xE0, bare},
     {"alefsym", 0x2135},    {"alpha", 0x3B1},       {"amp", 0x26, bare},    {"and", 0x2227},
     {"ang", 0x2220},        {"apos", 0x27},         {"aring", 0xE5, bare},  {"asymp", 0x2248},
     {"atilde", 0xE3, bare}, {"auml", 0xE4, bare},   {"bdquo", 0x201E},      {"beta", 0x3B2},
     {"brvbar", 0xA6, bare}, {"bull", 0x2022},       {"cap", 0x2229},        {"ccedil", 0xE7, bare},
     {"cedil", 0xB8, bare},  {"cent", 0xA2, bare},   {"chi", 0x3C7},         {"circ", 0x2C6},
     {"clubs", 0x2663},      {"cong", 0x2245},       {"copy", 0xA9, bare},   {"crarr", 0x21B5},
     {"cup", 0x222A},        {"curren", 0xA4, bare}, {"dArr", 0x21D3},       {"dagger", 0x2020},
     {"darr", 0x2193},       {"deg", 0xB0, bare},    {"delta", 0x3B4},       {"diams", 0x2666},
     {"divide", 0xF7, bare}, {"eacute", 0xE9, bare}, {"ecirc", 0xEA, bare},  {"egrave", 0xE8, bare},
     {"empty", 0x2205},      {"emsp", 0x2003},       {"ensp", 0x2002},       {"epsilon", 0x3B5},
     {"equiv", 0x2261},      {"eta", 0x3B7},         {"eth", 0xF0, bare},    {"euml", 0xEB, bare},
     {"euro", 0x20AC},       {"exist", 0x2203},      {"fnof", 0x192},        {"forall", 0x2200},
     {"frac12", 0xBD, bare}, {"frac14", 0xBC, bare}, {"frac34", 0xBE, bare}, {"frasl", 0x2044},
     {"gamma", 0x3B3},       {"ge", 0x2265},         {"gt", 0x3E, bare},     {"hArr", 0x21D4},
     {"harr", 0x2194},       {"hearts", 0x2665},     {"hellip", 0x2026},     {"iacute", 0xED, bare},
     {"icirc", 0xEE, bare},  {"iexcl", 0xA1, bare},  {"igrave", 0xEC, bare}, {"image", 0x2111},
     {"infin", 0x221E},      {"int", 0x222B},        {"iota", 0x3B9},        {"iquest", 0xBF, bare},
     {"isin", 0x2208},       {"iuml", 0xEF, bare},   {"kappa", 0x3BA},       {"lArr", 0x21D0},
     {"lambda", 0x3BB},      {"lang", 0x27E8},       {"laquo", 0xAB, bare},  {"larr", 0x2190},
     {"lceil", 0x2308},      {"ldquo", 0x201C},      {"le", 0x2264},         {"lfloor", 0x230A},
     {"lowast", 0x2217},     {"loz", 0x25CA},        {"lrm", 0x200E},        {"lsaquo", 0x2039},
     {"lsquo", 0x2018},      {"lt", 0x3C, bare},     {"macr", 0xAF, bare},   {"mdash", 0x2014},
     {"micro", 0xB5, bare},  {"middot", 0xB7, bare}, {"minus", 0x2212},      {"mu", 0x3BC},
     {"nabla", 0x2207},      {"nbsp", 0xA0, bare},   {"ndash", 0x2013},      {"ne", 0x2260},
     {"ni", 0x220B},         {"not", 0xAC, bare},    {"notin", 0x2209},      {"nsub", 0x2284},
     {"ntilde", 0xF1, bare}, {"nu", 0x3BD},          {"oacute", 0xF3, bare}, {"ocirc", 0xF4, bare},
     {"oelig", 0x153},       {"ograve", 0xF2, bare}, {"oline", 0x203E},      {"omega", 0x3C9},
     {"omicron", 0x3BF},     {"oplus", 0x2295},      {"or", 0x2228},         {"ordf", 0xAA, bare},
     {"ordm", 0xBA, bare},   {"oslash", 0xF8, bare}, {"otilde", 0xF5, bare}, {"otimes", 0x2297},
     {"ouml", 0xF6, bare},   {"para", 0xB6, bare},   {"part", 0x2202},       {"permil", 0x2030},
     {"perp", 0x22A5},       {"phi", 0x3C6},         {"pi", 0x3C0},          {"piv", 0x3D6},
     {"plusmn", 0xB1, bare}, {"pound", 0xA3, bare},  {"prime", 0x2032},      {"prod", 0x220F},
     {"prop", 0x221D},       {"psi", 0x3C8},         {"quot", 0x22, bare},   {"rArr", 0x21D2},
     {"radic", 0x221A},      {"rang", 0x27E9},       {"raquo", 0xBB, bare},  {"rarr", 0x2192},
     {"rceil", 0x2309},      {"rdquo", 0x201D},      {"real", 0x211C},       {"reg", 0xAE, bare},
     {"rfloor", 0x230B},     {"rho", 0x3C1},         {"rlm", 0x200F},        {"rsaquo", 0x203A},
     {"rsquo", 0x2019},      {"sbquo", 0x201A},      {"scaron", 0x161},      {"sdot", 0x22C5},
     {"sect", 0xA7, bare},   {"shy", 0xAD, bare},    {"sigma", 0x3C3},       {"sigmaf", 0x3C2},
     {"sim", 0x223C},        {"spades", 0x2660},     {"sub", 0x2282},        {"sube", 0x2286},
     {"sum", 0x2211},        {"sup", 0x2283},        {"sup1", 0xB9, bare},   {"sup2", 0xB2, bare},
     {"sup3", 0xB3, bare},   {"supe", 0x2287},       {"szlig", 0xDF, bare},  {"tau", 0x3C4},
     {"there4", 0x2234},     {"theta", 0x3B8},       {"thetasym", 0x3D1},    {"thinsp", 0x2009},
     {"thorn", 0xFE, bare},  {"tilde", 0x2DC},       {"times", 0xD7, bare},  {"trade", 0x2122},
     {"uArr", 0x21D1},       {"uacute", 0xFA, bare}, {"uarr", 0x2191},       {"ucirc", 0xFB, bare},
     {"ugrave", 0xF9, bare}, {"uml", 0xA8, bare},    {"upsih", 0x3D2},       {"upsilon", 0x3C5},
     {"uuml", 0xFC, bare},   {"weierp", 0x2118},     {"xi", 0x3BE},          {"yacute", 0xFD, bare},
     {"yen", 0xA5, bare},    {"yuml", 0xFF, bare},   {"zeta", 0x3B6},        {"zwj", 0x200D},
     {"zwnj", 0x200C}}};
static_assert(std::ranges::is_sorted(names, {}, &Named::name));

constexpr std::size_t longest_name = 32;

/// windows-1252 at 0x80 to 0x9F: numeric references to the controls mean these characters (HTML 13.2.5.80).
constexpr std::array<char32_t, 32> windows_1252{
    0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021, 0x2C6,  0x2030, 0x160,
    0x2039, 0x152,  0x8D,   0x17D,  0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

int digit_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

struct GumboFree {
  void operator()(GumboOutput* output) const { gumbo_destroy_output(&kGumboDefaultOptions, output); }
};

/// gumbo's result for the text alone.
std::string ask_gumbo(std::string_view text) {
  const std::unique_ptr<GumboOutput, GumboFree> output{
      gumbo_parse_with_options(&kGumboDefaultOptions, text.data(), text.size())};
  if (!output) return std::string{text};
  const auto& top = output->root->v.element.children;
  for (unsigned i = 0; i < top.length; ++i) {
    const auto& body = *static_cast<const GumboNode*>(top.data[i]);
    if (body.type != GUMBO_NODE_ELEMENT || body.v.element.tag != GUMBO_TAG_BODY ||
        body.v.element.children.length == 0)
      continue;
    const auto& first = *static_cast<const GumboNode*>(body.v.element.children.data[0]);
    if (first.type == GUMBO_NODE_TEXT) return first.v.text.text;
  }
  return std::string{text};
}

/// Moves past "#123;" or "#x7B;"; false if there is no digit.
bool numeric(std::string_view text, std::size_t& at, std::string& out) {
  auto end = at + 1;
  int base = 10;
  if (end < text.size() && (text[end] == 'x' || text[end] == 'X')) {
    base = 16;
    ++end;
  }
  const auto digits_from = end;
  char32_t value = 0;
  for (; end < text.size() && digit_value(text[end]) < base; ++end) {
    if (value <= 0x10FFFF)
      value = value * static_cast<char32_t>(base) + static_cast<char32_t>(digit_value(text[end]));
  }
  if (end == digits_from) return false;
  if (end < text.size() && text[end] == ';') ++end;
  at = end;
  if (value == 0) value = 0xFFFD;
  if (value >= 0x80 && value <= 0x9F) value = windows_1252[value - 0x80];
  append_utf8(out, value);
  return true;
}

}  // namespace

void ReferenceDecoder::named(std::string_view text, std::size_t& at, Place place, std::string& out) {
  auto end = at;
  while (end < text.size() && end - at <= longest_name && is_alphanumeric(text[end])) ++end;
  const auto name = text.substr(at, end - at);
  const bool closed = end < text.size() && text[end] == ';';
  const auto* known = std::ranges::lower_bound(names, name, {}, &Named::name);
  const bool is_known = known != names.end() && known->name == name;
  // "?a=1&copy=2" in an attribute is an address.
  const bool literal_in_attribute =
      place == Place::attribute && !closed && end < text.size() && text[end] == '=';
  if (is_known && (closed || (known->ending == bare && !literal_in_attribute))) {
    append_utf8(out, known->code_point);
    at = closed ? end + 1 : end;
    return;
  }
  // In text, an old name counts at the beginning of a longer word; a rare name needs its semicolon.
  const bool may_mean_something = name.size() > 1 && (closed || (place == Place::text && !is_known));
  if (may_mean_something && name.size() <= longest_name && asked_ < ask_limit) {
    ++asked_;
    std::string whole{text.substr(at - 1, name.size() + (closed ? 2 : 1))};
    const auto answer = ask_gumbo(whole);
    // In an attribute a prefix is not a reference: the whole name must be one.
    if (answer != whole && (place == Place::text || answer.find(';') == std::string::npos)) {
      out += answer;
      at = closed ? end + 1 : end;
      return;
    }
  }
  out += '&';
}

void ReferenceDecoder::reference(std::string_view text, std::size_t& at, Place place, std::string& out) {
  ++at;
  if (at < text.size() && text[at] == '#') {
    if (!numeric(text, at, out)) out += '&';
  } else if (at < text.size() && is_alphanumeric(text[at])) {
    named(text, at, place, out);
  } else {
    out += '&';
  }
}

std::string ReferenceDecoder::decode(std::string_view text, Place place) {
  std::string out;
  auto next = text.find('&');
  if (next == std::string_view::npos) return std::string{text};
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    out.append(text, at, next - at);
    at = next;
    if (at == std::string_view::npos || at >= text.size()) break;
    reference(text, at, place, out);
    next = std::min(text.find('&', at), text.size());
  }
  // References can name characters that clean text does not have.
  return clean_utf8(out);
}

}  // namespace tidings::post
