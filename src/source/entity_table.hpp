// The entities that a document declares for itself, as plain text. Pure.
//
// A value may use entities declared before it and is expanded once, when it is declared; what all uses add to a document is
// limited, so that a small document cannot become a large one.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tidings::source {

class EntityTable {
 public:
  /// The first declaration of a name binds (XML 1.0 section 4.2). Long values and those past the thousandth are dropped.
  void declare(std::string_view name, std::string_view value);

  /// The text of a name, nullptr if it is not declared or the budget of the document is spent.
  [[nodiscard]] const std::string* use(std::string_view name);

  /// Declared entities and HTML references replaced; what is neither stays.
  [[nodiscard]] std::string expand(std::string_view text);

  [[nodiscard]] bool empty() const { return values_.empty(); }

 private:
  std::unordered_map<std::string, std::string> values_;
  std::size_t spent_bytes_ = 0;
};

}  // namespace tidings::source
