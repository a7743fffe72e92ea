#include "members/our_files.hpp"

#include <algorithm>
#include <array>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.hpp"
#include "base/mail_address.hpp"
#include "base/text.hpp"
#include "bounce/forward_table.hpp"
#include "delivery/journal.hpp"
#include "delivery/ledger.hpp"
#include "members/membership.hpp"
#include "store/instance.hpp"
#include "subscriber/confirmation.hpp"
#include "subscriber/notice_table.hpp"
#include "subscriber/suppression.hpp"

namespace tidings::members {
namespace {

namespace fs = std::filesystem;

constexpr const char* owed_fact = "erasing_owed";
constexpr std::size_t shortest_name = 4;  // shorter names would be found in every file

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at{folder, error}, end; !error && at != end; at.increment(error))
    files.push_back(at->path());
  return files;
}

/// Files where drop: and maildir: write. A Maildir may be somebody's mailbox: not everything in it is ours.
std::vector<fs::path> letters(const config::Config& config) {
  const auto way = config.smtp.local_way;
  return way == config::LocalWay::drop || way == config::LocalWay::maildir
             ? files_below(config.smtp.local_path)
             : std::vector<fs::path>{};
}

/// The first From field of a message's header, unfolded or not; empty without one.
std::string from_field(std::string_view letter) {
  std::string field;
  while (!letter.empty()) {
    const auto end = letter.find('\n');
    const auto line = letter.substr(0, end);
    letter.remove_prefix(end == std::string_view::npos ? letter.size() : end + 1);
    const bool is_folded = line.starts_with(' ') || line.starts_with('\t');
    if (!field.empty() && !is_folded) break;
    if (line.empty() || line == "\r") break;
    if (!field.empty() || ascii_lower(line.substr(0, 5)) == "from:") field += line;
  }
  return field;
}

/// By the two lines that the transport puts above each message. A mail server may write the same two lines
/// above other mail, so it is ours only if it comes from the newsletter.
bool is_letter_to(const std::string& letter, const std::string& address, const MailAddress& newsletter) {
  const auto first = letter.find('\n');
  if (!letter.starts_with("Return-Path:") || first == std::string::npos) return false;
  const auto wanted = "delivered-to: " + ascii_lower(address);
  if (ascii_lower(letter.substr(first + 1, wanted.size() + 1)) != wanted + "\r") return false;
  return ascii_lower(from_field(letter)).find(ascii_lower(newsletter.text())) != std::string::npos;
}

/// A key may be readable by the group of the service that signs.
bool is_wide_key(const fs::path& key) {
  struct stat info {};
  constexpr unsigned harmful = (S_IRWXG | S_IRWXO) & ~static_cast<unsigned>(S_IRGRP);
  return !key.empty() && ::stat(key.c_str(), &info) == 0 && (info.st_mode & harmful) != 0;
}

bool holds(const std::string& bytes, const std::vector<std::string>& texts) {
  const auto lower = ascii_lower(bytes);
  return std::ranges::any_of(
      texts, [&](const std::string& text) { return lower.find(ascii_lower(text)) != std::string::npos; });
}

template <class Belongs>
Result<int> delete_files(const std::vector<fs::path>& files, const Belongs& belongs) {
  int count = 0;
  for (const auto& file : files) {
    std::error_code error;
    if (!fs::is_regular_file(fs::symlink_status(file, error))) continue;
    const auto bytes = read_file(file);
    if (!bytes || !belongs(*bytes)) continue;
    if (fs::remove(file, error)) ++count;
    if (error) return fail(Errc::io, "cannot delete " + file.string() + ": " + error.message());
  }
  return count;
}

/// The file keeps its length: a sender may be appending to it.
Result<void> blot_out(const fs::path& file, const std::vector<std::string>& texts) {
  auto bytes = read_file(file);
  if (!bytes) return {};  // the sender is done and has deleted it
  const auto lower = ascii_lower(*bytes);
  for (const auto& each : texts) {
    const auto text = ascii_lower(each);
    for (auto at = lower.find(text); at != std::string::npos; at = lower.find(text, at + text.size())) {
      TIDINGS_LET(const int fd, open_ours(file, O_WRONLY));
      const std::string blot(text.size(), '*');
      const bool wrote =
          ::pwrite(fd, blot.data(), blot.size(), static_cast<off_t>(at)) == static_cast<ssize_t>(blot.size());
      ::close(fd);
      if (!wrote) return fail(Errc::io, "cannot write " + file.string());
    }
  }
  return {};
}

/// Of rows that are gone. SQLite overwrites what is deleted, but not always what it moved from page to page
/// before that.
Result<void> clear_traces(store::Database& database, const std::vector<std::string>& texts) {
  TIDINGS_TRY(database.empty_log());
  TIDINGS_LET(const bool left, database.holds_text(texts));
  return left ? database.rebuild() : Result<void>{};
}

/// Their rows, except the hash of their address.
Result<void> forget_rows(const config::Context& context, const Person& person) {
  auto& database = context.database;
  const auto& clock = context.clock;
  TIDINGS_LET(auto transaction, database.begin());
  const auto key = stored_address(person.address).key();
  if (person.subscriber) {
    TIDINGS_TRY(Membership(context).erase(transaction, person.subscriber));
  } else {
    TIDINGS_TRY(subscriber::Suppressions(database, clock).add_erased(key));
  }
  TIDINGS_TRY(subscriber::NoticeTable(database, clock).forget_address(key));
  TIDINGS_TRY(subscriber::Confirmations(database, clock, context.random).forget_address(key));
  TIDINGS_TRY(bounce::ForwardTable(database, clock).forget(person.address));
  return transaction.commit();
}

}  // namespace

Result<std::optional<Person>> find_person(store::Database& database, const Clock& clock,
                                          std::string_view address) {
  subscriber::SubscriberTable table{database, clock};
  const auto as_stored = stored_address(trim(address));
  TIDINGS_LET(auto found, table.find(as_stored));
  const auto parsed = parse_mail_address(trim(address));
  if (!found && parsed) {
    TIDINGS_LET(found, table.find(*parsed));
  }
  if (found) return Person{.address = found->address, .name = found->name, .subscriber = found->id};
  const auto stranger = parsed ? *parsed : as_stored;
  TIDINGS_LET(const auto suppression, subscriber::Suppressions(database, clock).lookup(stranger));
  if (!suppression || suppression->address_key != stranger.key()) return std::nullopt;
  return Person{.address = stranger.text(), .name = {}, .subscriber = {}};
}

std::vector<fs::path> wide_files(const config::Config& config) {
  std::vector<fs::path> files;
  for (const auto* const suffix : {"", "-wal", "-shm", ".lock"}) {
    auto file = config.store.path;
    files.push_back(file += suffix);
  }
  std::ranges::copy(delivery::all_journal_files(config.store.path), std::back_inserter(files));
  files.push_back(config.bounce.unmatched);
  std::ranges::copy(files_below(config.bounce.unmatched), std::back_inserter(files));
  if (config.smtp.local_way == config::LocalWay::drop) files.push_back(config.smtp.local_path);
  std::ranges::copy_if(letters(config), std::back_inserter(files), [&](const fs::path& file) {
    // Everything in a drop: folder is ours; in a Maildir only names with our mark are.
    return config.smtp.local_way == config::LocalWay::drop ||
           file.filename().string().find(".tidings") != std::string::npos;
  });
  std::erase_if(files, [](const fs::path& file) { return !is_too_wide(file); });
  for (const auto& key : {config.dkim.key_file, config.dkim.ed25519_key_file}) {
    if (is_wide_key(key)) files.push_back(key);
  }
  return files;
}

Result<Erased> erase_person(const config::Context& context, const Person& person) {
  const auto& config = context.config;
  auto& database = context.database;
  TIDINGS_TRY(store::set_fact(database, owed_fact, "1"));
  std::vector<std::string> texts{person.address};
  TIDINGS_TRY(forget_rows(context, person));
  Erased erased;
  TIDINGS_LET(const int letters_deleted, delete_files(letters(config), [&](const std::string& bytes) {
                return is_letter_to(bytes, person.address, config.newsletter.from.address);
              }));
  TIDINGS_LET(const int mails_deleted,
              delete_files(files_below(config.bounce.unmatched),
                           [&](const std::string& bytes) { return holds(bytes, texts); }));
  erased.files = letters_deleted + mails_deleted;
  TIDINGS_LET(const bool shared, subscriber::SubscriberTable(database, context.clock).has_name(person.name));
  if (person.name.size() >= shortest_name && !shared) texts.push_back(person.name);
  for (const auto& file : delivery::all_journal_files(config.store.path)) TIDINGS_TRY(blot_out(file, texts));
  const auto cleared = clear_traces(database, texts);
  if (!cleared && cleared.error().code != Errc::try_again) return tl::unexpected<Error>(cleared.error());
  erased.done = cleared.has_value();
  if (erased.done) TIDINGS_TRY(store::set_fact(database, owed_fact, ""));
  return erased;
}

Result<void> finish_erasing(store::Database& database) {
  TIDINGS_LET(const auto owed, store::fact(database, owed_fact));
  if (owed.empty()) return {};
  TIDINGS_TRY(database.rebuild());  // whose traces they are is no longer known
  return store::set_fact(database, owed_fact, "");
}

}  // namespace tidings::members
