#include "store/postgres_sql.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/text.hpp"

namespace tidings::store {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Words, quoted texts and single characters, each with the white space before it; no comments.
struct Token {
  std::string_view space;
  std::string_view text;
};

/// Where the comment at `at` ends, or `at`.
std::size_t past_comment(std::string_view sql, std::size_t at) {
  if (sql.substr(at, 2) == "--") return std::min(sql.find('\n', at), sql.size());
  if (sql.substr(at, 2) == "/*") return std::min(sql.find("*/", at), sql.size() - 2) + 2;
  return at;
}

std::size_t past_quoted(std::string_view sql, std::size_t at) {
  const char quote = sql[at];
  for (++at; at < sql.size(); ++at) {
    if (sql[at] != quote) continue;
    if (at + 1 == sql.size() || sql[at + 1] != quote) return at + 1;
    ++at;
  }
  return at;
}

std::vector<Token> tokens_of(std::string_view sql) {
  std::vector<Token> tokens;
  std::size_t at = 0;
  while (at < sql.size()) {
    const auto start = at;
    while (at < sql.size() && (sql[at] == ' ' || sql[at] == '\n' || sql[at] == '\t')) ++at;
    const auto space = sql.substr(start, at - start);
    if (at == sql.size()) break;
    if (const auto past = past_comment(sql, at); past != at) {
      at = past;
      continue;
    }
    const auto begin = at;
    if (sql[at] == '\'' || sql[at] == '"') {
      at = past_quoted(sql, at);
    } else if (sql.substr(at, 2) == "::") {
      at += 2;
    } else if (is_word(sql[at]) || (sql[at] == ':' && at + 1 < sql.size() && is_word(sql[at + 1]))) {
      do ++at;
      while (at < sql.size() && is_word(sql[at]));
    } else {
      ++at;
    }
    // What a comment parted stays apart.
    const bool after_comment = space.empty() && begin > 0 && !tokens.empty() && sql[begin - 1] == '/';
    tokens.push_back(
        {.space = after_comment ? std::string_view{" "} : space, .text = sql.substr(begin, at - begin)});
  }
  return tokens;
}

bool is_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

/// The place of a named parameter, which is made if it is new.
std::size_t place_of(std::vector<std::string>& names, std::string_view name) {
  const auto known = std::ranges::find(names, name);
  if (known != names.end()) return static_cast<std::size_t>(known - names.begin()) + 1;
  names.emplace_back(name);
  return names.size();
}

/// lookup ( :rows , KEY , NUMBER ): eight tokens of a statement.
constexpr std::size_t lookup_tokens = 8;

/// UPDATE .. WHERE ..: the join with the rows comes before the first WHERE, which no subquery may precede.
void join_rows(PostgresStatement& statement, const std::string& key) {
  auto& sql = statement.sql;
  std::string arrays;
  std::string columns = "key";
  for (std::size_t i = 0; i <= statement.lookup_columns; ++i)
    arrays += fmt::format("{}${}", i == 0 ? "" : ", ", statement.lookup_place + i);
  for (std::size_t i = 0; i < statement.lookup_columns; ++i) columns += fmt::format(", c{}", i);
  const auto where = sql.find(" WHERE ");
  TIDINGS_CHECK(where != std::string::npos);
  sql.insert(where, fmt::format(" FROM unnest({}) AS taken ({})", arrays, columns));
  sql += fmt::format(" AND taken.key = {} RETURNING taken.key", key);
}

}  // namespace

PostgresStatement statement_for_postgres(std::string_view sql) {
  PostgresStatement out;
  const auto tokens = tokens_of(sql);
  // The places of a lookup's columns follow the place of its keys, so their number comes first.
  for (std::size_t i = 0; i + lookup_tokens <= tokens.size(); ++i) {
    if (tokens[i].text != "lookup") continue;
    const auto column = static_cast<std::size_t>(tokens[i + 6].text[0] - '0');
    out.lookup_columns = std::max(out.lookup_columns, column + 1);
  }
  std::string key;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto& [space, text] = tokens[i];
    const bool first = out.sql.empty();
    // One blank between words, so that join_rows() finds its place.
    if (!space.empty() && !first) out.sql += ' ';
    if (text == "lookup") {
      if (out.lookup_place == 0) {
        out.lookup_place = place_of(out.names, tokens[i + 2].text);
        for (std::size_t c = 0; c < out.lookup_columns; ++c)
          out.names.push_back(fmt::format("{}.{}", tokens[i + 2].text, c));
      }
      key = tokens[i + 4].text;
      out.sql += fmt::format("taken.c{}", tokens[i + 6].text);
      i += lookup_tokens - 1;
    } else if (text == "server_ms") {
      out.sql += "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";
      i += 2;  // its parentheses
    } else if (text[0] == ':' && text != "::") {
      out.sql += fmt::format("${}", place_of(out.names, text));
    } else if (text == "?") {
      out.names.emplace_back();
      out.sql += fmt::format("${}", out.names.size());
    } else if (text == "+" && i > 0 && is_any(tokens[i - 1].text, {"WHERE", "AND", "OR"})) {
      continue;
    } else {
      out.sql += text;
    }
  }
  if (out.lookup_place > 0) join_rows(out, key);
  return out;
}

std::string text_for_postgres(std::string_view text) {
  return is_valid_utf8(text) && text.find('\0') == std::string_view::npos ? std::string{text}
                                                                          : clean_utf8(text);
}

namespace {

/// What is made otherwise there. An index takes no texts above 2,700 bytes; of these, nobody asks for more
/// than equality. Recipients without an outcome have a table of their own, which is only inserted into.
struct Replacement {
  std::string_view ours;
  std::string_view theirs;
};
constexpr std::array<Replacement, 3> replacements{{
    {"CREATE INDEX posts_link_key ON posts (link_key)",
     "CREATE INDEX posts_link_key ON posts USING hash (link_key)"},
    {",\n  UNIQUE (edition_id, language, posts)\n)",
     "\n);\nCREATE UNIQUE INDEX segments_posts ON segments (edition_id, language, md5(posts))"},
    {"settled_ms, relay_id FROM deliveries",
     "settled_ms, relay_id FROM deliveries\n  UNION ALL\n"
     "  SELECT p.edition_id, p.subscriber_id, p.segment_id, 1, 0, NULL, NULL, NULL, NULL, NULL FROM "
     "planned_deliveries p\n"
     "  WHERE NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.edition_id = p.edition_id\n"
     "                    AND d.subscriber_id = p.subscriber_id)"},
}};

/// Three look-ups for each outcome, and a lock of the edition's row that all workers would hold: more than
/// the row itself costs. Its rows come from a plan that was made of what they refer to.
constexpr std::string_view without_keys = "deliveries";

/// One statement of a migration, as it is put together again.
class SchemaStatement {
 public:
  explicit SchemaStatement(std::vector<Token> tokens) : tokens_(std::move(tokens)) {
    is_table_ = tokens_.size() > 2 && tokens_[0].text == "CREATE" && tokens_[1].text == "TABLE";
    if (is_table_) table_ = tokens_[2].text;
  }

  /// Foreign keys of new tables are added to `later`.
  std::string translated(std::string& later) {
    std::string out;
    int depth = 0;
    std::string_view column;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const auto text = tokens_[i].text;
      if (text == "(") ++depth;
      if (text == ")") --depth;
      if (is_table_ && depth == 1 && (text == "(" || text == ",") && i + 1 < tokens_.size())
        column = tokens_[i + 1].text;
      if (is_table_ && depth == 1 && text == "REFERENCES") {
        i = skip_reference(i, column, later) - 1;
        continue;
      }
      if (is_table_ && depth == 0 && i > 3 && text != ")") {
        if (is_any(text, {"STRICT", "WITHOUT", "ROWID", ","})) continue;
      }
      if (text == "+" && i > 0 && is_any(tokens_[i - 1].text, {"WHERE", "AND", "OR"})) {
        out += ' ';
        continue;
      }
      if (text == "AUTOINCREMENT") continue;
      if (!out.empty()) out += tokens_[i].space;
      out += word(i, column, depth);
    }
    return out;
  }

 private:
  [[nodiscard]] std::string word(std::size_t i, std::string_view column, int depth) const {
    const auto text = tokens_[i].text;
    const bool is_type = (is_table_ && depth == 1 && i > 0 && tokens_[i - 1].text == column) ||
                         (tokens_[0].text == "ALTER" && i > 1 && tokens_[i - 2].text == "COLUMN");
    if (!is_type) return std::string{text};
    if (text == "INTEGER") {
      const bool is_own_id = column == "id" && i + 1 < tokens_.size() && tokens_[i + 1].text == "PRIMARY";
      return is_own_id ? "BIGINT GENERATED BY DEFAULT AS IDENTITY" : "BIGINT";
    }
    if (text == "TEXT") return "TEXT COLLATE \"C\"";
    if (text == "BLOB") return "BYTEA";
    return std::string{text};
  }

  /// REFERENCES table (column) [ON DELETE CASCADE | SET NULL]; returns the place after it.
  std::size_t skip_reference(std::size_t i, std::string_view column, std::string& later) const {
    std::string clause;
    std::size_t end = i + 5;
    if (end < tokens_.size() && tokens_[end].text == "ON") end += tokens_[end + 2].text == "SET" ? 4 : 3;
    if (table_ == without_keys) return end;
    for (std::size_t at = i; at < end; ++at) clause += fmt::format("{} ", tokens_[at].text);
    later += fmt::format("ALTER TABLE {} ADD FOREIGN KEY ({}) {};\n", table_, column, clause);
    return end;
  }

  std::vector<Token> tokens_;
  bool is_table_ = false;
  std::string_view table_;
};

/// What SQLite keeps of ids that were given, in words of PostgreSQL's sequences: "INSERT INTO sqlite_sequence
/// (name, seq) SELECT 'new', seq FROM sqlite_sequence WHERE name = 'old'". Nothing for its DELETE.
std::string sequence_of(std::span<const Token> statement) {
  if (statement.front().text != "INSERT") return {};
  const auto unquoted = [](std::string_view name) { return name.substr(1, name.size() - 2); };
  const auto select = std::ranges::find(statement, "SELECT", &Token::text);
  TIDINGS_CHECK(select != statement.end());
  return fmt::format("SELECT setval('{}_id_seq', last_value, is_called) FROM {}_id_seq;\n",
                     unquoted((select + 1)->text), unquoted(statement.back().text));
}

/// A table's sequence goes by its name.
std::string sequence_renamed(std::span<const Token> statement) {
  return fmt::format("ALTER SEQUENCE IF EXISTS {}_id_seq RENAME TO {}_id_seq;\n", statement[2].text,
                     statement.back().text);
}

}  // namespace

std::string schema_for_postgres(std::string_view sql) {
  std::string out;
  std::string later;
  std::vector<Token> statement;
  for (const auto& token : tokens_of(sql)) {
    if (token.text != ";") {
      statement.push_back(token);
      continue;
    }
    const auto tokens = std::exchange(statement, {});
    const auto has = [&](std::string_view word) {
      return std::ranges::find(tokens, word, &Token::text) != tokens.end();
    };
    if (tokens.empty()) continue;
    if (has("sqlite_sequence")) {
      out += sequence_of(tokens);
      continue;
    }
    const bool renames = has("RENAME") && has("TABLE") && !has("COLUMN");
    if (renames) out += std::exchange(later, {});  // they know the table by its old name
    auto text = SchemaStatement{tokens}.translated(later);
    for (const auto& [ours, theirs] : replacements) {
      if (const auto at = text.find(ours); at != std::string::npos) text.replace(at, ours.size(), theirs);
    }
    out += text + ";\n";
    if (renames) out += sequence_renamed(tokens);
  }
  return out + later;
}

}  // namespace tidings::store
