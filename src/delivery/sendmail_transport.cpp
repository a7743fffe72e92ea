// Letters through a program on this host (sendmail, msmtp, dma), one after the other.

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/environment.hpp"
#include "delivery/outbox.hpp"
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

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

class SendmailTransport final : public Transport {
 public:
  explicit SendmailTransport(std::filesystem::path program) : program_(std::move(program)) {}

  void run(Outbox& outbox) override {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    bool broken = false;
    for (;;) {
      const auto parcels = outbox.take_or_wait(1, 200ms);
      if (parcels.empty() && (outbox.exhausted() || broken)) break;
      for (const auto& parcel : parcels) {
        if (broken || outbox.stopping()) {
          outbox.hand_back(parcel.claim);
          continue;
        }
        outbox.leaving(parcel.claim);
        if (!outbox.flush()) {
          outbox.hand_back(parcel.claim);
          broken = true;
          continue;
        }
        broken = !send(outbox, parcel);
      }
      [[maybe_unused]] const bool noted = outbox.flush();
      outbox.publish();
    }
  }
  [[nodiscard]] std::string name() const override { return program_.filename().string(); }
  [[nodiscard]] int capacity() const override { return 4; }

 private:
  /// False if the program could not be run at all.
  bool send(Outbox& outbox, const Parcel& parcel) {
    int input[2];
    if (::pipe2(input, O_CLOEXEC) != 0) return not_run(outbox, parcel, std::strerror(errno));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    auto path = program_.string();
    // "--" before the address: one that begins with a hyphen is still an address.
    std::string dash_i = "-i", dash_f = "-f", from = parcel.letter.envelope_from, end = "--", to = parcel.letter.envelope_to;
    char* arguments[] = {path.data(), dash_i.data(), dash_f.data(), from.data(), end.data(), to.data(), nullptr};
    pid_t child = 0;
    ChildEnvironment environment;
    const int failed = ::posix_spawn(&child, path.c_str(), &actions, nullptr, arguments, environment.data());
    posix_spawn_file_actions_destroy(&actions);
    ::close(input[0]);
    if (failed != 0) {
      ::close(input[1]);
      return not_run(outbox, parcel, std::strerror(failed));
    }
    const bool written = write_all(input[1], with_local_line_ends(parcel.letter.text()));
    ::close(input[1]);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : EX_TEMPFAIL;
    auto outcome = classify(Stage::dot, 250, "2.0.0 taken by " + name());
    if (code == EX_TEMPFAIL || code == EX_OSERR || code == EX_IOERR || code == EX_UNAVAILABLE || (code == 0 && !written)) {
      outcome = classify(Stage::dot, 451, fmt::format("4.3.0 {} ended with status {}", name(), code));
    } else if (code == EX_NOUSER || code == EX_NOHOST) {
      outcome = classify(Stage::rcpt, 550, fmt::format("5.1.1 {} ended with status {}", name(), code));
    } else if (code != 0) {
      outcome = classify(Stage::dot, 554, fmt::format("5.3.0 {} ended with status {}", name(), code));
    }
    outbox.answer(parcel.claim, std::move(outcome), name());
    return true;
  }

  bool not_run(Outbox& outbox, const Parcel& parcel, std::string_view why) {
    outbox.hand_back(parcel.claim);
    outbox.report_trouble(no_reply(Stage::connect, fmt::format("cannot run {}: {}", program_.string(), why)), name());
    return false;
  }

  std::filesystem::path program_;
};

}  // namespace

Result<std::unique_ptr<Transport>> make_sendmail_transport(const std::filesystem::path& program) {
  if (::access(program.c_str(), X_OK) != 0) {
    return fail(Errc::config, fmt::format("{} cannot be executed: {}", program.string(), std::strerror(errno)),
                "name a program that takes messages as sendmail does");
  }
  return std::make_unique<SendmailTransport>(program);
}

}  // namespace tidings::delivery
