// Messages through a program on this host (sendmail, msmtp, dma), one after the other. Its output is kept as
// the reply.

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <iterator>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/environment.hpp"
#include "base/text.hpp"
#include "delivery/outbox.hpp"
#include "delivery/relay_health.hpp"
#include "delivery/transport.hpp"

namespace tidings::delivery {
namespace {

using namespace std::chrono_literals;

/// This interface uses LF line ends; sendmail turns them back into CRLF.
std::string with_local_line_ends(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  std::ranges::remove_copy(bytes, std::back_inserter(out), '\r');
  return out;
}

/// Output beyond this is read and dropped.
constexpr std::size_t most_words = 4096;

/// A program that hangs has so long after somebody asked for the end.
constexpr auto time_after_stop = 4s;

/// One program: its message goes in, its words come out, until it has ended. Both at once, since it may talk
/// before it has read all; and no longer, since a process that it leaves behind may hold its output open.
class Talk {
 public:
  Talk(pid_t child, int input, int output, std::string_view message)
      : child_(child), input_(input), output_(output), left_(message) {
    for (const int fd : {input_, output_}) ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  }
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;
  ~Talk() {
    end(input_);
    end(output_);
  }

  /// Kills the program after `limit`, or soon after `hurried`.
  void run(std::chrono::milliseconds limit, const std::function<bool()>& hurried) {
    auto until = std::chrono::steady_clock::now() + limit;
    bool asked = false;
    for (;;) {
      const auto now = std::chrono::steady_clock::now();
      if (!asked && hurried()) {
        asked = true;
        until = std::min(until, now + time_after_stop);
      }
      if (now >= until) return kill();
      const int input = left_.empty() ? -1 : input_;
      if (input < 0) end(input_);
      std::array<pollfd, 2> set{
          {{.fd = input, .events = POLLOUT, .revents = 0}, {.fd = output_, .events = POLLIN, .revents = 0}}};
      ::poll(set.data(), set.size(), 50);
      if (set[0].revents != 0) write_some();
      if (set[1].revents != 0) read_some();
      if (::waitpid(child_, &status_, WNOHANG) != child_) continue;
      if (output_ >= 0) read_some();
      return;
    }
  }
  [[nodiscard]] bool was_killed() const { return was_killed_; }
  /// Its end of input came: it may have sent the message on.
  [[nodiscard]] bool had_all() const { return left_.empty() && took_all_; }
  [[nodiscard]] int status() const { return WIFEXITED(status_) ? WEXITSTATUS(status_) : EX_TEMPFAIL; }
  [[nodiscard]] bool took_all() const { return took_all_; }
  [[nodiscard]] std::string words() const { return collapse_blanks(clean_utf8(words_)); }

 private:
  void kill() {
    was_killed_ = true;
    ::kill(-child_, SIGKILL);  // with what it has started
    ::kill(child_, SIGKILL);
    while (::waitpid(child_, &status_, 0) < 0 && errno == EINTR) continue;
  }
  static void end(int& fd) {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
  void write_some() {
    const auto count = ::write(input_, left_.data(), left_.size());
    if (count > 0) left_.remove_prefix(static_cast<std::size_t>(count));
    if (count < 0 && errno != EAGAIN && errno != EINTR) {
      took_all_ = false;
      left_ = {};
    }
  }
  void read_some() {
    std::array<char, 4096> buffer;
    for (;;) {
      const auto count = ::read(output_, buffer.data(), buffer.size());
      if (count < 0) {
        if (errno == EINTR) continue;
        if (errno != EAGAIN) end(output_);
        return;
      }
      if (count == 0) return end(output_);
      if (words_.size() < most_words) words_.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }

  pid_t child_;
  int input_, output_;
  std::string_view left_;
  bool took_all_ = true;
  bool was_killed_ = false;
  std::string words_;
  int status_ = 0;
};

RelayOptions relay_of(const SendmailOptions& options) {
  RelayOptions relay;
  relay.label = options.name;
  return relay;
}

class SendmailTransport final : public Transport {
 public:
  explicit SendmailTransport(SendmailOptions options)
      : options_(std::move(options)), health_(relay_of(options_)) {}

  void run(Outbox& outbox) override {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    bool broken = false;
    health_.begin_run(std::chrono::steady_clock::now());
    for (;;) {
      const auto taken = outbox.take_or_wait(1, 200ms);
      if (taken.empty() && (outbox.exhausted() || broken)) break;
      for (const auto& queued : taken) {
        if (broken || outbox.stopping()) {
          outbox.hand_back(queued.claim);
          continue;
        }
        outbox.leaving(queued.claim);
        if (!outbox.flush()) {
          outbox.hand_back(queued.claim);
          broken = true;
          continue;
        }
        broken = !send(outbox, queued);
      }
      [[maybe_unused]] const bool noted = outbox.flush();
      outbox.publish();
    }
  }
  [[nodiscard]] std::string name() const override { return options_.name; }
  [[nodiscard]] int capacity() const override { return 4; }
  [[nodiscard]] int in_flight() const override { return 1; }
  void recall(const std::vector<RelayMemory>& memories, UtcTime now) override {
    for (auto memory : memories) {
      memory.paused_until.reset();  // each run tries a program again
      if (memory.name == name()) health_.recall(memory, now, std::chrono::steady_clock::now());
    }
  }
  [[nodiscard]] std::vector<RelayMemory> memories(UtcTime now) const override {
    auto memory = health_.memory(now, std::chrono::steady_clock::now());
    memory.paused_until.reset();
    return {memory};
  }

 private:
  /// False if the program could not be run at all.
  bool send(Outbox& outbox, const QueuedMessage& queued) {
    int input[2];
    int output[2];
    if (::pipe2(input, O_CLOEXEC) != 0) return not_run(outbox, queued, std::strerror(errno));
    if (::pipe2(output, O_CLOEXEC) != 0) {
      ::close(input[0]);
      ::close(input[1]);
      return not_run(outbox, queued, std::strerror(errno));
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output[1], STDERR_FILENO);
    // A group of its own, so that all of it can be killed.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    auto path = options_.program.string();
    // "--" before the address: one that begins with a hyphen is still an address.
    std::array<std::string, 5> words{"-i", "-f", queued.message.envelope_from, "--",
                                     queued.message.envelope_to};
    char* arguments[] = {path.data(),     words[0].data(), words[1].data(), words[2].data(),
                         words[3].data(), words[4].data(), nullptr};
    pid_t child = 0;
    ChildEnvironment environment;
    const int failed =
        ::posix_spawn(&child, path.c_str(), &actions, &attributes, arguments, environment.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    ::close(input[0]);
    ::close(output[1]);
    if (failed != 0) {
      ::close(input[1]);
      ::close(output[0]);
      return not_run(outbox, queued, std::strerror(failed));
    }
    const auto message = with_local_line_ends(queued.message.text());
    Talk talk{child, input[1], output[0], message};
    talk.run(options_.limit, [&outbox] { return outbox.hurried(); });
    auto outcome = outcome_of(talk, queued.message.envelope_to);
    const auto domain = queued.message.envelope_to.substr(queued.message.envelope_to.rfind('@') + 1);
    const bool ended =
        health_.answered({.outcome = outcome, .domain = domain, .attempt = queued.claim.attempt},
                         std::chrono::steady_clock::now());
    if (ended && !health_.words_of_brake().empty()) outbox.brake(name(), health_.words_of_brake());
    if (ended) outbox.report_trouble(outcome, name());
    outbox.answer(queued.claim, std::move(outcome), name());
    return !ended;
  }

  /// The program's output, with the address it is about.
  static std::string with_address(const std::string& words, const std::string& address) {
    if (words.empty() || words.find(address) != std::string::npos) return words;
    return fmt::format("<{}>: {}", address, words);
  }

  /// The status decides, but for what the words say about us (base/refusal.hpp).
  [[nodiscard]] Outcome outcome_of(const Talk& talk, const std::string& address) const {
    if (talk.was_killed()) {
      return no_reply(talk.had_all() ? Stage::dot : Stage::data, name() + " did not end, and was killed");
    }
    const int status = talk.status();
    const bool written = talk.took_all();
    const auto words = with_address(talk.words(), address);
    const auto say = [&](Stage stage, int code, std::string_view enhanced) {
      const auto text = words.empty() ? fmt::format("{} exited with status {}", name(), status) : words;
      return classify(stage, code, fmt::format("{} {}", enhanced, text));
    };
    if (status == 0 && written) return classify(Stage::dot, 250, "2.0.0 accepted by " + name());
    switch (status) {
      case 0:
      case EX_TEMPFAIL:
      case EX_OSERR:
      case EX_IOERR:
      case EX_UNAVAILABLE: return say(Stage::dot, 451, "4.3.0");
      case EX_NOUSER:
      case EX_NOHOST: return say(Stage::rcpt, 550, "5.1.1");
      default: return say(Stage::dot, 554, "5.3.0");
    }
  }

  bool not_run(Outbox& outbox, const QueuedMessage& queued, std::string_view why) {
    outbox.hand_back(queued.claim);
    outbox.report_trouble(
        no_reply(Stage::connect, fmt::format("cannot run {}: {}", options_.program.string(), why)), name());
    return false;
  }

  SendmailOptions options_;
  RelayHealth health_;
};

}  // namespace

Result<std::unique_ptr<Transport>> make_sendmail_transport(SendmailOptions options) {
  const auto& program = options.program;
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(program, error);
  if (is_folder || ::access(program.c_str(), X_OK) != 0) {
    return fail(
        Errc::config,
        fmt::format("{} cannot be executed: {}", program.string(), std::strerror(is_folder ? EISDIR : errno)),
        "name a program that accepts mail as sendmail does");
  }
  if (options.name.empty()) options.name = program.filename().string();
  return std::make_unique<SendmailTransport>(std::move(options));
}

}  // namespace tidings::delivery
