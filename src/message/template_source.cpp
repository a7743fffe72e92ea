#include "message/template_source.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace tidings::message {
namespace {

// Far above any sensible template; bounds recursion and the growth of partials that contain each other.
constexpr std::size_t max_section_depth = 100;
constexpr std::size_t max_partial_depth = 50;
constexpr std::size_t max_program_bytes = 8U << 20U;
constexpr std::size_t max_inclusions = 10'000;

enum class Kind { text, variable, unescaped, section, inverted, end, partial, comment, delimiters };

/// A piece of text or one tag of a source.
struct Token {
  Kind kind = Kind::text;
  std::size_t at = 0;         ///< offset in the source
  std::string_view body{};    ///< text, or the tag's name
  std::string indentation{};  ///< of a standalone partial
};

/// A position in a source: errors report its line and column.
struct Place {
  std::string_view file;
  std::string_view source;
  std::size_t indentation = 0;  ///< blanks added before each line, not counted in columns

  [[nodiscard]] tl::unexpected<Error> error(std::size_t at, std::string_view what,
                                            std::string hint = {}) const {
    const auto before = source.substr(0, at);
    const auto line = 1 + std::ranges::count(before, '\n');
    const auto start = before.rfind('\n');
    auto column = at - (start == std::string_view::npos ? 0 : start + 1) + 1;
    column -= std::min(indentation, column - 1);
    return fail(Errc::config, fmt::format("{}:{}:{}: {}", file, line, column, what), std::move(hint));
  }
};

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// ---- tokens
// ---------------------------------------------------------------------------------------------------------

class Tokenizer {
 public:
  explicit Tokenizer(const Place& place) : place_(place), source_(place.source) {}

  Result<std::vector<Token>> read() {
    std::size_t at = 0;
    while (at < source_.size()) {
      const auto tag = source_.find(open_, at);
      const auto text_end = std::min(tag, source_.size());
      if (text_end > at)
        tokens_.push_back({.kind = Kind::text, .at = at, .body = source_.substr(at, text_end - at)});
      if (tag == std::string_view::npos) break;
      TIDINGS_LET(at, read_tag(tag));
    }
    return std::move(tokens_);
  }

 private:
  Result<std::size_t> read_tag(std::size_t tag) {
    auto start = tag + open_.size();
    const char sigil = start < source_.size() ? source_[start] : '\0';
    std::string close = close_;
    if (sigil == '{') close.insert(0, "}");
    if (sigil == '=') close.insert(0, "=");
    Token token{.kind = kind_of(sigil), .at = tag};
    if (token.kind != Kind::variable) ++start;
    const auto end = source_.find(close, start);
    if (end == std::string_view::npos)
      return place_.error(tag, fmt::format("this tag is not closed by \"{}\"", close));
    token.body = trim(source_.substr(start, end - start));
    if (token.kind == Kind::delimiters) {
      TIDINGS_TRY(set_delimiters(tag, token.body));
    } else if (token.kind != Kind::comment) {
      TIDINGS_TRY(check_name(tag, token.body));
    }
    tokens_.push_back(std::move(token));
    return end + close.size();
  }

  static Kind kind_of(char sigil) {
    switch (sigil) {
      case '#': return Kind::section;
      case '^': return Kind::inverted;
      case '/': return Kind::end;
      case '>': return Kind::partial;
      case '!': return Kind::comment;
      case '=': return Kind::delimiters;
      case '{':
      case '&': return Kind::unescaped;
      default: return Kind::variable;
    }
  }

  [[nodiscard]] Result<void> check_name(std::size_t tag, std::string_view name) const {
    if (name.empty()) return place_.error(tag, "this tag has no name");
    const auto bad = name.find_first_of(" \t\r\n");
    if (bad != std::string_view::npos)
      return place_.error(tag, fmt::format("a name cannot have blanks: \"{}\"", collapse_blanks(name)));
    return {};
  }

  Result<void> set_delimiters(std::size_t tag, std::string_view pair) {
    const auto gap = pair.find_first_of(" \t\r\n");
    const auto open = pair.substr(0, gap);
    const auto close = gap == std::string_view::npos ? std::string_view{} : trim(pair.substr(gap));
    if (open.empty() || close.empty() || pair.find('=') != std::string_view::npos ||
        close.find_first_of(" \t\r\n") != std::string_view::npos) {
      return place_.error(tag, "delimiters are two words without \"=\" or blanks", "for example {{=<% %>=}}");
    }
    // `pair` points into the source, so its words outlive the old delimiters
    open_ = std::string{open};
    close_ = std::string{close};
    return {};
  }

  const Place& place_;
  std::string_view source_;
  std::string open_ = "{{";
  std::string close_ = "}}";
  std::vector<Token> tokens_;
};

/// Removes the blanks and the line end around tags that are alone on their lines.
void strip_standalone_lines(std::vector<Token>& tokens) {
  struct Cut {
    std::size_t front = 0;
    std::size_t back = 0;
  };
  std::vector<Cut> cuts(tokens.size());
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Kind kind = tokens[i].kind;
    if (kind == Kind::text || kind == Kind::variable || kind == Kind::unescaped) continue;
    std::string_view before;
    if (i > 0) {
      if (tokens[i - 1].kind != Kind::text) continue;
      before = tokens[i - 1].body;
    }
    const auto blanks_from = before.find_last_not_of(" \t") + 1;  // npos + 1 is 0: all blank
    if (blanks_from == 0 ? i > 1 : before[blanks_from - 1] != '\n') continue;
    std::size_t skip = 0;
    if (i + 1 < tokens.size()) {
      if (tokens[i + 1].kind != Kind::text) continue;
      const auto after = tokens[i + 1].body;
      while (skip < after.size() && is_blank(after[skip])) ++skip;
      if (skip == after.size()) {
        if (i + 2 < tokens.size()) continue;
      } else if (after[skip] == '\n') {
        ++skip;
      } else if (after.substr(skip).starts_with("\r\n")) {
        skip += 2;
      } else {
        continue;
      }
      cuts[i + 1].front = skip;
    }
    if (i > 0) cuts[i - 1].back = before.size() - blanks_from;
    if (kind == Kind::partial) tokens[i].indentation = std::string{before.substr(blanks_from)};
  }
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    auto& body = tokens[i].body;
    if (tokens[i].kind != Kind::text) continue;
    // Between two standalone tags both cuts may meet in blanks before the line end; otherwise they never
    // overlap.
    body.remove_prefix(std::min(cuts[i].front, body.size()));
    body.remove_suffix(std::min(cuts[i].back, body.size()));
  }
}

std::string indent(std::string_view source, std::string_view indentation) {
  std::string out;
  for (std::size_t at = 0; at < source.size();) {
    const auto end = std::min(source.find('\n', at), source.size() - 1) + 1;
    const auto line = source.substr(at, end - at);
    if (!trim(line).empty()) out += indentation;  // blank lines get no trailing blanks
    out += line;
    at = end;
  }
  return out;
}

// ---- names
// ----------------------------------------------------------------------------------------------------------

/// The names allowed at a point of a template, from sample data.
class Scopes {
 public:
  explicit Scopes(const nlohmann::json* known) {
    if (known != nullptr) scopes_.push_back(known);
  }

  [[nodiscard]] bool strict() const { return !scopes_.empty(); }

  [[nodiscard]] const nlohmann::json* find(const std::vector<std::string>& parts) const {
    if (parts.empty()) return scopes_.back();
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      if (!(*scope)->is_object() || !(*scope)->contains(parts.front())) continue;
      const auto* found = &(**scope)[parts.front()];
      for (std::size_t i = 1; i < parts.size(); ++i) {
        if (!found->is_object() || !found->contains(parts[i])) return nullptr;
        found = &(*found)[parts[i]];
      }
      return found;
    }
    return nullptr;
  }

  /// Enters a section: a list's elements look like its first.
  void push(const nlohmann::json* value) {
    if (value != nullptr && value->is_array() && !value->empty()) value = &value->front();
    scopes_.push_back(value != nullptr && value->is_object() ? value : &nothing_);
  }
  void pop() { scopes_.pop_back(); }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      if (!(*scope)->is_object()) continue;
      for (const auto& [name, value] : (*scope)->items()) {
        all.push_back(name);
        if (!value.is_object()) continue;
        for (const auto& [inner, unused] : value.items()) all.push_back(fmt::format("{}.{}", name, inner));
      }
    }
    return all;
  }

 private:
  std::vector<const nlohmann::json*> scopes_;
  nlohmann::json nothing_ = false;
};

// ---- the program
// ----------------------------------------------------------------------------------------------------

class TemplateReader {
 public:
  explicit TemplateReader(const TemplateOptions& options) : options_(options), scopes_(options.known) {
    write_text(std::string_view{&Program::guard, 1});
  }

  Result<void> read(const Place& place, std::size_t depth) {
    Tokenizer tokenizer{place};
    TIDINGS_LET(auto tokens, tokenizer.read());
    strip_standalone_lines(tokens);
    const auto outer = open_.size();
    for (const auto& token : tokens) {
      TIDINGS_TRY(read_token(place, token, depth, outer));
      if (program_.source.size() + text_bytes_ > max_program_bytes)
        return place.error(token.at, "the template is too large with its partials");
    }
    if (open_.size() > outer) {
      return place.error(open_.back().at, fmt::format("the section \"{}\" is not closed", open_.back().name));
    }
    return {};
  }

  Program take() { return std::move(program_); }

 private:
  struct Open {
    std::string name;
    std::size_t at = 0;
    bool scope = false;
    bool marked = false;  ///< part marks at the beginning of its elements and after it
  };

  Result<void> read_token(const Place& place, const Token& token, std::size_t depth, std::size_t outer) {
    switch (token.kind) {
      case Kind::text: write_text(token.body); return {};
      case Kind::comment:
      case Kind::delimiters: return {};
      case Kind::partial: return read_partial(place, token, depth);
      case Kind::section:
      case Kind::inverted: return open_section(place, token);
      case Kind::end: return close_section(place, token, outer);
      case Kind::variable:
      case Kind::unescaped: return read_variable(place, token);
    }
    return {};
  }

  Result<void> read_variable(const Place& place, const Token& token) {
    const auto name = number_of(token.body);
    if (scopes_.strict()) {
      TIDINGS_LET(const auto* known, find(place, token, name));
      if (known->is_boolean() || known->is_array() || known->is_object()) {
        return place.error(token.at, fmt::format("\"{}\" is a section, not a value", token.body),
                           fmt::format("{{{{#{0}}}}} ... {{{{/{0}}}}}", token.body));
      }
      if (token.kind == Kind::unescaped && options_.escape == Escape::html &&
          !token.body.ends_with("_html")) {
        return place.error(
            token.at,
            fmt::format("\"{}\" must be escaped: only names that end in _html hold HTML", token.body),
            fmt::format("write {{{{{}}}}}", token.body));
      }
    }
    write_tag(token.kind == Kind::unescaped ? "&" : "", Program::variable, name);
    return {};
  }

  Result<void> open_section(const Place& place, const Token& token) {
    if (open_.size() >= max_section_depth) return place.error(token.at, "sections are nested too deeply");
    const auto name = number_of(token.body);
    const bool inverted = token.kind == Kind::inverted;
    bool marked = false;
    if (scopes_.strict()) {
      TIDINGS_LET(const auto* known, find(place, token, name));
      if (known->is_string() || known->is_number()) {
        return place.error(token.at, fmt::format("\"{}\" is a value, not a section", token.body),
                           fmt::format("did you mean \"has_{}\"?", token.body));
      }
      marked = options_.marks == Marks::parts && !inverted && known->is_array();
      if (!inverted) scopes_.push(known);
    }
    open_.push_back({.name = std::string{token.body},
                     .at = token.at,
                     .scope = !inverted && scopes_.strict(),
                     .marked = marked});
    write_tag(inverted ? "^" : "#", Program::section, name);
    if (marked) write_text({&part_mark, 1});
    return {};
  }

  Result<void> close_section(const Place& place, const Token& token, std::size_t outer) {
    if (open_.size() == outer)
      return place.error(token.at, fmt::format("no section \"{}\" is open here", token.body));
    const auto last = open_.back();
    if (last.name != token.body) {
      return place.error(token.at,
                         fmt::format("\"{}\" is closed while \"{}\" is open", token.body, last.name));
    }
    open_.pop_back();
    if (last.scope) scopes_.pop();
    write_tag("/", Program::section, number_of(token.body));
    if (last.marked) write_text({&part_mark, 1});
    return {};
  }

  Result<void> read_partial(const Place& place, const Token& token, std::size_t depth) {
    const std::string name{token.body};
    auto partial = options_.partials ? options_.partials(name) : std::nullopt;
    if (!partial) {
      if (!scopes_.strict()) return {};
      return place.error(token.at, fmt::format("there is no partial \"{}\"", name));
    }
    auto& inside = inclusions_[name];
    if (inside > options_.recursion_limit || depth >= max_partial_depth) {
      if (options_.recursion_limit == 0)
        return place.error(token.at, fmt::format("the partial \"{}\" contains itself", name));
      program_.source += fmt::format("{{{{{}0}}}}", Program::too_deep);
      return {};
    }
    if (++all_inclusions_ > max_inclusions)
      return place.error(token.at, "the template is too large with its partials");
    ++inside;
    const auto source =
        token.indentation.empty() ? std::move(partial->source) : indent(partial->source, token.indentation);
    auto done =
        read({.file = partial->file, .source = source, .indentation = token.indentation.size()}, depth + 1);
    --inclusions_[name];
    return done;
  }

  [[nodiscard]] Result<const nlohmann::json*> find(const Place& place, const Token& token,
                                                   std::size_t name) const {
    const auto* known = scopes_.find(program_.names[name].parts);
    if (known != nullptr) return known;
    return place.error(token.at, fmt::format("unknown name \"{}\"", token.body),
                       did_you_mean(token.body, scopes_.names()));
  }

  std::size_t number_of(std::string_view spelling) {
    const auto [it, added] = numbers_.try_emplace(std::string{spelling}, program_.names.size());
    if (added) {
      Program::Name name{.spelling = std::string{spelling}, .parts = {}};
      if (spelling != ".") {
        for (const auto part : split(spelling, '.')) name.parts.emplace_back(part);
      }
      program_.names.push_back(std::move(name));
    }
    return it->second;
  }

  void write_text(std::string_view text) {
    if (text.empty()) return;
    write_tag("&", Program::literal, program_.literals.size());
    program_.literals.emplace_back(text);
    text_bytes_ += text.size();
  }

  void write_tag(std::string_view sigil, char kind, std::size_t number) {
    program_.source += fmt::format("{{{{{}{}{}}}}}", sigil, kind, number);
  }

  const TemplateOptions& options_;
  Scopes scopes_;
  Program program_;
  std::vector<Open> open_;
  std::map<std::string, int> inclusions_;
  std::map<std::string, std::size_t> numbers_;
  std::size_t text_bytes_ = 0;
  std::size_t all_inclusions_ = 0;
};

}  // namespace

Result<Program> read_template(std::string_view file, std::string_view source,
                              const TemplateOptions& options) {
  TemplateReader reader{options};
  TIDINGS_TRY(reader.read({.file = file, .source = source}, 0));
  return reader.take();
}

}  // namespace tidings::message
