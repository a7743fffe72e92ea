#include "returns/editor_reply.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"
#include "digest/edition_table.hpp"
#include "edition/editions.hpp"
#include "edition/review.hpp"

namespace tidings::returns {
namespace {

/// So that a mail program that answers by itself, and does not say so, cannot go on for ever.
constexpr std::int64_t most_revisions = 100;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

/// "3", "3, 5", "#3 and 5".
std::optional<std::vector<std::size_t>> numbers_of(std::string_view text) {
  std::vector<std::size_t> out;
  std::string spaced{text};
  std::ranges::replace_if(
      spaced, [](char c) { return c == ',' || c == '#' || c == ';' || c == '.'; }, ' ');
  for (const auto word : split(spaced, ' ')) {
    if (word.empty() || word == "and" || word == "post" || word == "posts") continue;
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc{} || end != word.data() + word.size() || number < 1 || number > 10'000)
      return std::nullopt;
    if (std::ranges::find(out, number) == out.end()) out.push_back(number);
  }
  return out.empty() ? std::nullopt : std::optional{out};
}

/// False if the line is no wish.
bool read_line(std::string_view line, EditorWishes& wishes) {
  const auto lower = ascii_lower(line);
  auto word = std::string_view{lower};
  while (!word.empty() && std::string_view{".!,"}.find(word.back()) != std::string_view::npos)
    word.remove_suffix(1);
  if (is_one_of(word, {"ok", "okay", "approve", "approved"})) {
    wishes.verdict = EditorWishes::Verdict::ok;
    return true;
  }
  if (word == "hold") {
    wishes.verdict = EditorWishes::Verdict::hold;
    return true;
  }
  for (const auto& [name, list] : {std::pair{"drop ", &wishes.drop}, std::pair{"first ", &wishes.first}}) {
    const std::string_view command{name};
    if (!lower.starts_with(command)) continue;
    const auto numbers = numbers_of(std::string_view{lower}.substr(command.size()));
    if (!numbers) return false;
    list->insert(list->end(), numbers->begin(), numbers->end());
    return true;
  }
  if (lower.starts_with("subject:")) {
    wishes.subject = collapse_blanks(line.substr(8));
    return true;
  }
  return false;
}

/// The draft's posts rearranged; Errc::bad_data names a number that it does not have.
Result<std::vector<PostId>> arranged(const std::vector<PostId>& shown, const EditorWishes& wishes) {
  for (const auto* const list : {&wishes.drop, &wishes.first}) {
    for (const auto number : *list) {
      if (number > shown.size())
        return fail(Errc::bad_data, fmt::format("there is no post {}: the draft has {}", number,
                                                plural(static_cast<long long>(shown.size()), "post")));
    }
  }
  std::vector<PostId> order;
  const auto add = [&](PostId id) {
    if (std::ranges::find(order, id) == order.end()) order.push_back(id);
  };
  for (const auto number : wishes.first) add(shown[number - 1]);
  for (const auto id : shown) add(id);
  for (const auto number : wishes.drop) std::erase(order, shown[number - 1]);
  return order;
}

Result<std::string> change(const config::Context& context, const digest::Edition& edition,
                           const EditorWishes& wishes) {
  using Mailing = digest::EditionTable::Mailing;
  edition::DraftChanges changes;
  changes.subject = wishes.subject;
  changes.intro = wishes.intro;
  if (!wishes.drop.empty() || !wishes.first.empty()) {
    TIDINGS_LET(const auto shown, digest::EditionTable(context.database).posts_of(edition.id));
    TIDINGS_LET(changes.shown, arranged(shown, wishes));
  }
  const bool agreed = wishes.verdict == EditorWishes::Verdict::ok;
  TIDINGS_TRY(edition::change_draft(context.database, edition, changes,
                                    agreed ? Mailing::as_before : Mailing::again));
  return std::string{"changed as its editor asked"};
}

}  // namespace

Result<EditorWishes> read_wishes(std::string_view own_text) {
  EditorWishes wishes;
  bool any = false;
  std::size_t at = 0;
  while (at < own_text.size()) {
    const auto end = std::min(own_text.find('\n', at), own_text.size());
    const auto line = trim(own_text.substr(at, end - at));
    if (ascii_lower(line.substr(0, 6)) == "intro:") {
      // It may have paragraphs, so it goes on to the end.
      wishes.intro = std::string{trim(own_text.substr(own_text.find(':', at) + 1))};
      return wishes;
    }
    at = end + 1;
    // What follows a blank line is a greeting.
    if (line.empty() && any) break;
    if (line.empty()) continue;
    if (!read_line(line, wishes))
      return fail(Errc::bad_data, fmt::format("\"{}\" was not understood", truncate_utf8(line, 80)));
    any = true;
  }
  if (!any) return fail(Errc::bad_data, "the answer was empty");
  return wishes;
}

Result<std::string> obey_editor(const config::Context& context, EditionId id, std::int64_t revision,
                                std::string_view own_text) {
  digest::EditionTable editions{context.database};
  TIDINGS_LET(const auto edition, editions.get(id));
  const auto name = digest::name_of(edition);
  if (edition.state != digest::EditionState::draft)
    return fmt::format("{} is {}: nothing changed", name, digest::name_of(edition.state));
  TIDINGS_LET(const auto now, editions.revision_of(id));
  const auto refuse = [&](const std::string& why) -> Result<std::string> {
    if (now >= most_revisions) return fmt::format("{}: {}; too many answers: not mailed again", name, why);
    TIDINGS_TRY(editions.revise(id, digest::EditionTable::Mailing::again));
    TIDINGS_TRY(editions.set_answer(id, why));
    return fmt::format("{}: {}; nothing changed", name, why);
  };
  if (now != revision)
    return refuse("your answer was to an earlier draft than the one below, so it had no effect");
  const auto wishes = read_wishes(own_text);
  if (!wishes) return refuse(wishes.error().what);
  std::vector<std::string> done;
  if (wishes->changes()) {
    const auto changed = change(context, edition, *wishes);
    if (!changed && changed.error().code == Errc::bad_data) return refuse(changed.error().what);
    TIDINGS_LET(auto words, changed);
    done.push_back(std::move(words));
  }
  if (wishes->verdict == EditorWishes::Verdict::ok) {
    TIDINGS_TRY(editions.set_agreed(id));
    done.emplace_back("approved by its editor");
  } else if (wishes->verdict == EditorWishes::Verdict::hold) {
    TIDINGS_TRY(editions.set_reason(id, "held by its editor"));
    done.emplace_back("held by its editor");
  }
  return fmt::format("{}: {}", name, join(done, ", "));
}

}  // namespace tidings::returns
