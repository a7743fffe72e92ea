#include "message/parts.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace tidings::message {
namespace {

/// Smaller parts are not cut again: a part costs some 20 octets in the store and a few in each segment.
constexpr std::size_t smallest_bytes = 256;
constexpr std::size_t largest_uncut_bytes = 1024;

/// Whether a long part is cut after this line. The line alone decides, so equal stretches are cut alike
/// wherever they stand; about every fourth line is such a one (FNV-1a).
bool ends_part(std::string_view line) {
  std::uint64_t hash = 14'695'981'039'346'656'037ULL;
  for (const char c : line) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211ULL;
  return (hash >> 32U) % 4 == 0;
}

void cut(std::string part, std::vector<std::string>& out) {
  if (part.size() <= largest_uncut_bytes) return out.push_back(std::move(part));
  std::string_view rest = part;
  std::size_t length = 0;
  while (length < rest.size()) {
    const auto line_end = rest.find('\n', length);
    if (line_end == std::string_view::npos) break;
    const auto line = rest.substr(length, line_end + 1 - length);
    length = line_end + 1;
    if (length < smallest_bytes || !ends_part(line)) continue;
    out.emplace_back(rest.substr(0, length));
    rest.remove_prefix(std::exchange(length, 0));
  }
  if (!rest.empty()) out.emplace_back(rest);
}

}  // namespace

std::string without_marks(std::string text) {
  std::erase(text, part_mark);
  return text;
}

std::vector<std::string> split_parts(std::string_view text) {
  std::vector<std::string> parts;
  std::string part;
  for (;;) {
    const auto mark = text.find(part_mark);
    part += text.substr(0, mark);
    if (mark == std::string_view::npos) break;
    if (part.ends_with('\n')) cut(std::exchange(part, {}), parts);
    text.remove_prefix(mark + 1);
  }
  if (!part.empty()) cut(std::move(part), parts);
  return parts;
}

namespace {

/// The one neighbour that a part has wherever it stands.
class Neighbour {
 public:
  void meet(std::int64_t number) { number_ = number_ == nobody || number_ == number ? number : many; }
  [[nodiscard]] std::int64_t number() const { return number_; }
  static constexpr std::int64_t end = -1;

 private:
  static constexpr std::int64_t nobody = -2;
  static constexpr std::int64_t many = -3;
  std::int64_t number_ = nobody;
};

template <class Visit>
void for_each_text(digest::PartedEdition& edition, Visit&& visit) {
  for (auto& segment : edition.segments) {
    for (auto& body : segment.bodies) {
      visit(body.text);
      visit(body.html);
    }
  }
}

}  // namespace

void join_runs(digest::PartedEdition& edition) {
  const auto count = edition.parts.size();
  std::vector<Neighbour> before(count);
  std::vector<Neighbour> after(count);
  bool is_whole = true;
  for_each_text(edition, [&](const std::vector<std::uint32_t>& text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] >= count) {
        is_whole = false;
        return;
      }
      before[text[i]].meet(i == 0 ? Neighbour::end : text[i - 1]);
      after[text[i]].meet(i + 1 == text.size() ? Neighbour::end : text[i + 1]);
    }
  });
  if (!is_whole) return;  // whoever compiles the body that names no part says so
  const auto continues = [&](std::size_t number) {
    const auto previous = before[number].number();
    return previous >= 0 && static_cast<std::size_t>(previous) != number &&
           after[static_cast<std::size_t>(previous)].number() == static_cast<std::int64_t>(number);
  };
  std::vector<bool> joined(count);
  for (std::size_t number = 0; number < count; ++number) joined[number] = continues(number);
  for (std::size_t head = 0; head < count; ++head) {
    if (joined[head]) continue;
    for (auto next = after[head].number(); next >= 0 && joined[static_cast<std::size_t>(next)];
         next = after[static_cast<std::size_t>(next)].number()) {
      edition.parts[head] += std::exchange(edition.parts[static_cast<std::size_t>(next)], {});
    }
  }
  for_each_text(edition, [&](std::vector<std::uint32_t>& text) {
    std::erase_if(text, [&](std::uint32_t number) { return joined[number]; });
    text.shrink_to_fit();
  });
}

}  // namespace tidings::message
