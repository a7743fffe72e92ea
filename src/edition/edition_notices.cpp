#include "edition/edition_notices.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "source/front_matter.hpp"

namespace tidings::edition {
namespace {

constexpr std::int64_t most_bytes = 64 << 10;
constexpr std::size_t most_files = 100;
constexpr std::array known_keys{"from", "until", "digests", "languages", "place", "label"};
constexpr std::array<std::pair<std::string_view, EditionNotice::Place>, 3> places{
    {{"top", EditionNotice::Place::top},
     {"middle", EditionNotice::Place::middle},
     {"end", EditionNotice::Place::end}}};

/// Nothing for an absent key.
Result<std::optional<std::chrono::year_month_day>> day_of(const source::FrontMatter& front,
                                                          const std::string& key) {
  const auto words = front.first(key);
  if (words.empty()) return std::nullopt;
  const auto time = parse_rfc3339(words + "T00:00:00Z");
  if (!time) {
    return fail(Errc::bad_data, fmt::format("{}: \"{}\" is not a day", key, words),
                fmt::format("{}: 2026-07-31", key));
  }
  return std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(*time)};
}

Result<void> check_keys(const source::FrontMatter& front) {
  const std::vector<std::string> known(known_keys.begin(), known_keys.end());
  for (const auto& [key, values] : front.values) {
    if (std::ranges::find(known, key) != known.end()) continue;
    auto hint = did_you_mean(key, known);
    return fail(Errc::bad_data, fmt::format("unknown key \"{}\"", key),
                hint.empty() ? "there is: " + join(known, ", ") : hint);
  }
  return {};
}

Result<EditionNotice::Place> place_of(const source::FrontMatter& front) {
  const auto word = ascii_lower(front.first("place"));
  if (word.empty()) return EditionNotice::Place::end;
  for (const auto& [name, place] : places) {
    if (name == word) return place;
  }
  return fail(Errc::bad_data, fmt::format("place cannot be \"{}\"", word), "one of: top, middle, end");
}

std::vector<std::string> list_of(const source::FrontMatter& front, const std::string& key) {
  const auto found = front.values.find(key);
  return found == front.values.end() ? std::vector<std::string>{} : found->second;
}

Result<EditionNotice> read_notice(const config::Config& config, const std::filesystem::path& path) {
  std::error_code unknown;
  if (!std::filesystem::is_regular_file(path, unknown)) return fail(Errc::bad_data, "is not a regular file");
  TIDINGS_LET(const auto text, read_file(path, most_bytes));
  if (!is_valid_utf8(text)) return fail(Errc::bad_data, "is not UTF-8");
  TIDINGS_LET(const auto front, source::read_front_matter(text));
  TIDINGS_TRY(check_keys(front));
  EditionNotice notice;
  TIDINGS_LET(notice.from, day_of(front, "from"));
  TIDINGS_LET(notice.until, day_of(front, "until"));
  if (notice.from && notice.until && *notice.until < *notice.from)
    return fail(Errc::bad_data, "until is before from");
  notice.digests = list_of(front, "digests");
  for (const auto& name : notice.digests) TIDINGS_TRY(config.digest(name));
  notice.languages = list_of(front, "languages");
  TIDINGS_LET(notice.place, place_of(front));
  notice.label = collapse_blanks(front.first("label"));
  notice.markdown = std::string{trim(front.body)};
  if (notice.markdown.empty()) return fail(Errc::bad_data, "says nothing");
  return notice;
}

}  // namespace

bool EditionNotice::speaks_to(std::string_view language) const {
  return languages.empty() || std::ranges::any_of(languages, [&](const std::string& each) {
           const auto wanted = ascii_lower(each);
           const auto own = ascii_lower(language);
           return own == wanted || own.substr(0, own.find('-')) == wanted;
         });
}

std::string_view name_of(EditionNotice::Place place) {
  return std::ranges::find(places, place, &std::pair<std::string_view, EditionNotice::Place>::second)->first;
}

EditionNotices load_notices(const config::Config& config) {
  EditionNotices out;
  std::vector<std::filesystem::path> files;
  std::error_code missing;
  for (std::filesystem::directory_iterator at{config.folder / "notices", missing}, end; !missing && at != end;
       at.increment(missing)) {
    const auto& path = at->path();
    if (path.extension() == ".md" && !path.filename().string().starts_with('.')) files.push_back(path);
  }
  std::ranges::sort(files);
  if (files.size() > most_files) {
    out.troubles.push_back(
        fmt::format("notices: {} files, and {} are read at most", files.size(), most_files));
    files.resize(most_files);
  }
  for (const auto& path : files) {
    const auto name = "notices/" + path.filename().string();
    auto notice = read_notice(config, path);
    if (notice) {
      notice->file = name;
      out.notices.push_back(std::move(*notice));
      continue;
    }
    const auto& error = notice.error();
    const auto what = error.what.starts_with(path.string()) ? error.what : name + ": " + error.what;
    out.troubles.push_back(error.hint.empty() ? what : fmt::format("{} ({})", what, error.hint));
  }
  return out;
}

}  // namespace tidings::edition
