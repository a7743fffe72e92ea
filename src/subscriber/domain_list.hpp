// Domains whose addresses may not sign up: a publisher's own, and a file of them, one a line, "#" before
// comments. A domain stands for those below it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace tidings::subscriber {

class DomainList {
 public:
  /// `file` may be empty. Errc::config if it cannot be read. Lines that are no domain are left out and
  /// counted.
  [[nodiscard]] static Result<DomainList> load(std::span<const std::string> domains,
                                               const std::filesystem::path& file);

  /// `domain` in A-labels, as in MailAddress.
  [[nodiscard]] bool contains(std::string_view domain) const;
  [[nodiscard]] std::size_t size() const { return domains_.size(); }
  [[nodiscard]] std::size_t left_out() const { return left_out_; }

 private:
  std::vector<std::string> domains_;  ///< sorted, lower case
  std::size_t left_out_ = 0;
};

/// A list that is read again when its file changes; one that can no longer be read stays as it was.
class WatchedDomainList {
 public:
  [[nodiscard]] static Result<WatchedDomainList> open(std::vector<std::string> domains,
                                                      std::filesystem::path file);
  [[nodiscard]] bool contains(std::string_view domain);

 private:
  std::vector<std::string> own_;
  std::filesystem::path file_;
  std::filesystem::file_time_type read_{};
  DomainList list_;
};

}  // namespace tidings::subscriber
