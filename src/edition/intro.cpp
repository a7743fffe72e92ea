#include "edition/intro.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "digest/edition_table.hpp"

namespace tidings::edition {

Result<bool> take_intro_once(const config::DigestConfig& digest, store::Database& database,
                             EditionFacts& facts) {
  std::error_code ignored;
  if (digest.intro_once.empty() || !facts.intro_markdown.empty() ||
      !std::filesystem::exists(digest.intro_once, ignored))
    return false;
  const auto text = read_file(digest.intro_once, 1 << 20);
  if (!text)
    return fail(Errc::config, fmt::format("digest \"{}\": intro_once: {}", digest.name, text.error().what));
  const auto clean = clean_utf8(*text);
  const std::string markdown{trim(clean)};
  if (markdown.empty()) return false;
  TIDINGS_LET(const bool used, digest::EditionTable(database).has_used_intro(digest.name, markdown));
  if (!used) facts.intro_markdown = markdown;
  return !used;
}

}  // namespace tidings::edition
