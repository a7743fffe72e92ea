#include "bounce/mailbox.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/curl.hpp"
#include "base/text.hpp"
#include "bounce/mime_reader.hpp"
#include "bounce/unmatched.hpp"

namespace tidings::bounce {
namespace {

/// Everything beyond the limit is read and dropped: stopping midway would lose the session.
std::size_t keep_bytes(const char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& out = *static_cast<std::string*>(user);
  out.append(bytes, std::min(size * count, max_mail_bytes - std::min(out.size(), max_mail_bytes)));
  return size * count;
}

/// One connection with its login; requests one after the other.
class Session {
 public:
  explicit Session(const MailboxOptions& options) : options_(options), handle_(make_curl_easy()) {
    auto* const easy = handle_.get();
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "imap,imaps,pop3,pop3s");
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, said_.data());
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_USERNAME, options.username.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, options.password.c_str());
    curl_easy_setopt(easy, CURLOPT_USE_SSL,
                     options.tls == MailboxOptions::Tls::off ? CURLUSESSL_NONE : CURLUSESSL_ALL);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!options.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep_bytes);
  }

  /// `command` empty: the URL's own request.
  [[nodiscard]] Result<std::string> ask(const std::string& path, const std::string& command = {},
                                        bool has_body = true) {
    std::string out;
    auto* const easy = handle_.get();
    const auto url = options_.url + path;
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, command.empty() ? nullptr : command.c_str());
    curl_easy_setopt(easy, CURLOPT_NOBODY, has_body ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &out);
    const auto code = curl_easy_perform(easy);
    if (code == CURLE_OK) return out;
    if (code == CURLE_LOGIN_DENIED)
      return fail(Errc::config, fmt::format("{} refused the login of {}", options_.url, options_.username),
                  "[bounce] username and password");
    if (code == CURLE_PEER_FAILED_VERIFICATION)
      return fail(Errc::unavailable,
                  fmt::format("{}: its certificate is not trusted ({})", options_.url, said_.data()),
                  "set [bounce] ca_file to the certificate of its authority, or to the certificate itself");
    if (code == CURLE_SSL_CACERT_BADFILE)
      return fail(Errc::config, fmt::format("{} cannot be read as certificates", options_.ca_file),
                  "[bounce] ca_file");
    return fail(Errc::unavailable, fmt::format("{}: {}", options_.url, curl_easy_strerror(code)));
  }

 private:
  const MailboxOptions& options_;
  CurlEasy handle_;
  std::array<char, CURL_ERROR_SIZE> said_{};  ///< libcurl's words about the last failure
};

/// The numbers in this text, in order, at the places where its words are numbers.
std::vector<std::uint32_t> numbers_in(std::string_view text) {
  std::vector<std::uint32_t> numbers;
  for (const auto word : split(text, ' ')) {
    const auto digits = trim(word);
    std::uint32_t number = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (read.ec == std::errc{} && read.ptr == digits.data() + digits.size() && number > 0)
      numbers.push_back(number);
  }
  return numbers;
}

Result<Disposition> take_one(const MailboxOptions& options, std::string name, const std::string& mail,
                             const Take& take) {
  TIDINGS_LET(const auto put, take({.name = std::move(name), .bytes = mail}));
  if (put == Disposition::unmatched) TIDINGS_TRY(put_unmatched(options.unmatched, mail));
  return put;
}

Result<void> put_away(Session& session, const MailboxOptions& options, const std::string& folder,
                      std::uint32_t uid) {
  if (options.done_folder.empty()) {
    const auto* const flags =
        options.removal == MailboxOptions::Removal::remove ? "\\Seen \\Deleted" : "\\Seen \\Answered";
    TIDINGS_TRY(session.ask(folder, fmt::format("UID STORE {} +FLAGS.SILENT ({})", uid, flags)));
    return {};
  }
  if (session.ask(folder, fmt::format("UID MOVE {} \"{}\"", uid, options.done_folder))) return {};
  TIDINGS_TRY(session.ask(folder, fmt::format("UID COPY {} \"{}\"", uid, options.done_folder)));
  TIDINGS_TRY(session.ask(folder, fmt::format("UID STORE {} +FLAGS.SILENT (\\Seen \\Deleted)", uid)));
  return {};
}

/// Collects mails that the server does not deliver. Two in a row mean trouble beyond a single mail.
class Refused {
 public:
  Result<void> note(const std::string& name, Error error) {
    error.what = name + ": " + error.what;
    if (in_a_row_++ > 0) return tl::unexpected<Error>(std::move(error));
    unread_.push_back(std::move(error));
    return {};
  }
  void calm() { in_a_row_ = 0; }
  [[nodiscard]] Unread take() { return std::move(unread_); }

 private:
  Unread unread_;
  int in_a_row_ = 0;
};

Result<Unread> read_imap(const MailboxOptions& options, const Take& take) {
  Session session{options};
  const auto folder = "/" + percent_encode(options.folder);
  TIDINGS_LET(const auto found, session.ask(folder, "UID SEARCH UNANSWERED UNDELETED"));
  const auto uids = numbers_in(replace_all(replace_all(found, "\r", " "), "\n", " "));
  // It may already exist; if it cannot be created, the first move reports it.
  if (!options.done_folder.empty() && !uids.empty())
    static_cast<void>(session.ask(folder, fmt::format("CREATE \"{}\"", options.done_folder)));
  Refused refused;
  for (const auto uid : uids) {
    const auto name = fmt::format("{}, mail {}", options.url, uid);
    const auto mail = session.ask(fmt::format("{};UID={}", folder, uid));
    if (!mail) {
      TIDINGS_TRY(refused.note(name, mail.error()));
      continue;
    }
    refused.calm();
    TIDINGS_LET(const auto put, take_one(options, name, *mail, take));
    if (put == Disposition::keep) {
      // Reading has set \Seen; leave the mail as it was.
      static_cast<void>(session.ask(folder, fmt::format("UID STORE {} -FLAGS.SILENT (\\Seen)", uid)));
    } else {
      TIDINGS_TRY(put_away(session, options, folder, uid));
    }
  }
  const bool removes = options.removal == MailboxOptions::Removal::remove || !options.done_folder.empty();
  if (removes && !uids.empty()) TIDINGS_TRY(session.ask(folder, "EXPUNGE"));
  return refused.take();
}

Result<Unread> read_pop3(const MailboxOptions& options, const Take& take) {
  Session session{options};
  TIDINGS_LET(const auto listed, session.ask("/"));
  Refused refused;
  for (const auto line : split(listed, '\n')) {
    const auto numbers = numbers_in(line);
    if (numbers.empty()) continue;
    const auto path = fmt::format("/{}", numbers.front());
    const auto name = fmt::format("{}, mail {}", options.url, numbers.front());
    const auto mail = session.ask(path);
    if (!mail) {
      TIDINGS_TRY(refused.note(name, mail.error()));
      continue;
    }
    refused.calm();
    TIDINGS_LET(const auto put, take_one(options, name, *mail, take));
    if (put != Disposition::keep && options.removal == MailboxOptions::Removal::remove)
      TIDINGS_TRY(session.ask(path, "DELE", false));
  }
  return refused.take();
}

}  // namespace

Result<Unread> read_mailbox(const MailboxOptions& options, const Take& take) {
  return options.url.starts_with("imap") ? read_imap(options, take) : read_pop3(options, take);
}

}  // namespace tidings::bounce
