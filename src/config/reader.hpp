// Strict reading of TOML tables: every value has a type, a default (or none) and a place; every key must be
// known.
//
// The first mistake (in reading order) is kept, and later reads give defaults; the document's finish()
// returns it. Only this module knows toml++.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"

namespace tidings::config {

class TomlDocument;

/// "file:line:column: " of something that was read.
using Place = std::string;

/// A word that a key may have, and what it stands for.
template <class Value>
struct Choice {
  std::string word;
  Value value;
};

class TomlSection {
 public:
  /// nullptr for a missing section: then every value is its default.
  TomlSection(TomlDocument& document, const void* table, std::string name);

  [[nodiscard]] std::string text(std::string_view key, std::string fallback);
  /// Empty text counts as absent: `fallback` then applies, and is shown.
  [[nodiscard]] std::string filled_text(std::string_view key, std::string fallback);
  /// A mistake if it is absent or empty.
  [[nodiscard]] std::string required_text(std::string_view key, std::string_view example);
  [[nodiscard]] int integer(std::string_view key, int fallback, int least, int most);
  /// A count; 0 and "none" mean no limit and give 0.
  [[nodiscard]] int limit(std::string_view key, int fallback, int most);
  /// The same, or `word`, which is also the default: nothing is returned.
  [[nodiscard]] std::optional<int> limit_or_word(std::string_view key, std::string_view word, int most);
  [[nodiscard]] double number(std::string_view key, double fallback, double least, double most);
  [[nodiscard]] bool boolean(std::string_view key, bool fallback);
  [[nodiscard]] std::chrono::milliseconds duration(std::string_view key, std::chrono::milliseconds fallback);
  /// Absent or "none": nothing.
  [[nodiscard]] std::optional<std::chrono::milliseconds> optional_duration(std::string_view key);
  /// "forever": nothing.
  [[nodiscard]] std::optional<std::chrono::milliseconds> duration_or_forever(
      std::string_view key, std::chrono::milliseconds fallback);
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);
  /// One text, as that of "", or a table of texts by language tag, in lower case.
  [[nodiscard]] std::map<std::string, std::string> translations(std::string_view key);
  /// One string, or a list of them.
  [[nodiscard]] std::vector<std::string> one_or_more(std::string_view key);
  /// The index of the word in `words`; a mistake lists them and the nearest one.
  [[nodiscard]] std::size_t one_of(std::string_view key, std::span<const std::string> words,
                                   std::size_t fallback);
  /// What the word stands for, else what the choice of that index does.
  template <class Value, std::size_t N>
  [[nodiscard]] Value choice(std::string_view key, const std::array<Choice<Value>, N>& choices,
                             std::size_t fallback = 0) {
    std::array<std::string, N> words;
    std::ranges::transform(choices, words.begin(), &Choice<Value>::word);
    return choices[one_of(key, words, fallback)].value;
  }
  /// Relative to the file's folder; empty stays empty.
  [[nodiscard]] std::filesystem::path path(std::string_view key, std::string fallback);

  /// The table of that key as a section that errors and `config show` call `name`.
  [[nodiscard]] TomlSection table(std::string_view key, std::string name);

  /// [[SECTION.key]]: one section each, named `SECTION.key "NAME 1"` in errors and `config show`.
  [[nodiscard]] std::vector<TomlSection> tables(std::string_view key);

  /// A mistake about a key that has been read: its place, `what` and `hint`.
  void mistake(std::string_view key, const std::string& what, std::string hint = {});
  /// The same of what may be one: told, and no obstacle.
  void doubt(std::string_view key, std::string_view what, const std::string& hint = {});
  [[nodiscard]] Place place(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] bool is_text(std::string_view key) const;
  [[nodiscard]] std::string_view name() const { return name_; }

  /// Every key that was not read is a mistake.
  void finish();

 private:
  [[nodiscard]] const void* node(std::string_view key, std::string_view wanted_type);
  [[nodiscard]] const void* duration_node(std::string_view key);
  [[nodiscard]] std::optional<std::chrono::milliseconds> given_duration(std::string_view key);
  void note(std::string_view key, std::string value, bool is_default);

  TomlDocument& document_;
  const void* table_;
  std::string name_;
  std::vector<std::string> known_;
};

class TomlDocument {
 public:
  TomlDocument(std::string_view text, std::filesystem::path file);
  TomlDocument(const TomlDocument&) = delete;
  TomlDocument& operator=(const TomlDocument&) = delete;
  ~TomlDocument();

  [[nodiscard]] TomlSection section(std::string_view key);
  /// [[key]]: one section each, named `key "NAME"` by its own name.
  [[nodiscard]] std::vector<TomlSection> sections(std::string_view key);

  /// Unknown sections are mistakes; then the first mistake of all, if any.
  [[nodiscard]] Result<void> finish();

  void keep(Error error);
  /// A missing key, reported only if nothing else is wrong, since a misspelt key explains it better.
  void keep_missing(Error error);
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  [[nodiscard]] std::vector<Setting>& settings() { return settings_; }
  /// What may be a mistake, with its place.
  [[nodiscard]] std::vector<std::string>& warnings() { return warnings_; }

 private:
  struct Tree;
  std::unique_ptr<Tree> tree_;
  std::filesystem::path file_;
  std::vector<std::string> known_;
  std::optional<Error> first_;
  std::optional<Error> first_missing_;
  std::vector<Setting> settings_;
  std::vector<std::string> warnings_;
};

}  // namespace tidings::config
