// What the admin does beside the schedule: the list, keys, copies of the store, clocks, mistakes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "year/host.hpp"

namespace year {

/// Of a page by CGI (RFC 3875 section 6.3.3); 0: not a page.
[[nodiscard]] int page_status(const std::string& out);

class Admin : public Host {
 protected:
  using Host::Host;

  /// Somebody does something by a command, and tries again if the machine dies over it.
  Ended act(const std::string& kind, const std::string& address, std::vector<std::string> words,
            std::string input = {}, std::vector<std::pair<std::string, std::string>> environment = {});
  /// The first list, over all who have come and gone since.
  void import();
  /// One of those acts that no reader asks for.
  void do_chore(const Act& what);
  /// The editor says yes to what waits.
  void approve_drafts(const std::string& digest);
  /// Of one reader as the world knows it: the address they have moved to.
  [[nodiscard]] std::string address_of(const Reader& reader) const;

  /// Who has done what that the program knows, by address as it was at first; what a restored copy undoes.
  struct Done {
    std::int64_t at_ms = 0;
    std::string kind;
    const Reader* reader = nullptr;
  };
  std::vector<Done> done_;
  std::set<std::string> on_list_;
  std::set<std::string> gone_;
  std::set<std::string> erased_;
  std::map<int, bool> joined_;                ///< by hand, by number
  std::map<std::string, std::string> moved_;  ///< from the first address to the present one

 private:
  void second_run();
  void restore();
  void keep_copy();
  void restore_old_copy();
  void tell_again_who_left(std::int64_t since);
  void move_host();
  void hide();
  void typo();
  void clock_behind();
  void clock_ahead();
  void nonsense();

  std::optional<std::int64_t> copied_ms_;
};

}  // namespace year
