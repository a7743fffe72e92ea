#include "bounce/dsn.hpp"

#include "base/text.hpp"
#include "bounce/scan.hpp"

namespace tidings::bounce {
namespace {

constexpr std::size_t max_recipients = 500;

class Reader {
 public:
  explicit Reader(Dsn& dsn) : dsn_(dsn) {}

  void line(std::string_view line) {
    if (trim(line).empty()) return end_group();
    const bool folded = line.front() == ' ' || line.front() == '\t';
    const auto colon = line.find(':');
    const auto name =
        colon == std::string_view::npos ? std::string{} : ascii_lower(trim(line.substr(0, colon)));
    if (folded && last_ != nullptr && !known(name)) {
      *last_ += (last_->empty() ? "" : " ") + std::string{trim(line)};
      return;
    }
    last_ = nullptr;
    if (!name.empty()) field(name, std::string{trim(line.substr(colon + 1))});
  }

  void end_group() {
    last_ = nullptr;
    if (group_.final_recipient.empty() && group_.original_recipient.empty() &&
        group_.actual_recipient.empty()) {
      complete_last();
    } else if (dsn_.recipients.size() < max_recipients) {
      dsn_.recipients.push_back(group_);
    }
    group_ = {};
  }

 private:
  static bool known(std::string_view name) {
    return name == "final-recipient" || name == "original-recipient" || name == "action" ||
           name == "status" || name == "diagnostic-code" || name == "x-actual-recipient" ||
           name == "remote-mta" || name == "reporting-mta";
  }

  /// Fields cut off by a stray blank line belong to the previous recipient.
  void complete_last() {
    if (dsn_.recipients.empty()) return;
    auto& before = dsn_.recipients.back();
    if (before.action.empty()) before.action = group_.action;
    if (before.status.empty()) before.status = group_.status;
    if (before.diagnostic.empty()) before.diagnostic = group_.diagnostic;
  }

  void put(std::string& where, std::string value) {
    where = std::move(value);
    last_ = &where;
  }

  void field(std::string_view name, std::string value) {
    if (name == "final-recipient") {
      if (!group_.final_recipient.empty()) end_group();  // several recipients in one group
      put(group_.final_recipient, std::move(value));
    } else if (name == "original-recipient") {
      if (!group_.original_recipient.empty()) end_group();
      put(group_.original_recipient, std::move(value));
    } else if (name == "x-actual-recipient") {
      put(group_.actual_recipient, std::move(value));
    } else if (name == "action") {
      put(group_.action, std::move(value));
    } else if (name == "status") {
      put(group_.status, std::move(value));
    } else if (name == "diagnostic-code") {
      if (!group_.diagnostic.empty()) value = group_.diagnostic + " " + value;
      put(group_.diagnostic, std::move(value));
    } else if (name == "reporting-mta") {
      put(dsn_.reporting_mta, std::move(value));
    } else if (name.starts_with("x-") && name.ends_with("-sender")) {
      put(dsn_.sender, std::move(value));
    } else if (name == "x-powermta-bouncecategory" || name == "x-supplementary-info" ||
               name == "x-display-name") {
      group_.diagnostic += (group_.diagnostic.empty() ? "" : " ") + value;
      last_ = &group_.diagnostic;
    } else {
      last_ = &ignored_;
    }
  }

  Dsn& dsn_;
  DsnRecipient group_;
  std::string* last_ = nullptr;
  std::string ignored_;
};

}  // namespace

bool is_dsn_text(std::string_view text) {
  bool recipient = false;
  bool outcome = false;
  for (const auto line : split(text, '\n')) {
    const auto start = ascii_lower(trim(line).substr(0, 24));
    recipient =
        recipient || start.starts_with("final-recipient:") || start.starts_with("original-recipient:");
    outcome = outcome || start.starts_with("action:") || start.starts_with("status:") ||
              start.starts_with("diagnostic-code:");
    if (recipient && outcome) return true;
  }
  return false;
}

Dsn read_dsn(std::string_view text) {
  Dsn dsn;
  Reader reader{dsn};
  for (const auto line : split(text, '\n')) reader.line(line);
  reader.end_group();
  return dsn;
}

}  // namespace tidings::bounce
