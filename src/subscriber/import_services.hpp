// What headers reveal about a file: the usual names of each column, and the exports of other services. Pure
// data.
#pragma once

#include <string_view>
#include <vector>

#include "subscriber/import_dates.hpp"

namespace tidings::subscriber {

/// The usual names of a column, the surest first. Keys are those of key_of().
struct Synonyms {
  std::string_view column;
  std::vector<std::string_view> keys;
};
[[nodiscard]] const std::vector<Synonyms>& synonyms();

/// What distinguishes a service's exports from all other lists. Keys are those of key_of(); "a|b" is either.
struct ServiceFormat {
  std::string_view name;
  std::vector<std::string_view> signs;  ///< all of them must be present
  std::string_view email;
  std::string_view status;        ///< or empty
  std::string_view confirmed_at;  ///< the first one present
  struct FlagRule {
    std::string_view key;
    char when;  ///< y: says yes, n: says no, f: is filled, g: is filled and does not say no
    std::string_view word;
  };
  std::vector<FlagRule> rules{};  ///< the first match decides the status, before the status column
  std::string_view otherwise{};   ///< the status if nothing gives one; empty: the caller's
  DateOrder dates = DateOrder::year_first;
  std::string_view more_status{};  ///< each one present counts too; the gravest decides
  std::string_view harmless{};     ///< sound like a status, but are not
};
[[nodiscard]] const std::vector<ServiceFormat>& service_formats();

}  // namespace tidings::subscriber
