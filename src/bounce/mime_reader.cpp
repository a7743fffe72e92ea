#include "bounce/mime_reader.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>

#include <gmime/gmime.h>
#include <iconv.h>

#include "base/text.hpp"

namespace tidings::bounce {
namespace {

constexpr std::size_t max_parts = 200;
constexpr int max_depth = 30;
constexpr std::size_t max_part_text = 256 << 10;
constexpr int max_fields = 2000;
// GMime recurses once per level; a mail with more boundaries than this is read as plain text.
constexpr std::size_t max_structure = 150;

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Handle = std::unique_ptr<T, Unref>;

std::string string_of(const char* text) { return text == nullptr ? std::string{} : std::string{text}; }

/// LF line ends; a lone CR counts only if there is no LF at all (old Mac mailboxes).
std::string unix_lines(std::string_view bytes) {
  const bool only_cr = bytes.find('\n') == std::string_view::npos;
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != '\r') {
      out += bytes[i];
    } else if (only_cr) {
      out += '\n';
    } else if (i + 1 < bytes.size() && bytes[i + 1] != '\n' && bytes[i + 1] != '\r') {
      out += '\n';
    }
  }
  return out;
}

/// What the label means in mail: the superset that senders use under its name (WHATWG Encoding).
std::string iconv_name(std::string_view charset) {
  auto name = ascii_lower(charset);
  constexpr std::array<std::pair<std::string_view, const char*>, 9> supersets{
      {{"gb2312", "GB18030"},
       {"gbk", "GB18030"},
       {"gb_2312-80", "GB18030"},
       {"shift_jis", "CP932"},
       {"x-sjis", "CP932"},
       {"iso-8859-1", "CP1252"},
       {"latin1", "CP1252"},
       {"ks_c_5601-1987", "CP949"},
       {"iso-2022-jp", "ISO-2022-JP-3"}}};
  for (const auto& [label, better] : supersets) {
    if (name == label) return better;
  }
  return name;
}

std::string convert(std::string_view bytes, const std::string& charset) {
  const iconv_t converter = iconv_open("UTF-8", iconv_name(charset).c_str());
  if (converter == reinterpret_cast<iconv_t>(-1)) return {};
  std::string input{bytes};
  std::string out;
  char* from = input.data();
  std::size_t left = input.size();
  std::array<char, 4096> buffer{};
  while (left > 0) {
    char* to = buffer.data();
    std::size_t room = buffer.size();
    const auto done = iconv(converter, &from, &left, &to, &room);
    out.append(buffer.data(), buffer.size() - room);
    if (done != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
    out += "\xEF\xBF\xBD";
    ++from;
    --left;
  }
  iconv_close(converter);
  return out;
}

std::string to_utf8(std::string_view bytes, const std::string& charset) {
  const auto label = ascii_lower(charset);
  const bool japanese = bytes.find("\x1B$") != std::string_view::npos;
  if (japanese) return clean_utf8(convert(bytes, "iso-2022-jp"));
  if (is_valid_utf8(bytes)) return clean_utf8(bytes);
  std::string text;
  if (!label.empty() && label != "utf-8" && label != "us-ascii" && label != "unknown-8bit")
    text = convert(bytes, charset);
  if (text.empty()) text = convert(bytes, "iso-8859-1");
  return clean_utf8(text);
}

std::string decode_words(const std::string& value) {
  if (value.find("=?") == std::string::npos) return to_utf8(value, "");
  char* const decoded = g_mime_utils_header_decode_text(nullptr, value.c_str());
  std::string text = string_of(decoded);
  g_free(decoded);
  return to_utf8(text, "");
}

Fields fields_of(GMimeObject* object) {
  Fields fields;
  auto* const list = g_mime_object_get_header_list(object);
  const int count = std::min(g_mime_header_list_get_count(list), max_fields);
  for (int i = 0; i < count; ++i) {
    auto* const header = g_mime_header_list_get_header_at(list, i);
    const auto raw = string_of(g_mime_header_get_raw_value(header));
    fields.push_back({.name = ascii_lower(trim(string_of(g_mime_header_get_name(header)))),
                      .value = collapse_blanks(decode_words(replace_all(raw, "\n", " ")))});
  }
  return fields;
}

std::string content_of(GMimePart* part) {
  auto* const wrapper = g_mime_part_get_content(part);
  if (wrapper == nullptr) return {};
  const Handle<GMimeStream> stream{g_mime_stream_mem_new()};
  g_mime_data_wrapper_write_to_stream(wrapper, stream.get());
  const auto* const bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  const std::size_t size = std::min<std::size_t>(bytes->len, max_part_text);
  return {reinterpret_cast<const char*>(bytes->data), size};
}

bool is_text(std::string_view bytes) { return bytes.substr(0, 1024).find('\0') == std::string_view::npos; }

class Walker {
 public:
  explicit Walker(Mail& mail) : mail_(mail) {}

  void walk(GMimeObject* object, Place place, int depth) {
    if (object == nullptr || depth > max_depth || mail_.parts.size() >= max_parts) return;
    if (GMIME_IS_MULTIPART(object)) {
      multipart(GMIME_MULTIPART(object), place, depth);
    } else if (GMIME_IS_MESSAGE_PART(object)) {
      auto* const message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
      if (message == nullptr) return;
      mail_.returned.push_back(fields_of(GMIME_OBJECT(message)));
      walk(g_mime_message_get_mime_part(message), Place::returned, depth + 1);
    } else if (GMIME_IS_PART(object)) {
      leaf(GMIME_PART(object), place);
    }
  }

 private:
  void multipart(GMimeMultipart* multipart, Place place, int depth) {
    const int count = g_mime_multipart_get_count(multipart);
    // Some gateways put the whole report before the first boundary.
    const auto prologue = string_of(g_mime_multipart_get_prologue(multipart));
    if (prologue.find('@') != std::string::npos || count == 0)
      add("text/plain", to_utf8(prologue, ""), place);
    for (int i = 0; i < count; ++i) walk(g_mime_multipart_get_part(multipart, i), place, depth + 1);
  }

  void leaf(GMimePart* part, Place place) {
    auto* const content_type = g_mime_object_get_content_type(GMIME_OBJECT(part));
    auto type = std::string{"text/plain"};
    std::string charset;
    if (content_type != nullptr) {
      type = ascii_lower(string_of(g_mime_content_type_get_media_type(content_type)) + "/" +
                         string_of(g_mime_content_type_get_media_subtype(content_type)));
      charset = string_of(g_mime_content_type_get_parameter(content_type, "charset"));
    }
    const auto bytes = content_of(part);
    if (!is_text(bytes)) return;
    auto text = to_utf8(bytes, charset);
    if (type == "text/rfc822-headers" || type == "text/rfc822" || type == "message/rfc822-headers" ||
        type == "message/global-headers") {
      mail_.returned.push_back(read_fields(text));
      place = Place::returned;
    }
    add(type, std::move(text), place);
  }

  void add(std::string type, std::string text, Place place) {
    if (mail_.parts.size() < max_parts)
      mail_.parts.push_back({.type = std::move(type), .text = std::move(text), .place = place});
  }

  Mail& mail_;
};

std::size_t count_of(std::string_view text, std::string_view needle) {
  std::size_t count = 0;
  for (auto at = text.find(needle); at != std::string_view::npos; at = text.find(needle, at + needle.size()))
    ++count;
  return count;
}

std::string_view without_envelope_line(std::string_view text) {
  while (!text.empty() && (text.front() == '\n' || text.front() == ' ')) text.remove_prefix(1);
  while (text.starts_with("From ") || text.starts_with(">From ")) {
    const auto end = text.find('\n');
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return text;
}

std::string_view body_of(std::string_view text) {
  const auto blank = text.find("\n\n");
  return blank == std::string_view::npos ? std::string_view{} : text.substr(blank + 2);
}

Mail read_plain(std::string_view text) {
  Mail mail;
  mail.type = "text/plain";
  mail.fields = read_fields(text);
  mail.parts.push_back({.type = "text/plain", .text = to_utf8(body_of(text).substr(0, max_part_text), "")});
  return mail;
}

void start_gmime() {
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
}

}  // namespace

std::string_view field(const Fields& fields, std::string_view name) {
  const auto at =
      std::find_if(fields.begin(), fields.end(), [&](const Field& each) { return each.name == name; });
  return at == fields.end() ? std::string_view{} : std::string_view{at->value};
}

Fields read_fields(std::string_view text) {
  Fields fields;
  for (const auto line : split(text, '\n')) {
    const bool folded = !line.empty() && (line.front() == ' ' || line.front() == '\t');
    if (folded && !fields.empty()) {
      fields.back().value += " " + std::string{trim(line)};
      continue;
    }
    const auto colon = line.find(':');
    const auto name = trim(line.substr(0, colon));
    const bool good = colon != std::string_view::npos && !name.empty() &&
                      name.find_first_of(" \t<>@") == std::string_view::npos;
    if (!good && trim(line).empty() && fields.empty()) continue;  // blank lines before the block
    if (!good || fields.size() >= static_cast<std::size_t>(max_fields)) break;
    fields.push_back({.name = ascii_lower(name), .value = std::string{trim(line.substr(colon + 1))}});
  }
  start_gmime();
  for (auto& each : fields) each.value = collapse_blanks(decode_words(each.value));
  return fields;
}

Mail read_mail(std::string_view bytes) {
  start_gmime();
  const auto text = unix_lines(bytes.substr(0, max_mail_bytes));
  const auto rest = without_envelope_line(text);
  const auto folded = ascii_lower(rest);
  if (count_of(folded, "boundary") > max_structure || count_of(folded, "message/") > max_structure)
    return read_plain(rest);
  const Handle<GMimeStream> stream{g_mime_stream_mem_new_with_buffer(rest.data(), rest.size())};
  const Handle<GMimeParser> parser{g_mime_parser_new_with_stream(stream.get())};
  const Handle<GMimeMessage> message{g_mime_parser_construct_message(parser.get(), nullptr)};
  if (!message) return read_plain(rest);
  Mail mail;
  mail.fields = fields_of(GMIME_OBJECT(message.get()));
  auto* const top = g_mime_message_get_mime_part(message.get());
  if (top != nullptr) {
    if (auto* const type = g_mime_object_get_content_type(top)) {
      mail.type = ascii_lower(string_of(g_mime_content_type_get_media_type(type)) + "/" +
                              string_of(g_mime_content_type_get_media_subtype(type)));
      mail.report_type = ascii_lower(string_of(g_mime_content_type_get_parameter(type, "report-type")));
    }
    Walker{mail}.walk(top, Place::notice, 0);
  }
  const bool has_text = std::any_of(mail.parts.begin(), mail.parts.end(),
                                    [](const Part& part) { return !trim(part.text).empty(); });
  if (!has_text) {
    mail.parts.push_back({.type = "text/plain", .text = to_utf8(body_of(rest).substr(0, max_part_text), "")});
  }
  return mail;
}

std::string text_of_html(std::string_view html) {
  std::string out;
  for (std::size_t i = 0; i < html.size(); ++i) {
    if (html[i] == '<') {
      // An unescaped "<user@example.org>" is text.
      const auto end = html.find('>', i);
      if (end == std::string_view::npos) break;
      const auto tag = ascii_lower(html.substr(i + 1, end - i - 1));
      if (tag.find('@') != std::string::npos && tag.find_first_of(" =\"") == std::string::npos) {
        out += html.substr(i, end - i + 1);
      } else if (tag.starts_with("style") || tag.starts_with("script") || tag.starts_with("!--")) {
        const auto close = tag.starts_with("!--") ? html.find("-->", i) : html.find("</", end);
        if (close == std::string_view::npos) break;
        i = html.find('>', close);
        if (i == std::string_view::npos) break;
        continue;
      } else if (tag.starts_with("br") || tag.starts_with("p") || tag.starts_with("/p") ||
                 tag.starts_with("div") || tag.starts_with("/div") || tag.starts_with("tr") ||
                 tag.starts_with("td") || tag.starts_with("li") || tag.starts_with("h") ||
                 tag.starts_with("/h") || tag.starts_with("table") || tag.starts_with("/t")) {
        out += '\n';
      }
      i = end;
    } else if (html[i] == '\n') {
      out += ' ';
    } else {
      out += html[i];
    }
  }
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> references{{{"&nbsp;", " "},
                                                                                     {"&lt;", "<"},
                                                                                     {"&gt;", ">"},
                                                                                     {"&quot;", "\""},
                                                                                     {"&#39;", "'"},
                                                                                     {"&apos;", "'"},
                                                                                     {"&#64;", "@"},
                                                                                     {"&#8203;", ""},
                                                                                     {"&amp;", "&"}}};
  for (const auto& [from, to] : references) out = replace_all(out, from, to);
  return out;
}

}  // namespace tidings::bounce
