#include "year/mail.hpp"

#include <algorithm>
#include <cctype>

namespace year {
namespace {

std::string lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// Of a header in lower case's shape: the value of `name`, unfolded.
std::string field(std::string_view head, std::string_view name) {
  std::string value;
  bool inside = false;
  while (!head.empty()) {
    const auto end = std::min(head.find("\r\n"), head.size());
    const auto line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    if (line.starts_with(' ') || line.starts_with('\t')) {
      if (inside) value += line;
      continue;
    }
    if (inside) break;
    inside =
        line.size() > name.size() && line[name.size()] == ':' && lower(line.substr(0, name.size())) == name;
    if (inside) value = line.substr(std::min(name.size() + 2, line.size()));
  }
  return value;
}

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

std::string from_base64(std::string_view text) {
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = base64_value(c);
    if (value < 0) continue;
    bits = bits << 6U | static_cast<unsigned>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU);
    }
  }
  return out;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string from_quoted_printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=' || i + 2 >= text.size()) {
      out += text[i];
    } else if (text[i + 1] == '\r') {
      i += 2;
    } else {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    }
  }
  return out;
}

std::vector<int> posts_in(std::string_view text) {
  std::vector<int> found;
  for (std::size_t at = 0; (at = text.find('[', at)) != std::string_view::npos; ++at) {
    if (at + 6 > text.size() || text[at + 5] != ']') continue;
    int number = 0;
    bool digits = true;
    for (std::size_t i = at + 1; i < at + 5; ++i) {
      digits = digits && text[i] >= '0' && text[i] <= '9';
      number = number * 10 + (text[i] - '0');
    }
    if (digits && std::find(found.begin(), found.end(), number) == found.end()) found.push_back(number);
  }
  return found;
}

/// What stands between the lines of a boundary.
std::vector<std::string_view> parts_of(std::string_view body, const std::string& boundary) {
  std::vector<std::string_view> parts;
  const auto line = "\r\n--" + boundary;
  auto at = body.starts_with(std::string_view{line}.substr(2)) ? line.size() - 2 : body.find(line);
  if (at != std::string_view::npos && at != line.size() - 2) at += line.size();
  while (at != std::string_view::npos && !body.substr(at).starts_with("--")) {
    const auto end = body.find(line, at);
    parts.push_back(
        body.substr(std::min(at + 2, body.size()), end == std::string_view::npos ? end : end - at - 2));
    at = end == std::string_view::npos ? end : end + line.size();
  }
  return parts;
}

std::string boundary_of(const std::string& type) {
  const auto at = lower(type).find("boundary=");
  if (at == std::string::npos) return {};
  auto value = type.substr(at + 9);
  if (value.starts_with('"')) return value.substr(1, value.find('"', 1) - 1);
  return value.substr(0, value.find_first_of("; "));
}

std::string link_in(const std::string& body, std::string_view base) {
  const auto at = body.find(base);
  if (at == std::string::npos) return {};
  auto stop = at + base.size();
  while (stop < body.size() && (std::isalnum(static_cast<unsigned char>(body[stop])) != 0 ||
                                body[stop] == '-' || body[stop] == '_' || body[stop] == '.'))
    ++stop;
  return body.substr(at, stop - at);
}

void read_part(std::string_view part, ReadMail& mail) {
  const auto end = part.find("\r\n\r\n");
  if (end == std::string_view::npos) return;
  const auto head = part.substr(0, end + 2);
  const auto written_type = field(head, "content-type");
  const auto type = lower(written_type);
  if (type.starts_with("multipart")) {
    for (const auto inner : parts_of(part.substr(end + 4), boundary_of(written_type))) read_part(inner, mail);
    return;
  }
  const auto encoding = lower(field(head, "content-transfer-encoding"));
  auto body = std::string{part.substr(end + 4)};
  if (encoding.starts_with("base64")) body = from_base64(body);
  if (encoding.starts_with("quoted-printable")) body = from_quoted_printable(body);
  if (type.starts_with("text/plain") && mail.top.empty()) mail.top = body.substr(0, 300);
  auto posts = posts_in(body);
  (type.starts_with("text/html") ? mail.html_posts : mail.text_posts) = std::move(posts);
  if (mail.confirm_link.empty()) mail.confirm_link = link_in(body, "https://news.example.org/c/");
  if (mail.preferences_link.empty()) mail.preferences_link = link_in(body, "https://news.example.org/p/");
}

}  // namespace

ReadMail read_mail(const std::string& octets) {
  ReadMail mail;
  const auto end = octets.find("\r\n\r\n");
  const auto head = std::string_view{octets}.substr(0, end == std::string::npos ? octets.size() : end + 2);
  mail.message_id = field(head, "message-id");
  mail.list_id = field(head, "list-id");
  mail.subject = field(head, "subject");
  mail.to = field(head, "to");
  mail.list_unsubscribe = field(head, "list-unsubscribe");
  read_part(octets, mail);
  return mail;
}

}  // namespace year
