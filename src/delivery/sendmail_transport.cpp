// Messages through a program on this host (sendmail, msmtp, dma), one after the other. What it says is kept
// as the reply.

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

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

/// Lines end in LF on this interface; sendmail makes them CRLF again.
std::string with_local_line_ends(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != '\r') out += bytes[i];
  }
  return out;
}

/// What the program says beyond this is read and dropped.
constexpr std::size_t most_words = 4096;

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

  void run() {
    while (output_ >= 0 || !left_.empty()) {
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
    end(input_);
    while (::waitpid(child_, &status_, 0) < 0 && errno == EINTR) continue;
  }
  [[nodiscard]] int status() const { return WIFEXITED(status_) ? WEXITSTATUS(status_) : EX_TEMPFAIL; }
  [[nodiscard]] bool took_all() const { return took_all_; }
  [[nodiscard]] std::string words() const { return collapse_blanks(clean_utf8(words_)); }

 private:
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
  std::string words_;
  int status_ = 0;
};

RelayOptions options_of(const std::filesystem::path& program) {
  RelayOptions options;
  options.label = program.filename().string();
  return options;
}

class SendmailTransport final : public Transport {
 public:
  explicit SendmailTransport(std::filesystem::path program)
      : program_(std::move(program)), health_(options_of(program_)) {}

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
  [[nodiscard]] std::string name() const override { return program_.filename().string(); }
  [[nodiscard]] int capacity() const override { return 4; }
  void recall(const std::vector<RelayMemory>& memories, UtcTime now) override {
    for (auto memory : memories) {
      memory.paused_until.reset();  // a program is asked again by each run
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
    int input[2], output[2];
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
    auto path = program_.string();
    // "--" before the address: one that begins with a hyphen is still an address.
    std::string dash_i = "-i", dash_f = "-f", from = queued.message.envelope_from, end = "--",
                to = queued.message.envelope_to;
    char* arguments[] = {path.data(), dash_i.data(), dash_f.data(), from.data(),
                         end.data(),  to.data(),     nullptr};
    pid_t child = 0;
    ChildEnvironment environment;
    const int failed = ::posix_spawn(&child, path.c_str(), &actions, nullptr, arguments, environment.data());
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
    talk.run();
    auto outcome =
        outcome_of(talk.status(), talk.took_all(), with_address(talk.words(), queued.message.envelope_to));
    const auto domain = queued.message.envelope_to.substr(queued.message.envelope_to.rfind('@') + 1);
    const bool ended =
        health_.answered({.outcome = outcome, .domain = domain, .attempt = queued.claim.attempt},
                         std::chrono::steady_clock::now());
    if (ended && !health_.words_of_brake().empty()) outbox.brake(name(), health_.words_of_brake());
    if (ended) outbox.report_trouble(outcome, name());
    outbox.answer(queued.claim, std::move(outcome), name());
    return !ended;
  }

  /// The program's words with the address that they are about.
  static std::string with_address(const std::string& words, const std::string& address) {
    if (words.empty() || words.find(address) != std::string::npos) return words;
    return fmt::format("<{}>: {}", address, words);
  }

  /// The status decides, but for what the words say about us (base/refusal.hpp).
  [[nodiscard]] Outcome outcome_of(int status, bool written, const std::string& words) const {
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
    outbox.report_trouble(no_reply(Stage::connect, fmt::format("cannot run {}: {}", program_.string(), why)),
                          name());
    return false;
  }

  std::filesystem::path program_;
  RelayHealth health_;
};

}  // namespace

Result<std::unique_ptr<Transport>> make_sendmail_transport(const std::filesystem::path& program) {
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(program, error);
  if (is_folder || ::access(program.c_str(), X_OK) != 0) {
    return fail(
        Errc::config,
        fmt::format("{} cannot be executed: {}", program.string(), std::strerror(is_folder ? EISDIR : errno)),
        "name a program that accepts mail as sendmail does");
  }
  return std::make_unique<SendmailTransport>(program);
}

}  // namespace tidings::delivery
