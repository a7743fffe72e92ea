#include "edition/draft_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tidings::edition {
namespace {

constexpr std::string_view intro_mark = "--- introduction, in Markdown, below this line ---";
constexpr std::string_view mistake_mark = "#! ";
constexpr std::size_t most_line_bytes = 500;       // of a subject, preheader or title
constexpr std::size_t most_text_bytes = 64 << 10;  // of a note or excerpt
constexpr std::string_view no_section = "(no section)";
constexpr std::array known_fields{"subject", "preheader", "note", "excerpt"};

/// "KEY: first line", and the following lines indented.
std::string field(std::string_view key, std::string_view text, std::string_view before = {}) {
  std::string out;
  for (const auto line : split(trim(text), '\n')) {
    if (out.empty()) {
      out = fmt::format("{}{}: {}", before, key, line);
    } else if (line.empty() && before.empty()) {
      out += '\n';
    } else {
      out += fmt::format("\n{}  {}", before, line);
    }
    while (out.ends_with(' ')) out.pop_back();
  }
  return out + '\n';
}

std::string post_lines(const DraftPost& post) {
  auto out = fmt::format("{} {}\n", post.id.value,
                         collapse_blanks(post.change.title ? *post.change.title : post.own_title));
  if (post.change.title) out += fmt::format("# its own title: {}\n", collapse_blanks(post.own_title));
  if (!post.about.empty()) out += "# " + collapse_blanks(post.about) + "\n";
  if (post.change.note) out += field("note", *post.change.note);
  if (post.change.excerpt) {
    out += field("excerpt", *post.change.excerpt);
  } else if (!post.excerpt.empty()) {
    out += field("excerpt", post.excerpt, "# ");
  }
  return out + '\n';
}

std::string heading_of(std::string_view section) {
  return fmt::format("== {} ==\n\n", section.empty() ? no_section : section);
}

/// Reads line by line; a field goes on in the indented lines below it.
class Parser {
 public:
  ReadDraft run(std::string_view text) {
    out_.changes.shown.emplace();
    std::size_t at = 0;
    for (line_number_ = 1; at < text.size(); ++line_number_) {
      const auto end = std::min(text.find('\n', at), text.size());
      const auto line = text.substr(at, end - at);
      at = end + 1;
      if (line.starts_with("---")) {
        end_field();
        out_.changes.intro = std::string{trim(at < text.size() ? text.substr(at) : std::string_view{})};
        return std::move(out_);
      }
      read(line);
    }
    end_field();
    return std::move(out_);
  }

 private:
  void read(std::string_view line) {
    const auto words = trim(line);
    const bool indented = !line.empty() && (line.front() == ' ' || line.front() == '\t');
    if (!field_.empty() && words.empty()) {
      value_ += '\n';
      return;
    }
    if (!field_.empty() && indented) {
      value_ += '\n';
      value_ += words;
      return;
    }
    if (words.empty()) return;
    if (words.front() == '#') return end_field();
    end_field();
    if (words.starts_with("==")) return heading(words);
    if (begin_field(words)) return;
    post(words);
  }

  void heading(std::string_view words) {
    const auto begin = std::min(words.find_first_not_of('='), words.size());
    const auto end = words.find_last_not_of('=') + 1;
    auto name = collapse_blanks(words.substr(begin, std::max(begin, end) - begin));
    if (name == no_section) name.clear();
    section_ = name;
    out_.headings.emplace(std::move(name), line_number_);
  }

  void mistake(std::string what, std::string hint = {}) {
    out_.mistakes.push_back({.line = line_number_, .what = std::move(what), .hint = std::move(hint)});
  }

  bool begin_field(std::string_view words) {
    const auto colon = words.find(':');
    if (colon == std::string_view::npos) return false;
    const auto key = ascii_lower(words.substr(0, colon));
    if (std::ranges::find(known_fields, key) == known_fields.end()) return false;
    field_ = key;
    field_line_ = line_number_;
    value_ = std::string{trim(words.substr(colon + 1))};
    return true;
  }

  void end_field() {
    if (field_.empty()) return;
    const auto key = std::exchange(field_, {});
    auto value = std::string{trim(value_)};
    const bool short_one = key == "subject" || key == "preheader";
    const auto most = short_one ? most_line_bytes : most_text_bytes;
    const int here = std::exchange(line_number_, field_line_);
    if (value.size() > most) {
      mistake(fmt::format("the {} is longer than {} bytes", key, most));
    } else if (short_one) {
      auto& place = key == "subject" ? out_.changes.subject : out_.changes.preheader;
      if (place) mistake(fmt::format("there is more than one {}", key));
      place = collapse_blanks(value);
    } else if (!post_) {
      mistake(fmt::format("this {} stands below no post", key));
    } else if (!value.empty()) {
      auto& all = key == "note" ? out_.notes : out_.excerpts;
      if (!all.emplace(*post_, std::move(value)).second)
        mistake(fmt::format("post {} has more than one {}", post_->value, key),
                "the lines below a post that you delete go with it");
    }
    line_number_ = here;
  }

  void post(std::string_view words) {
    std::int64_t id = 0;
    const auto [stop, error] = std::from_chars(words.data(), words.data() + words.size(), id);
    const auto* const end = words.data() + words.size();
    if (error != std::errc{} || id < 1 || (stop != end && *stop != ' ' && *stop != '\t')) {
      const std::vector<std::string> known(known_fields.begin(), known_fields.end());
      auto hint = did_you_mean(words.substr(0, words.find(':')), known);
      if (hint.empty()) hint = "the introduction belongs below the line that begins with ---";
      return mistake(fmt::format("\"{}\" does not begin with a post number", truncate_utf8(words, 40)), hint);
    }
    post_ = PostId{id};
    if (!out_.lines.emplace(*post_, line_number_).second)
      return mistake(fmt::format("post {} stands twice", id));
    out_.changes.shown->push_back(*post_);
    if (section_) out_.sections.emplace(*post_, *section_);
    auto title = collapse_blanks(std::string_view{stop, static_cast<std::size_t>(end - stop)});
    if (title.size() > most_line_bytes)
      return mistake(fmt::format("the title is longer than {} bytes", most_line_bytes));
    out_.titles[*post_] = std::move(title);
  }

  ReadDraft out_;
  int line_number_ = 1;
  std::optional<PostId> post_;
  std::optional<std::string> section_;
  std::string field_;  ///< being read; empty: none
  std::string value_;
  int field_line_ = 0;
};

}  // namespace

std::string write_draft_file(const DraftSheet& sheet) {
  auto out = fmt::format(
      "# {} \"{}\" is a draft. Save this file and close it; the draft is then as the file says.\n"
      "#   posts     The order of the lines is the order of the posts. Delete a line to drop its post: it "
      "appears\n"
      "#             in no later edition of this digest. Change a title where it stands.\n"
      "#   note:     below a post: your own words above its text, in Markdown.\n"
      "#   excerpt:  below a post: Markdown in place of its text. Further lines of both are indented.\n"
      "{}"
      "#   # ...     is a comment. Delete \"# left out: \" or \"# dropped: \" to bring a post back.\n\n",
      sheet.name, collapse_blanks(sheet.title),
      sheet.sections.empty()
          ? ""
          : "#   == ... ==  heads the posts of a section. Move a post below another one to put it there.\n");
  out += field("subject", sheet.words.subject);
  if (!sheet.own_subject.empty()) out += "# without one it is: " + collapse_blanks(sheet.own_subject) + "\n";
  out += field("preheader", sheet.words.preheader) + '\n';
  if (sheet.sections.empty()) {
    for (const auto& post : sheet.posts) out += post_lines(post);
  }
  for (const auto& section : sheet.sections) {
    out += heading_of(section);
    for (const auto& post : sheet.posts) {
      if (post.section == section) out += post_lines(post);
    }
  }
  for (const auto& post : sheet.dropped)
    out += fmt::format("# dropped: {} {}\n", post.id.value, collapse_blanks(post.own_title));
  std::string_view reason;
  for (const auto& post : sheet.left_out) {
    if (post.why != reason) out += fmt::format("# Not in it, {}:\n", post.why);
    reason = post.why;
    out += fmt::format("# left out: {} {}\n", post.id.value, collapse_blanks(post.title));
  }
  out += fmt::format("{}\n{}{}", intro_mark, sheet.intro,
                     sheet.intro.empty() || sheet.intro.ends_with('\n') ? "" : "\n");
  return out;
}

ReadDraft parse_draft_file(std::string_view text) { return Parser{}.run(clean_utf8(text)); }

Result<DraftChanges> read_draft_file(std::string_view text) {
  auto read = parse_draft_file(text);
  if (read.mistakes.empty()) return std::move(read.changes);
  const auto& first = read.mistakes.front();
  return fail(Errc::bad_data, fmt::format("line {}: {}", first.line, first.what), first.hint);
}

namespace {

/// The sections as the file has them, if it changes any.
std::optional<std::map<PostId, std::string>> section_changes(ReadDraft& read, const DraftSheet& sheet) {
  for (const auto& [name, line] : read.headings) {
    if (std::ranges::find(sheet.sections, name) != sheet.sections.end()) continue;
    auto hint = did_you_mean(name, sheet.sections);
    read.mistakes.push_back({.line = line,
                             .what = sheet.sections.empty() ? std::string{"this digest has no sections"}
                                                            : fmt::format("there is no section \"{}\"", name),
                             .hint = hint.empty() ? "[[digest.section]] in config.toml makes one" : hint});
  }
  std::map<PostId, std::string> before;
  for (const auto& post : sheet.posts) before.emplace(post.id, post.section);
  auto after = read.sections;
  bool changed = false;
  for (const auto id : *read.changes.shown) {
    const auto old = before.find(id);
    if (old == before.end()) {
      changed = changed || after.contains(id);
    } else {
      changed = changed || after.try_emplace(id, old->second).first->second != old->second;
    }
  }
  return changed ? std::optional{std::move(after)} : std::nullopt;
}

}  // namespace

DraftChanges changes_of(ReadDraft& read, const DraftSheet& sheet) {
  std::map<PostId, std::string> own_titles;
  for (const auto* const posts : {&sheet.posts, &sheet.dropped}) {
    for (const auto& post : *posts) own_titles.emplace(post.id, collapse_blanks(post.own_title));
  }
  for (const auto& post : sheet.left_out) own_titles.emplace(post.id, collapse_blanks(post.title));
  auto changes = read.changes;
  changes.sections = section_changes(read, sheet);
  changes.posts.emplace();
  if (changes.shown && changes.shown->empty()) {
    read.mistakes.push_back({.line = 1,
                             .what = sheet.name + " would have no posts",
                             .hint = fmt::format("\"tidings edition cancel {}\" cancels it", sheet.name)});
  }
  for (const auto id : *changes.shown) {
    const auto own = own_titles.find(id);
    if (own == own_titles.end()) {
      read.mistakes.push_back({.line = read.lines.at(id),
                               .what = fmt::format("post {} is not in {}", id.value, sheet.name),
                               .hint = "later posts wait for the next edition"});
      continue;
    }
    digest::PostChange change{.post = id, .title = {}, .note = {}, .excerpt = {}};
    if (const auto& title = read.titles[id]; !title.empty() && title != own->second) change.title = title;
    if (const auto note = read.notes.find(id); note != read.notes.end()) change.note = note->second;
    if (const auto text = read.excerpts.find(id); text != read.excerpts.end()) change.excerpt = text->second;
    if (change.any()) changes.posts->push_back(std::move(change));
  }
  std::ranges::stable_sort(read.mistakes, {}, &DraftMistake::line);
  return changes;
}

std::string with_mistakes(std::string_view text, const std::vector<DraftMistake>& mistakes) {
  std::string out;
  int number = 0;
  auto next = mistakes.begin();
  for (const auto line : split(text, '\n')) {
    ++number;
    for (; next != mistakes.end() && next->line <= number; ++next) {
      out += fmt::format("{}{}{}\n", mistake_mark, next->what,
                         next->hint.empty() ? "" : " (" + next->hint + ")");
    }
    if (line.starts_with(mistake_mark)) continue;
    out += line;
    out += '\n';
  }
  if (!out.empty()) out.pop_back();
  return out;
}

}  // namespace tidings::edition
