#include "bounce/scan.hpp"

#include <algorithm>
#include <cctype>

#include "base/text.hpp"

namespace tidings::bounce {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }
bool is_high(char c) { return static_cast<unsigned char>(c) >= 0x80; }

bool is_local(char c) {
  return is_word(c) || std::string_view{"!#$%&'*+/=?^_`{|}~.-"}.find(c) != std::string_view::npos;
}
bool is_domain(char c) { return is_word(c) || c == '.' || c == '-' || c == '_'; }

/// A prefix of an address without a blank: "SMTP:", "rfc822=", "mailto:".
std::string_view without_scheme(std::string_view local) {
  for (const std::string_view scheme : {"rfc822=", "rfc-822=", "smtp=", "mailto=", "dda:smtp="}) {
    if (local.size() > scheme.size() && ascii_iequals(local.substr(0, scheme.size()), scheme))
      local.remove_prefix(scheme.size());
  }
  const auto first = local.find_first_not_of("'*`|=/.&#?!");
  return first == std::string_view::npos ? std::string_view{} : local.substr(first);
}

std::string_view trim_domain(std::string_view domain) {
  while (!domain.empty() && (domain.back() == '.' || domain.back() == '-' || domain.back() == '_'))
    domain.remove_suffix(1);
  return domain;
}

bool good_domain(std::string_view domain, bool bracketed) {
  if (domain.empty() || domain.front() == '.' || domain.front() == '-') return false;
  return bracketed || domain.find('.') != std::string_view::npos;
}

/// Between angle brackets: the last hop of a source route, quotes allowed.
std::string bracketed_address(std::string_view inside) {
  inside = trim(inside);
  if (inside.starts_with("@")) {  // <@relay:user@domain>
    const auto colon = inside.find(':');
    if (colon != std::string_view::npos) inside.remove_prefix(colon + 1);
  }
  for (const std::string_view scheme : {"mailto:", "smtp:", "rfc822;"}) {
    if (inside.size() > scheme.size() && ascii_iequals(inside.substr(0, scheme.size()), scheme))
      inside = trim(inside.substr(scheme.size()));
  }
  const auto at = inside.rfind('@');
  if (at == std::string_view::npos || at == 0) return {};
  const auto local = inside.substr(0, at);
  auto domain = trim_domain(inside.substr(at + 1));
  const bool quoted = local.size() > 2 && local.front() == '"' && local.back() == '"';
  const bool literal = domain.starts_with("[") && domain.ends_with("]");
  const auto bad = [](char c) {
    return c == ' ' || c == '<' || c == '>' || c == '\n' || c == '\t' || c == ',' || c == ';';
  };
  if (!quoted && std::any_of(local.begin(), local.end(), bad)) return {};
  if (!literal &&
      !std::all_of(domain.begin(), domain.end(), [](char c) { return is_domain(c) || is_high(c); }))
    return {};
  if (local.ends_with("...")) return {};  // abbreviated by whoever showed it
  if (domain.empty() || (!literal && !good_domain(domain, true))) return {};
  return std::string{local} + "@" + std::string{domain};
}

std::optional<FoundAddress> bracketed_at(std::string_view text, std::size_t at) {
  const auto close = text.find('>', at);
  if (close == std::string_view::npos || close - at > 400) return std::nullopt;
  const auto open = text.rfind('<', at);
  if (open == std::string_view::npos || at - open > 200) return std::nullopt;
  if (text.substr(open, at - open).find('>') != std::string_view::npos) return std::nullopt;
  auto address = bracketed_address(text.substr(open + 1, close - open - 1));
  if (address.empty()) return std::nullopt;
  return FoundAddress{.address = std::move(address), .begin = open, .end = close + 1, .bracketed = true};
}

std::optional<FoundAddress> bare_at(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  std::string local;
  if (at > 1 && text[at - 1] == '"') {  // "john doe"@example.org, or "name@host"@gateway
    const auto open = text.rfind('"', at - 2);
    if (open == std::string_view::npos || at - open > 66) return std::nullopt;
    begin = open;
    local = std::string{text.substr(open, at - open)};
  } else {
    while (begin > 0 && is_local(text[begin - 1]) && at - begin < 128) --begin;
    local = std::string{without_scheme(text.substr(begin, at - begin))};
    begin = at - local.size();
  }
  std::size_t end = at + 1;
  if (end < text.size() && text[end] == '[') {
    const auto close = text.find(']', end);
    if (close == std::string_view::npos || close - end > 45) return std::nullopt;
    return FoundAddress{
        .address = local + std::string{text.substr(at, close + 1 - at)}, .begin = begin, .end = close + 1};
  }
  while (end < text.size() && (is_domain(text[end]) || is_high(text[end])) && end - at < 255) ++end;
  const auto domain = trim_domain(text.substr(at + 1, end - at - 1));
  if (local.empty() || local.ends_with("...") || !good_domain(domain, false) ||
      domain.find("..") != std::string_view::npos)
    return std::nullopt;
  return FoundAddress{
      .address = local + "@" + std::string{domain}, .begin = begin, .end = at + 1 + domain.size()};
}

/// RFC 2156: "/G=Ann/S=Lee/DD.RFC-822=ann(a)example.org/..." carries the internet address.
std::optional<std::string> x400_address(std::string_view value) {
  const auto folded = ascii_lower(value);
  for (const std::string_view mark : {"rfc-822=", "rfc822=", "dda:smtp=", "smtp="}) {
    const auto at = folded.find(mark);
    if (at == std::string::npos) continue;
    auto rest = value.substr(at + mark.size());
    rest = rest.substr(0, rest.find_first_of("/; "));
    auto address = replace_all(replace_all(rest, "(a)", "@"), "(A)", "@");
    if (address.find('@') != std::string::npos) return address;
  }
  return std::nullopt;
}

/// The length of "d.d.d" at `at`, or 0 if there is none.
std::size_t status_length(std::string_view text, std::size_t at) {
  std::size_t i = at + 1;
  for (int group = 0; group < 2; ++group) {
    if (i >= text.size() || text[i] != '.') return 0;
    ++i;
    const std::size_t start = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    if (i == start || i - start > 3) return 0;
  }
  const bool longer = i + 1 < text.size() && (text[i] == '.' || text[i] == '-') && is_digit(text[i + 1]);
  return longer || (i < text.size() && is_word(text[i])) ? 0 : i - at;
}

bool version_before(std::string_view text, std::size_t at) {
  const auto before = ascii_lower(text.substr(at < 12 ? 0 : at - 12, std::min<std::size_t>(at, 12)));
  for (const std::string_view word :
       {"version ", "exim ", "postfix ", "sendmail ", "courier ", "ver. ", "build "}) {
    if (before.ends_with(word)) return true;
  }
  return false;
}

}  // namespace

std::vector<FoundAddress> find_addresses(std::string_view text) {
  std::vector<FoundAddress> found;
  std::size_t from = 0;
  for (auto at = text.find('@'); at != std::string_view::npos && found.size() < 200;
       at = text.find('@', std::max(at + 1, from))) {
    auto address = bracketed_at(text, at);
    if (!address || address->begin < from) address = bare_at(text, at);
    if (!address) continue;
    if (address->begin < from) continue;
    from = address->end;
    found.push_back(*std::move(address));
  }
  return found;
}

std::optional<std::string> address_of(std::string_view value) {
  value = trim(value);
  const auto semicolon = value.find(';');
  if (semicolon != std::string_view::npos) {
    const auto type = trim(value.substr(0, semicolon));
    // "rfc822; a@b"; but not "a@b; c@d"
    if (type.find('@') == std::string_view::npos) value = trim(value.substr(semicolon + 1));
    if (ascii_iequals(type, "x400") || ascii_iequals(type, "x.400")) return x400_address(value);
  }
  if (value.starts_with("/")) {
    if (auto found = x400_address(value)) return found;
  }
  // A field holds exactly one address, so it may be of any script (RFC 6533).
  if (value.find_first_of(" \t<>(\"'") == std::string_view::npos &&
      std::any_of(value.begin(), value.end(), is_high)) {
    if (auto whole = bracketed_address(value); !whole.empty()) return whole;
  }
  if (const auto found = find_addresses(value); !found.empty()) return found.front().address;
  // Alone in a field, even "root@mailhost" is an address.
  const auto inside = bracketed_address(value);
  if (!inside.empty()) return inside;
  // So is an invalid one: "ann@#quay.example" was refused for that very reason.
  const auto at = value.find('@');
  const bool plain = value.find_first_of(" \t<>(),;:\"") == std::string_view::npos &&
                     value.find('@', at + 1) == std::string_view::npos;
  if (at == std::string_view::npos || at == 0 || at + 1 == value.size() || !plain) return std::nullopt;
  return value.substr(0, at).ends_with("...") ? std::nullopt : std::optional{std::string{value}};
}

std::string find_status(std::string_view text) {
  for (std::size_t i = 0; i + 4 < text.size(); ++i) {
    if (text[i] != '4' && text[i] != '5') continue;
    if (i > 0 && (is_word(text[i - 1]) || text[i - 1] == '.' || text[i - 1] == '/')) continue;
    if (i > 1 && text[i - 1] == '-' && !is_digit(text[i - 2])) continue;  // postfix-4.0.1
    const auto length = status_length(text, i);
    if (length > 0 && !version_before(text, i)) return std::string{text.substr(i, length)};
  }
  return {};
}

std::string status_at_start(std::string_view text) {
  text = trim(text);
  if (text.size() < 5 || (text.front() != '2' && text.front() != '4' && text.front() != '5')) return {};
  return std::string{text.substr(0, status_length(text, 0))};
}

int find_reply_code(std::string_view text) {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    if ((text[i] != '4' && text[i] != '5') || text[i + 1] < '0' || text[i + 1] > '7' ||
        !is_digit(text[i + 2]))
      continue;
    if (i > 0 && std::string_view{" \t\n:;,<([\"'#="}.find(text[i - 1]) == std::string_view::npos) continue;
    if (i + 3 < text.size() &&
        std::string_view{" \t\n-:;,>)]\"'#="}.find(text[i + 3]) == std::string_view::npos)
      continue;
    if (i + 4 < text.size() && text[i + 3] == '-' && is_digit(text[i + 4]) &&
        (i + 5 >= text.size() || text[i + 5] != '.')) {
      if (is_digit(text[i + 5 < text.size() ? i + 5 : i + 4]) && i + 7 < text.size() && text[i + 7] != '-' &&
          text[i + 7] != ' ')
        continue;
    }
    if (text[i + 1] >= '6') continue;
    return (text[i] - '0') * 100 + (text[i + 1] - '0') * 10 + (text[i + 2] - '0');
  }
  return 0;
}

std::string flatten(std::string_view text) {
  const auto blanks = collapse_blanks(text);
  const bool foreign = std::any_of(blanks.begin(), blanks.end(), is_high);
  // IronPort puts every refusal of a recipient under this heading; the answer that it quotes counts.
  const auto line =
      replace_all(foreign ? fold_case(blanks) : ascii_lower(blanks), "unknown address error 5", "5");
  std::string out;
  out.reserve(line.size());
  // "550-5.1.1 The account does 550-5.1.1 not exist": the codes of continuation lines are between the words.
  for (std::size_t i = 0; i < line.size();) {
    const bool code = out.size() > 8 && i > 0 && line[i - 1] == ' ' && i + 3 < line.size() &&
                      (line[i] == '4' || line[i] == '5') && is_digit(line[i + 1]) && is_digit(line[i + 2]) &&
                      (line[i + 3] == '-' || line[i + 3] == ' ');
    if (code) {
      i += 4;
      while (i < line.size() && (line[i] == ' ')) ++i;
      if (i < line.size() && (line[i] == '4' || line[i] == '5')) {
        const auto length = status_length(line, i);
        if (length > 0) i += length;
      }
      while (i < line.size() && line[i] == ' ') ++i;
    } else {
      out += line[i++];
    }
  }
  return out;
}

}  // namespace tidings::bounce
