#include "config/reader.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/text.hpp"
#include "base/units.hpp"

namespace tidings::config {
namespace {

const toml::table* table_of(const void* table) { return static_cast<const toml::table*>(table); }
const toml::node* node_of(const void* node) { return static_cast<const toml::node*>(node); }

std::string place_of(const std::filesystem::path& file, const toml::source_position& at) {
  return fmt::format("{}:{}:{}: ", file.string(), at.line, at.column);
}

std::string_view type_name(toml::node_type type) {
  switch (type) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "a list";
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return "a whole number";
    case toml::node_type::floating_point: return "a number with a fraction";
    case toml::node_type::boolean: return "true or false";
    default: return "a date or time";
  }
}

std::string quoted_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      default: out += c;
    }
  }
  return out + '"';
}

constexpr int most_key_parts = 32;

/// Where a dotted key has more parts than that: each is a table in a table, and the parser calls itself for
/// every one.
std::optional<toml::source_position> deep_key(std::string_view text) {
  toml::source_position at{.line = 1, .column = 1};
  std::string_view quote;  // the string we are in
  bool in_comment = false;
  int parts = 1;
  for (std::size_t i = 0; i < text.size(); ++i, ++at.column) {
    const auto rest = text.substr(i);
    const char c = text[i];
    if (c == '\n') {
      at = {.line = at.line + 1, .column = 0};
      in_comment = false;
      if (quote.size() < 3) quote = {};  // only the long forms go on
    }
    if (in_comment) continue;
    if (!quote.empty()) {
      if (quote.front() == '"' && c == '\\') {
        ++i;
        ++at.column;
      } else if (rest.starts_with(quote)) {
        i += quote.size() - 1;
        quote = {};
      }
      continue;
    }
    if (c == '#') {
      in_comment = true;
    } else if (c == '"' || c == '\'') {
      for (const std::string_view each : {R"(""")", "'''", "\"", "'"}) {
        if (!rest.starts_with(each)) continue;
        quote = each;
        i += each.size() - 1;
        break;
      }
    } else if (c == '.') {
      if (++parts > most_key_parts) return at;
    } else if (std::string_view{"=,[]{}\n"}.find(c) != std::string_view::npos) {
      parts = 1;
    }
  }
  return std::nullopt;
}

}  // namespace

// ---- TomlSection
// --------------------------------------------------------------------------------------------------

TomlSection::TomlSection(TomlDocument& document, const void* table, std::string name)
    : document_(document), table_(table), name_(std::move(name)) {}

Place TomlSection::place(std::string_view key) const {
  const auto* const table = table_of(table_);
  if (table == nullptr) return fmt::format("{}: ", document_.file().string());
  const auto* const value = table->get(key);
  return place_of(document_.file(), value != nullptr ? value->source().begin : table->source().begin);
}

void TomlSection::mistake(std::string_view key, const std::string& what, std::string hint) {
  document_.keep({.code = Errc::config, .what = place(key) + what, .hint = std::move(hint)});
}

void TomlSection::doubt(std::string_view key, std::string_view what, const std::string& hint) {
  document_.warnings().push_back(fmt::format("{}{}{}", place(key), what, hint.empty() ? "" : "; " + hint));
}

void TomlSection::note(std::string_view key, std::string value, bool is_default) {
  document_.settings().push_back(
      {.section = name_, .key = std::string{key}, .value = std::move(value), .is_default = is_default});
}

bool TomlSection::has(std::string_view key) const {
  return table_ != nullptr && table_of(table_)->get(key) != nullptr;
}

/// The node if it exists with this type; a mistake if it has another type.
const void* TomlSection::node(std::string_view key, std::string_view wanted_type) {
  known_.emplace_back(key);
  if (!has(key)) return nullptr;
  const auto* const found = table_of(table_)->get(key);
  const auto type = type_name(found->type());
  const bool fits = type == wanted_type || (wanted_type == "a number with a fraction" && found->is_integer());
  if (fits) return found;
  mistake(key, fmt::format("{} in [{}] must be {}, not {}", key, name_, wanted_type, type));
  return nullptr;
}

std::string TomlSection::text(std::string_view key, std::string fallback) {
  const auto* const found = node_of(node(key, "a string"));
  auto value = found != nullptr ? found->value<std::string>().value_or("") : std::move(fallback);
  if (std::ranges::any_of(
          value, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t'; })) {
    mistake(key, fmt::format("{} has a control character", key));
  }
  note(key, quoted_text(value), found == nullptr);
  return value;
}

std::string TomlSection::filled_text(std::string_view key, std::string fallback) {
  auto value = text(key, fallback);
  if (!value.empty() || fallback.empty()) return value;
  auto& setting = document_.settings().back();
  setting.value = quoted_text(fallback);
  setting.is_default = true;
  return fallback;
}

std::string TomlSection::required_text(std::string_view key, std::string_view example) {
  auto value = text(key, "");
  if (value.empty()) {
    document_.keep_missing({.code = Errc::config,
                            .what = place(key) + fmt::format("[{}] needs {}", name_, key),
                            .hint = fmt::format("for example {} = \"{}\"", key, example)});
  }
  return value;
}

int TomlSection::integer(std::string_view key, int fallback, int least, int most) {
  const auto* const found = node_of(node(key, "a whole number"));
  const auto value = found != nullptr ? found->value<std::int64_t>().value_or(0) : fallback;
  note(key, fmt::format("{}", value), found == nullptr);
  if (found != nullptr && (value < least || value > most)) {
    mistake(key, fmt::format("{} = {} is out of range", key, value),
            fmt::format("from {} to {}", least, most));
    return fallback;
  }
  return static_cast<int>(value);
}

int TomlSection::limit(std::string_view key, int fallback, int most) {
  if (!has(key) || !table_of(table_)->get(key)->is_string()) return integer(key, fallback, 0, most);
  if (text(key, "") != "none")
    mistake(key, fmt::format("{} must be a whole number or \"none\"", key),
            fmt::format("the default is {}", fallback));
  return 0;
}

std::optional<int> TomlSection::limit_or_word(std::string_view key, std::string_view word, int most) {
  if (has(key) && !table_of(table_)->get(key)->is_string()) return integer(key, 0, 0, most);
  const auto given = text(key, std::string{word});
  if (given == word) return std::nullopt;
  if (given != "none")
    mistake(key, fmt::format("{} must be a whole number, \"none\" or \"{}\"", key, word),
            fmt::format("the default is \"{}\"", word));
  return 0;
}

double TomlSection::number(std::string_view key, double fallback, double least, double most) {
  const auto* const found = node_of(node(key, "a number with a fraction"));
  const auto value = found != nullptr ? found->value<double>().value_or(0) : fallback;
  note(key, fmt::format("{}", value), found == nullptr);
  if (found != nullptr && !(value >= least && value <= most)) {
    mistake(key, fmt::format("{} = {} is out of range", key, value),
            fmt::format("from {} to {}", least, most));
    return fallback;
  }
  return value;
}

bool TomlSection::boolean(std::string_view key, bool fallback) {
  const auto* const found = node_of(node(key, "true or false"));
  const bool value = found != nullptr ? found->value<bool>().value_or(false) : fallback;
  note(key, value ? "true" : "false", found == nullptr);
  return value;
}

const void* TomlSection::duration_node(std::string_view key) {
  if (has(key)) {
    const auto* const bare = table_of(table_)->get(key)->as_integer();
    if (bare != nullptr) {
      known_.emplace_back(key);
      mistake(key, fmt::format("{} = {} has no unit", key, bare->get()),
              fmt::format("\"{0}s\", \"{0}m\", \"{0}h\" or \"{0}d\"", bare->get()));
      return nullptr;
    }
  }
  return node(key, "a string");
}

std::optional<std::chrono::milliseconds> TomlSection::optional_duration(std::string_view key) {
  const auto* const found = node_of(duration_node(key));
  if (found != nullptr && found->value<std::string>() == "none") {
    note(key, quoted_text("none"), false);
    return std::nullopt;
  }
  const auto value = given_duration(key);
  if (!value) note(key, quoted_text("none"), true);
  return value;
}

std::optional<std::chrono::milliseconds> TomlSection::given_duration(std::string_view key) {
  const auto* const found = node_of(duration_node(key));
  if (found == nullptr) return std::nullopt;
  const auto value = parse_duration(found->value<std::string>().value_or(""));
  if (!value) {
    mistake(key, fmt::format("{}: {}", key, value.error().what), value.error().hint);
    return std::nullopt;
  }
  note(key, quoted_text(format_duration(*value)), false);
  return *value;
}

std::chrono::milliseconds TomlSection::duration(std::string_view key, std::chrono::milliseconds fallback) {
  const auto value = given_duration(key);
  if (!value) note(key, quoted_text(format_duration(fallback)), true);
  return value.value_or(fallback);
}

std::optional<std::chrono::milliseconds> TomlSection::duration_or_forever(
    std::string_view key, std::chrono::milliseconds fallback) {
  const auto* const found = node_of(duration_node(key));
  if (found == nullptr || found->value<std::string>() != "forever") return duration(key, fallback);
  note(key, quoted_text("forever"), false);
  return std::nullopt;
}

std::vector<std::string> TomlSection::texts(std::string_view key) {
  const auto* const found = node_of(node(key, "a list"));
  std::vector<std::string> values;
  std::string shown;
  if (found != nullptr) {
    for (const auto& item : *found->as_array()) {
      if (!item.is_string()) {
        document_.keep({.code = Errc::config,
                        .what = place_of(document_.file(), item.source().begin) +
                                fmt::format("{} in [{}] must be a list of strings", key, name_),
                        .hint = {}});
        return {};
      }
      values.push_back(item.value<std::string>().value_or(""));
      shown += (shown.empty() ? "" : ", ") + quoted_text(values.back());
    }
  }
  note(key, "[" + shown + "]", found == nullptr);
  return values;
}

bool TomlSection::is_text(std::string_view key) const {
  return has(key) && table_of(table_)->get(key)->is_string();
}

std::vector<std::string> TomlSection::one_or_more(std::string_view key) {
  if (!is_text(key)) return texts(key);
  return {text(key, "")};
}

std::size_t TomlSection::one_of(std::string_view key, std::span<const std::string> words,
                                std::size_t fallback) {
  const auto value = text(key, words[fallback]);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == value) return i;
  }
  auto hint = did_you_mean(value, words);
  if (hint.empty()) hint = "one of: " + join(words, ", ");
  mistake(key, fmt::format("{} cannot be \"{}\"", key, value), std::move(hint));
  return fallback;
}

std::filesystem::path TomlSection::path(std::string_view key, std::string fallback) {
  const auto value = text(key, std::move(fallback));
  if (value.empty()) return {};
  return (document_.file().parent_path() / value).lexically_normal();
}

std::map<std::string, std::string> TomlSection::translations(std::string_view key) {
  const bool is_table = has(key) && table_of(table_)->get(key)->is_table();
  if (!is_table) {
    auto value = text(key, "");
    return value.empty() ? std::map<std::string, std::string>{} : std::map{std::pair{std::string{}, value}};
  }
  known_.emplace_back(key);
  std::map<std::string, std::string> values;
  std::string shown;
  for (const auto& [language, value] : *table_of(table_)->get(key)->as_table()) {
    if (!value.is_string()) {
      mistake(key, fmt::format("{} in [{}] must be a text, or a text for each language", key, name_),
              fmt::format("{} = {{ en = \"Links\", de = \"Fundstücke\" }}", key));
      return {};
    }
    auto& kept = values[ascii_lower(language.str())];
    kept = value.value<std::string>().value_or("");
    shown += fmt::format("{}{} = {}", shown.empty() ? "" : ", ", language.str(), quoted_text(kept));
  }
  note(key, "{ " + shown + " }", false);
  return values;
}

TomlSection TomlSection::table(std::string_view key, std::string name) {
  return {document_, node(key, "a table"), std::move(name)};
}

std::vector<TomlSection> TomlSection::tables(std::string_view key) {
  std::vector<TomlSection> out;
  known_.emplace_back(key);
  if (!has(key)) return out;
  const auto noun = name_.substr(0, name_.find(' '));
  const auto* const list = table_of(table_)->get(key)->as_array();
  if (list == nullptr || !list->is_homogeneous(toml::node_type::table)) {
    mistake(key, fmt::format("{} in [{}] must be a list of sections", key, name_),
            fmt::format("write [[{}.{}]]", noun, key));
    return out;
  }
  auto whose = replace_all(name_.substr(noun.size()), "\"", "");
  for (const auto& item : *list)
    out.emplace_back(
        document_, item.as_table(),
        fmt::format("{}.{} \"{}\"", noun, key, trim(fmt::format("{} {}", whose, out.size() + 1))));
  return out;
}

void TomlSection::finish() {
  if (table_ == nullptr) return;
  for (const auto& [key, value] : *table_of(table_)) {
    const std::string name{key.str()};
    if (std::ranges::find(known_, name) != known_.end()) continue;
    document_.keep({.code = Errc::config,
                    .what = place_of(document_.file(), key.source().begin) +
                            fmt::format("unknown key \"{}\" in [{}]", name, name_),
                    .hint = did_you_mean(name, known_)});
  }
}

// ---- TomlDocument
// -------------------------------------------------------------------------------------------------

struct TomlDocument::Tree {
  toml::table root;
};

TomlDocument::TomlDocument(std::string_view text, std::filesystem::path file)
    : tree_(std::make_unique<Tree>()), file_(std::move(file)) {
  if (const auto at = deep_key(text)) {
    keep({.code = Errc::config,
          .what = place_of(file_, *at) + fmt::format("a key of more than {} parts", most_key_parts),
          .hint = "sections are written as [smtp], lists of them as [[digest]]"});
    return;
  }
  try {
    tree_->root = toml::parse(text, file_.string());
  } catch (const toml::parse_error& error) {
    keep({.code = Errc::config,
          .what = place_of(file_, error.source().begin) + collapse_blanks(clean_utf8(error.description())),
          .hint = "not valid TOML; strings need quotes"});
  }
}

TomlDocument::~TomlDocument() = default;

void TomlDocument::keep(Error error) {
  if (!first_) first_ = std::move(error);
}

void TomlDocument::keep_missing(Error error) {
  if (!first_missing_) first_missing_ = std::move(error);
}

TomlSection TomlDocument::section(std::string_view key) {
  known_.emplace_back(key);
  const auto* const found = tree_->root.get(key);
  if (found == nullptr) return {*this, nullptr, std::string{key}};
  if (const auto* const table = found->as_table()) return {*this, table, std::string{key}};
  keep({.code = Errc::config,
        .what = place_of(file_, found->source().begin) + fmt::format("{} must be a section", key),
        .hint = fmt::format("write [{}]", key)});
  return {*this, nullptr, std::string{key}};
}

std::vector<TomlSection> TomlDocument::sections(std::string_view key) {
  known_.emplace_back(key);
  std::vector<TomlSection> out;
  const auto* const found = tree_->root.get(key);
  if (found == nullptr) return out;
  const auto* const list = found->as_array();
  if (list == nullptr || !list->is_homogeneous(toml::node_type::table)) {
    keep({.code = Errc::config,
          .what = place_of(file_, found->source().begin) + fmt::format("{} must be a list of sections", key),
          .hint = fmt::format("write [[{}]]", key)});
    return out;
  }
  for (const auto& item : *list) {
    const auto* const table = item.as_table();
    const auto name = table->get("name") != nullptr ? table->get("name")->value<std::string>() : std::nullopt;
    out.emplace_back(*this, table, name ? fmt::format("{} \"{}\"", key, *name) : std::string{key});
  }
  return out;
}

Result<void> TomlDocument::finish() {
  for (const auto& [key, value] : tree_->root) {
    const std::string name{key.str()};
    if (std::ranges::find(known_, name) != known_.end()) continue;
    keep({.code = Errc::config,
          .what = place_of(file_, key.source().begin) + fmt::format("unknown section [{}]", name),
          .hint = did_you_mean(name, known_)});
  }
  if (first_) return tl::unexpected<Error>(*first_);
  if (first_missing_) return tl::unexpected<Error>(*first_missing_);
  return {};
}

}  // namespace tidings::config
