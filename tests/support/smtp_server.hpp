// A scripted SMTP server for tests: on a port chosen by the kernel, a thread a session; each answer can be
// replaced.
//
// It remembers whom it accepted what for, so that a test can count mails per address. Not strict about
// anything that a test does not ask for; strict about grouping when told to be (Server::Manners).
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace tidings::test {

/// Where the session is when an answer is due. `body` is asked once while a DATA body is still coming in.
enum class Point { greeting, ehlo, mail, rcpt, data, body, dot, rset, quit };

/// What to do instead of the usual. An empty reply is the usual one.
struct Action {
  enum class Then { go_on, close, reset, hang };
  std::string reply{};  ///< whole lines with CRLF, sent as they stand
  Then then = Then::go_on;
  int delay_ms = 0;
};

struct Request {
  Point point = Point::greeting;
  std::string argument;  ///< address for MAIL and RCPT; for dot the recipient
  int session = 0;       ///< from 1
  int message = 0;       ///< messages of this session so far, this one included; 0 before the first MAIL
};

struct Accepted {
  std::string from, to, bytes;
  [[nodiscard]] std::string header(std::string_view name) const;
};

class SmtpServer {
 public:
  struct Manners {
    std::vector<std::string> ehlo = {"PIPELINING", "SIZE 10485760", "8BITMIME"};
    /// Forgets what has come in already when it answers a command, as servers do that announce PIPELINING by
    /// mistake.
    bool forgets_groups = false;
    /// Answers a second MAIL in an open transaction with 503 (RFC 5321 section 4.1.4), also after a refused
    /// RCPT.
    bool refuses_nested_mail = true;
  };
  using Script = std::function<Action(const Request&)>;

  explicit SmtpServer(Script script = {});
  SmtpServer(Script script, Manners manners);
  SmtpServer(const SmtpServer&) = delete;
  SmtpServer& operator=(const SmtpServer&) = delete;
  ~SmtpServer();

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url() const { return "smtp://127.0.0.1:" + std::to_string(port_); }

  [[nodiscard]] std::vector<Accepted> accepted() const;
  [[nodiscard]] std::map<std::string, int> accepted_by_address() const;
  [[nodiscard]] int sessions() const { return session_count_; }
  /// Every command line as it came, over all sessions.
  [[nodiscard]] std::vector<std::string> commands() const;
  /// The most sessions that were ever open together.
  [[nodiscard]] int sessions_at_once() const { return most_sessions_; }

 private:
  struct Session;
  void accept_loop();
  void serve(int fd, int number);
  [[nodiscard]] Action ask(const Request& request) const;
  [[nodiscard]] bool perform(Session& session, const Request& request, const Action& action,
                             std::string_view usual);
  void take(Session& session);

  Script script_;
  Manners manners_;
  int listen_fd_ = -1;
  int port_ = 0;
  std::atomic<int> session_count_{0};
  std::atomic<int> open_sessions_{0};
  std::atomic<int> most_sessions_{0};
  mutable std::mutex mutex_;
  std::condition_variable stopping_there_;
  bool stopping_ = false;
  std::vector<int> fds_;
  std::vector<Accepted> accepted_;
  std::vector<std::string> commands_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace tidings::test
