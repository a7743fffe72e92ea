// The entities that an XML document declares itself, besides those of HTML (base/html_entity.hpp). Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tidings::source {

/// The entities that a document declares, as plain text.
///
/// A value may use entities declared before it and is expanded once, on declaration; the total of all uses in
/// a document is limited, so that a small document cannot become a large one.
class EntityTable {
 public:
  /// The first declaration of a name counts (XML 1.0 section 4.2). Long values and those past the thousandth
  /// are dropped.
  void declare(std::string_view name, std::string_view value);

  /// The text of a name; nullptr if it is not declared or the document's budget is spent.
  [[nodiscard]] const std::string* use(std::string_view name);

  /// Replaces declared entities and HTML references (ReferencePlace::plain_text); keeps anything else.
  [[nodiscard]] std::string expand(std::string_view text);

  [[nodiscard]] bool empty() const { return values_.empty(); }

 private:
  std::unordered_map<std::string, std::string> values_;
  std::size_t spent_bytes_ = 0;
};

}  // namespace tidings::source
