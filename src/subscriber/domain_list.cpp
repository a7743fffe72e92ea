#include "subscriber/domain_list.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/log.hpp"
#include "base/mail_address.hpp"
#include "base/text.hpp"

namespace tidings::subscriber {
namespace {

constexpr std::size_t most_bytes = 64 << 20;

std::filesystem::file_time_type changed_at(const std::filesystem::path& file) {
  std::error_code ignored;
  return file.empty() ? std::filesystem::file_time_type{} : std::filesystem::last_write_time(file, ignored);
}

}  // namespace

Result<DomainList> DomainList::load(std::span<const std::string> domains, const std::filesystem::path& file) {
  DomainList list;
  const auto take = [&](std::string_view text) {
    text = trim(text.substr(0, text.find('#')));
    if (text.empty()) return;
    if (text.starts_with("*.")) text.remove_prefix(2);
    if (const auto domain = domain_to_ascii(text)) {
      list.domains_.push_back(ascii_lower(*domain));
    } else {
      ++list.left_out_;
    }
  };
  for (const auto& domain : domains) take(domain);
  if (!file.empty()) {
    const auto text = read_file(file, most_bytes);
    if (!text)
      return fail(Errc::config, fmt::format("blocked_domains_file: {}", text.error().what),
                  "one domain a line; leave the key out for none");
    for (const auto line : split(*text, '\n')) take(line);
  }
  std::ranges::sort(list.domains_);
  list.domains_.erase(std::ranges::unique(list.domains_).begin(), list.domains_.end());
  list.domains_.shrink_to_fit();
  return list;
}

bool DomainList::contains(std::string_view domain) const {
  const auto folded = ascii_lower(domain);
  for (std::string_view rest = folded;;) {
    if (std::ranges::binary_search(domains_, rest, {},
                                   [](const auto& each) { return std::string_view{each}; }))
      return true;
    const auto dot = rest.find('.');
    if (dot == std::string_view::npos) return false;
    rest.remove_prefix(dot + 1);
  }
}

Result<WatchedDomainList> WatchedDomainList::open(std::vector<std::string> domains,
                                                  std::filesystem::path file) {
  WatchedDomainList out;
  out.own_ = std::move(domains);
  out.file_ = std::move(file);
  out.read_ = changed_at(out.file_);
  TIDINGS_LET(out.list_, DomainList::load(out.own_, out.file_));
  return out;
}

bool WatchedDomainList::contains(std::string_view domain) {
  if (const auto changed = changed_at(file_); changed != read_) {
    read_ = changed;
    if (auto list = DomainList::load(own_, file_)) {
      list_ = *std::move(list);
    } else {
      log::warning(list.error().line());
    }
  }
  return list_.contains(domain);
}

}  // namespace tidings::subscriber
