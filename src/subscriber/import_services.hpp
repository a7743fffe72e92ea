// What is known of files by their headers: the usual names of each column, and the exports of other services.
// Pure data.
#pragma once

#include <string_view>
#include <vector>

#include "subscriber/import_dates.hpp"

namespace tidings::subscriber {

/// The usual names of a column, the surest first. Keys as key_of() gives them.
struct Synonyms {
  std::string_view column;
  std::vector<std::string_view> keys;
};
[[nodiscard]] const std::vector<Synonyms>& synonyms();

/// What the exports of a service have in common with no other list. Keys as key_of() gives them; "a|b" is
/// either.
struct ServiceFormat {
  std::string_view name;
  std::vector<std::string_view> signs;  ///< all of them must be there
  std::string_view email;
  std::string_view status;        ///< or empty
  std::string_view confirmed_at;  ///< the first that is there
  struct FlagRule {
    std::string_view key;
    char when;  ///< y: says yes, n: says no, f: is filled, g: is filled and does not say no
    std::string_view word;
  };
  std::vector<FlagRule> rules{};  ///< the first that applies decides the status, before the status column
  std::string_view otherwise{};   ///< the status where nothing says any; empty: the caller's
  DateOrder dates = DateOrder::year_first;
  std::string_view more_status{};  ///< each of them that is there counts too; the gravest does
  std::string_view harmless{};     ///< sound like a status, and are none
};
[[nodiscard]] const std::vector<ServiceFormat>& service_formats();

}  // namespace tidings::subscriber
