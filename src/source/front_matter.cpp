#include "source/front_matter.hpp"

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <utility>

#include <toml++/toml.h>

#include "base/text.hpp"

namespace tidings::source {
namespace {

struct Head {
  std::string_view inside;
  std::string_view body;
};

/// Splits at the line that repeats the fence.
Result<Head> split_head(std::string_view text, std::string_view fence) {
  auto at = text.find('\n');
  const auto start = at == std::string_view::npos ? text.size() : at + 1;
  for (auto line = start; line < text.size();) {
    const auto end = std::min(text.find('\n', line), text.size());
    const auto content = trim(text.substr(line, end - line));
    if (content == fence || (fence == "---" && content == "...")) {
      return Head{.inside = text.substr(start, line - start),
                  .body = text.substr(std::min(end + 1, text.size()))};
    }
    line = end + 1;
  }
  return fail(Errc::bad_data, "1:1: the front matter is not closed",
              "close it with a line " + std::string{fence});
}

std::string toml_text(const toml::node& node) {
  if (const auto* const text = node.as_string()) return text->get();
  std::ostringstream out;
  node.visit([&](const auto& value) {
    if constexpr (toml::is_value<decltype(value)>) out << value;
  });
  return out.str();
}

Result<void> read_toml(std::string_view inside, FrontMatter& front) {
  try {
    const auto table = toml::parse(inside);
    const auto add = [&](const toml::table& from) {
      for (const auto& [key, node] : from) {
        auto& list = front.values[ascii_lower(key.str())];
        if (const auto* const array = node.as_array()) {
          for (const auto& each : *array) list.push_back(clean_utf8(toml_text(each)));
        } else if (!node.is_table()) {
          list.push_back(clean_utf8(toml_text(node)));
        }
      }
    };
    add(table);
    // Zola keeps tags under [taxonomies].
    if (const auto* const taxonomies = table["taxonomies"].as_table()) add(*taxonomies);
    return {};
  } catch (const toml::parse_error& error) {
    const auto where = error.source().begin;
    return fail(Errc::bad_data, std::to_string(where.line + 1) + ":" + std::to_string(where.column) + ": " +
                                    collapse_blanks(clean_utf8(error.description())));
  }
}

std::string yaml_scalar(std::string_view text) {
  text = trim(text);
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'')
    return replace_all(text.substr(1, text.size() - 2), "''", "'");
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    std::string out;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
      if (text[i] == '\\' && i + 2 < text.size()) {
        ++i;
        out += text[i] == 'n' || text[i] == 't' ? ' ' : text[i];
      } else {
        out += text[i];
      }
    }
    return out;
  }
  const auto comment = text.find(" #");
  return std::string{trim(text.substr(0, comment))};
}

/// "[a, 'b, c']" as its items.
std::vector<std::string> yaml_flow_list(std::string_view text) {
  std::vector<std::string> items;
  text = text.substr(
      1, text.rfind(']') == std::string_view::npos ? std::string_view::npos : text.rfind(']') - 1);
  char quote = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ',';
    if (quote != 0 && i < text.size()) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == ',') {
      auto item = yaml_scalar(text.substr(start, i - start));
      if (!item.empty()) items.push_back(std::move(item));
      start = i + 1;
    }
  }
  return items;
}

/// Whether a quoted string or a list that begins here also ends here.
bool is_closed(std::string_view value) {
  const char first = value.front();
  if (first == '[' || first == '{') return value.find(first == '[' ? ']' : '}') != std::string_view::npos;
  if (first != '"' && first != '\'') return true;
  for (std::size_t i = 1; i < value.size(); ++i) {
    if (first == '"' && value[i] == '\\') {
      ++i;
    } else if (value[i] == first) {
      const bool doubled = first == '\'' && i + 1 < value.size() && value[i + 1] == first;
      if (!doubled) return true;
      ++i;
    }
  }
  return false;
}

class YamlReader {
 public:
  YamlReader(std::string_view inside, FrontMatter& front) : lines_(split(inside, '\n')), front_(front) {}

  Result<void> read() {
    for (at_ = 0; at_ < lines_.size(); ++at_) TIDINGS_TRY(line(lines_[at_]));
    return {};
  }

 private:
  /// Counts the line with the fence.
  [[nodiscard]] tl::unexpected<Error> error(std::size_t index, std::string_view what) const {
    return fail(Errc::bad_data, std::to_string(index + 2) + ":1: " + std::string{what});
  }

  Result<void> line(std::string_view raw) {
    const auto content = trim(raw);
    if (content.empty() || content.front() == '#') return {};
    const bool indented = raw.front() == ' ' || raw.front() == '\t';
    const bool is_item = content.starts_with("- ") || content == "-";
    if (open_ != nullptr && is_item && !block_) {
      auto item = yaml_scalar(content.substr(1));
      if (!item.empty()) open_->push_back(std::move(item));
      return {};
    }
    if (indented) {
      if (open_ != nullptr && block_) {
        if (open_->empty()) open_->emplace_back();
        if (!open_->front().empty()) open_->front() += ' ';
        open_->front() += content;
      }
      return {};
    }
    open_ = nullptr;
    block_ = false;
    const auto colon = content.find(':');
    if (colon == std::string_view::npos) return error(at_, "the front matter has a line without \"key:\"");
    return pair(content.substr(0, colon), std::string{trim(content.substr(colon + 1))});
  }

  Result<void> pair(std::string_view key, std::string value) {
    auto& list = front_.values[ascii_lower(trim(yaml_scalar(key)))];
    const auto start = at_;
    while (!value.empty() && !is_closed(value)) {
      if (++at_ == lines_.size())
        return error(start, value.front() == '[' || value.front() == '{' ? "a list is not closed"
                                                                         : "a quotation mark is not closed");
      value.append(" ").append(trim(lines_[at_]));
    }
    if (value.empty() || value.front() == '|' || value.front() == '>') {
      open_ = &list;
      block_ = !value.empty();
    } else if (value.front() == '[') {
      list = yaml_flow_list(value);
    } else {
      list = {yaml_scalar(value)};
    }
    return {};
  }

  std::vector<std::string_view> lines_;
  FrontMatter& front_;
  std::size_t at_ = 0;
  std::vector<std::string>* open_ = nullptr;  ///< the key whose list or block text the indented lines are
  bool block_ = false;
};

}  // namespace

std::string FrontMatter::first(const std::string& key) const {
  const auto found = values.find(key);
  return found == values.end() || found->second.empty() ? std::string{} : found->second.front();
}

Result<FrontMatter> read_front_matter(std::string_view text) {
  FrontMatter front;
  const auto line = trim(text.substr(0, text.find('\n')));
  if (line != "+++" && line != "---") {
    front.body = text;
    return front;
  }
  TIDINGS_LET(const auto head, split_head(text, line));
  front.body = head.body;
  if (line == "+++") {
    TIDINGS_TRY(read_toml(head.inside, front));
  } else {
    TIDINGS_TRY(YamlReader(head.inside, front).read());
  }
  return front;
}

}  // namespace tidings::source
