// The world's journal: what truly happened, one JSON object a line, for a judge that knows nothing of this
// program.
//
// It lies in memory that the processes of jobs share with the world, so what a job did before it died is
// there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace year {

/// `text` between quotes; what is no UTF-8 becomes "?".
[[nodiscard]] std::string json_text(std::string_view text);

/// One line of the journal.
class Entry {
 public:
  explicit Entry(std::string_view kind) { text_ = "{\"k\":" + json_text(kind); }
  Entry& add(std::string_view name, std::string_view value) { return raw(name, json_text(value)); }
  Entry& add(std::string_view name, const char* value) { return raw(name, json_text(value)); }
  Entry& add(std::string_view name, const std::string& value) { return raw(name, json_text(value)); }
  template <class Number>
  requires std::is_integral_v<Number> Entry& add(std::string_view name, Number value) {
    if constexpr (std::is_same_v<Number, bool>) return raw(name, value ? "true" : "false");
    return raw(name, std::to_string(value));
  }
  template <class List>
  Entry& list(std::string_view name, const List& values) {
    std::string out = "[";
    for (const auto& value : values) {
      if (out.size() > 1) out += ',';
      if constexpr (std::is_integral_v<std::decay_t<decltype(value)>>) {
        out += std::to_string(value);
      } else {
        out += json_text(value);
      }
    }
    return raw(name, out + "]");
  }
  Entry& raw(std::string_view name, std::string_view json) {
    text_ += ",\"";
    text_ += name;
    text_ += "\":";
    text_ += json;
    return *this;
  }
  [[nodiscard]] std::string text() const { return text_ + "}\n"; }

 private:
  std::string text_;
};

/// What one reader's address has met at the relays, in all jobs.
struct Met {
  std::int64_t first_ms = 0;
  int tries = 0;
};

inline constexpr int most_readers = 600;

/// Shared by the world and the processes of its jobs.
struct Shared {
  static constexpr std::size_t room = 48U << 20U;
  std::size_t size = 0;
  std::int64_t seams = 0;     ///< that the last job passed
  std::int64_t ended_ms = 0;  ///< by its clock
  int accepted = 0;           ///< messages that relays took, in all jobs
  Met met[2][most_readers + 1];
  char bytes[room];
};

Shared& shared();
void note(const Entry& entry);

}  // namespace year
