#include "source/feed_command.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/environment.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

namespace tidings::source {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

/// Both ends of a pipe; what is open is closed in the end.
struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) ends = {-1, -1};
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  void close_end(std::size_t which) {
    if (ends[which] >= 0) ::close(ends[which]);
    ends[which] = -1;
  }
};

/// A started program; killed with all its children if nobody has waited for it.
class Child {
 public:
  /// `in`: its standard input; -1: none.
  Child(const std::vector<std::string>& arguments, const CommandOptions& options, int in, const Pipe& out,
        const Pipe& err) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (in >= 0) {
      posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    } else {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    }
    posix_spawn_file_actions_adddup2(&actions, out.ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.ends[1], STDERR_FILENO);
    if (!options.folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, options.folder.c_str());
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    std::vector<char*> argv;
    for (const auto& argument : arguments)
      argv.push_back(const_cast<char*>(argument.c_str()));  // exec's old signature; it does not write there
    argv.push_back(nullptr);
    ChildEnvironment environment;
    error_ = ::posix_spawnp(&pid_, argv[0], &actions, &attributes, argv.data(), environment.data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error_ != 0) pid_ = -1;
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);
    static_cast<void>(wait());
  }

  [[nodiscard]] int error() const { return error_; }

  /// The status as waitpid() gives it.
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_ = -1;
  int error_ = 0;
};

/// A file without a name that holds the text: whoever reads it slowly, or not at all, blocks nobody.
class Input {
 public:
  explicit Input(const std::string& text) {
    if (text.empty()) return;
    fd_ = ::memfd_create("input", MFD_CLOEXEC);
    for (std::size_t at = 0; fd_ >= 0 && at < text.size();) {
      const auto wrote = ::write(fd_, text.data() + at, text.size() - at);
      if (wrote <= 0) close();
      at += wrote > 0 ? static_cast<std::size_t>(wrote) : 0;
    }
    if (fd_ >= 0) ::lseek(fd_, 0, SEEK_SET);
    failed_ = fd_ < 0;
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  ~Input() { close(); }

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  int fd_ = -1;
  bool failed_ = false;
};

enum class Ending { closed, too_long, too_much };

/// Reads both until both are closed; of errors only the last 4 KiB are kept.
Ending read_both(Pipe& out, Pipe& err, const CommandOptions& options, Deadline deadline, std::string& text,
                 std::string& errors) {
  std::array<char, 65'536> chunk{};
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return Ending::too_long;
    std::array<pollfd, 2> set{pollfd{.fd = out.ends[0], .events = POLLIN, .revents = 0},
                              pollfd{.fd = err.ends[0], .events = POLLIN, .revents = 0}};
    if (::poll(set.data(), set.size(), static_cast<int>(std::min<std::int64_t>(left.count(), 60'000))) <= 0)
      continue;
    for (auto* const each : {&out, &err}) {
      const auto index = each == &out ? std::size_t{0} : std::size_t{1};
      if (set[index].revents == 0) continue;
      const auto got = ::read(each->ends[0], chunk.data(), chunk.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        each->close_end(0);
        continue;
      }
      auto& to = each == &out ? text : errors;
      to.append(chunk.data(), static_cast<std::size_t>(got));
      if (each == &out && static_cast<std::int64_t>(text.size()) > options.max_bytes) return Ending::too_much;
      if (each == &err && errors.size() > 4096) errors.erase(0, errors.size() - 4096);
    }
  }
  return Ending::closed;
}

std::string last_line(std::string_view text) {
  text = trim(text);
  const auto at = text.rfind('\n');
  return collapse_blanks(
      clean_utf8(truncate_utf8(at == std::string_view::npos ? text : text.substr(at + 1), 200)));
}

}  // namespace

Result<std::string> output_of_command(const std::vector<std::string>& arguments,
                                      const CommandOptions& options) {
  if (arguments.empty()) return fail(Errc::unavailable, "the command names no program");
  const auto& program = arguments.front();
  Pipe out;
  Pipe err;
  if (out.ends[0] < 0 || err.ends[0] < 0)
    return fail(Errc::io, program + ": cannot create a pipe: " + std::strerror(errno));
  const Input in{options.input};
  if (in.failed()) return fail(Errc::io, program + ": no room for its input");
  Child child{arguments, options, in.fd(), out, err};
  if (child.error() != 0)
    return fail(Errc::unavailable, program + " cannot be started: " + std::strerror(child.error()));
  out.close_end(1);
  err.close_end(1);
  std::string text;
  std::string errors;
  const auto deadline = std::chrono::steady_clock::now() + options.timeout;
  switch (read_both(out, err, options, deadline, text, errors)) {
    case Ending::too_long:
      return fail(Errc::unavailable, program + " ran longer than " + format_duration(options.timeout));
    case Ending::too_much:
      return fail(Errc::unavailable, program + " wrote more than " + format_size(options.max_bytes));
    case Ending::closed: break;
  }
  const int status = child.wait();
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return text;
  auto what = WIFSIGNALED(status) ? program + " was killed by signal " + std::to_string(WTERMSIG(status))
                                  : program + " exited with status " + std::to_string(WEXITSTATUS(status));
  if (const auto said = last_line(errors); !said.empty()) what += ": " + said;
  return fail(Errc::unavailable, std::move(what));
}

}  // namespace tidings::source
