#include "app/newsletters.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <map>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "base/text.hpp"
#include "config/config.hpp"

namespace tidings::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view shared_file = "site.toml";

/// A pipe from a child; its lines leave whole.
struct Stream {
  int fd = -1;
  std::FILE* out = nullptr;
  std::string begun{};  ///< a line without its end
};

struct Child {
  pid_t id = 0;
  std::string name;
  std::array<Stream, 2> streams;  ///< standard output, standard error
};

std::string labelled(std::string_view line, const std::string& name, OutputForm form) {
  if (form == OutputForm::json_objects && line.starts_with('{')) {
    const auto rest = line.substr(1);
    return fmt::format("{{\"newsletter\":{}{}{}", nlohmann::json(name).dump(),
                       trim(rest).starts_with('}') ? "" : ",", rest);
  }
  return line.empty() ? std::string{} : fmt::format("{}: {}", name, line);
}

class Parent {
 public:
  Parent(const ForEachOptions& options, const std::atomic<bool>& stop) : options_(options), stop_(stop) {}

  /// True in the child.
  Result<bool> start(const Newsletter& newsletter) {
    std::array<std::array<int, 2>, 2> pipes{{{-1, -1}, {-1, -1}}};
    for (auto& ends : pipes) {
      if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(Errc::io, "cannot open a pipe");
    }
    std::fflush(stdout);
    std::fflush(stderr);
    const pid_t id = ::fork();
    if (id < 0) return fail(Errc::io, fmt::format("cannot start a process: {}", std::strerror(errno)));
    if (id == 0) {
      const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
      if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
      ::dup2(pipes[0][1], STDOUT_FILENO);
      ::dup2(pipes[1][1], STDERR_FILENO);
      for (const auto& ends : pipes) {
        for (const int fd : ends) ::close(fd);
      }
      for (const auto& each : children_) {
        for (const auto& stream : each.streams) ::close(stream.fd);
      }
      return true;
    }
    for (const auto& ends : pipes) ::close(ends[1]);
    children_.push_back(
        {.id = id,
         .name = newsletter.name,
         .streams = {Stream{.fd = pipes[0][0], .out = stdout}, Stream{.fd = pipes[1][0], .out = stderr}}});
    return false;
  }

  [[nodiscard]] bool is_full() const { return std::ssize(children_) >= options_.parallel; }
  [[nodiscard]] bool is_idle() const { return children_.empty(); }

  /// Passes output on until a child has ended, or a moment has passed.
  void attend() {
    constexpr int moment_ms = 200;
    constexpr int end_ms = 2;  // between the end of a child's output and its own
    if (stop_ && !told_) {
      for (const auto& child : children_) ::kill(child.id, SIGTERM);
      told_ = true;
    }
    std::vector<pollfd> waiting;
    int wait_ms = moment_ms;
    for (const auto& child : children_) {
      if (std::ranges::all_of(child.streams, [](const Stream& stream) { return stream.fd < 0; }))
        wait_ms = end_ms;
      for (const auto& stream : child.streams) {
        if (stream.fd >= 0) waiting.push_back({.fd = stream.fd, .events = POLLIN, .revents = 0});
      }
    }
    ::poll(waiting.data(), waiting.size(), wait_ms);
    for (auto& child : children_) {
      for (auto& stream : child.streams) {
        const auto found = std::ranges::find(waiting, stream.fd, &pollfd::fd);
        if (stream.fd >= 0 && found != waiting.end() && found->revents != 0) read(child, stream);
      }
    }
    std::erase_if(children_, [this](Child& child) { return has_ended(child); });
  }

  void count(int status) {
    ended_.status = worse_status(ended_.status, status);
    if (status != 0 && status != EX_TEMPFAIL) ++ended_.failed;
  }
  [[nodiscard]] AllEnded ended() const { return ended_; }

 private:
  void read(const Child& child, Stream& stream) const {
    std::array<char, 1 << 16> bytes{};
    const auto count = ::read(stream.fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) return;
    if (count <= 0) {
      if (!stream.begun.empty()) put(child, stream, std::exchange(stream.begun, {}));
      ::close(std::exchange(stream.fd, -1));
      return;
    }
    stream.begun.append(bytes.data(), static_cast<std::size_t>(count));
    std::size_t from = 0;
    for (auto end = stream.begun.find('\n'); end != std::string::npos; end = stream.begun.find('\n', from)) {
      put(child, stream, std::string_view{stream.begun}.substr(from, end - from));
      from = end + 1;
    }
    stream.begun.erase(0, from);
  }

  void put(const Child& child, const Stream& stream, std::string_view line) const {
    const auto text = labelled(line, child.name, options_.form) + "\n";
    std::fwrite(text.data(), 1, text.size(), stream.out);
    std::fflush(stream.out);
  }

  /// A process that it left behind may hold its pipes: those are not waited for.
  bool has_ended(Child& child) {
    int status = 0;
    if (::waitpid(child.id, &status, WNOHANG) != child.id) return false;
    for (auto& stream : child.streams) {
      if (stream.fd < 0) continue;
      ::fcntl(stream.fd, F_SETFL, O_NONBLOCK);
      while (stream.fd >= 0 && has_more(stream.fd)) read(child, stream);
      if (!stream.begun.empty()) put(child, stream, stream.begun);
      if (stream.fd >= 0) ::close(stream.fd);
    }
    if (WIFSIGNALED(status)) {
      log::error(fmt::format("{}: ended by signal {}", child.name, WTERMSIG(status)));
      count(stop_ ? EX_TEMPFAIL : EX_SOFTWARE);
    } else {
      count(WEXITSTATUS(status));
    }
    return true;
  }

  static bool has_more(int fd) {
    pollfd one{.fd = fd, .events = POLLIN, .revents = 0};
    return ::poll(&one, 1, 0) > 0 && one.revents != 0;
  }

  const ForEachOptions& options_;
  const std::atomic<bool>& stop_;
  std::vector<Child> children_;
  AllEnded ended_;
  bool told_ = false;
};

/// Two that share a database would send each other's editions.
void refuse_shared_stores(std::vector<Newsletter>& newsletters) {
  std::map<std::string, Newsletter*> owners;
  for (auto& each : newsletters) {
    const auto loaded = config::load_config(each.config);
    if (!loaded) continue;  // its own process says why
    std::error_code ignored;
    auto store = loaded->store.server ? loaded->store.name()
                                      : fs::weakly_canonical(loaded->store.path, ignored).string();
    const auto [owner, is_first] = owners.emplace(std::move(store), &each);
    if (is_first) continue;
    each.refusal = fmt::format("has the same database as {} ({})", owner->second->name, owner->first);
    owner->second->refusal = fmt::format("has the same database as {} ({})", each.name, owner->first);
  }
}

}  // namespace

int worse_status(int one, int other) {
  // What passes by itself first, then what somebody must look at, then what is our own fault.
  constexpr std::array order{EX_OK,     EX_TEMPFAIL, EX_UNAVAILABLE, EX_NOINPUT, EX_DATAERR, EX_USAGE,
                             EX_NOPERM, EX_CONFIG,   EX_CANTCREAT,   EX_IOERR,   EX_SOFTWARE};
  const auto rank = [&](int status) { return std::ranges::find(order, status) - order.begin(); };
  return rank(other) > rank(one) ? other : one;
}

Result<std::vector<Newsletter>> newsletters_in(const fs::path& folder) {
  std::error_code error;
  std::vector<Newsletter> found;
  for (fs::directory_iterator entries{folder, error}, end; !error && entries != end;
       entries.increment(error)) {
    const auto& path = entries->path();
    const auto name = path.filename().string();
    if (name.starts_with('.') || name.starts_with('_') || name == shared_file) continue;
    std::error_code ignored;
    if (path.extension() == ".toml" && entries->is_regular_file(ignored)) {
      found.push_back({.name = path.stem().string(), .config = path, .refusal = {}});
    } else if (entries->is_directory(ignored) && fs::exists(path / "config.toml", ignored)) {
      found.push_back({.name = name, .config = path / "config.toml", .refusal = {}});
    }
  }
  if (error)
    return fail(Errc::no_input, fmt::format("--all: cannot read {}: {}", folder.string(), error.message()));
  if (found.empty()) {
    return fail(Errc::no_input, fmt::format("--all: {} holds no newsletter", folder.string()),
                "NAME.toml or NAME/config.toml, one for each");
  }
  std::ranges::sort(found, {}, &Newsletter::name);
  refuse_shared_stores(found);
  return found;
}

Result<std::variant<InChild, AllEnded>> for_each_newsletter(const std::vector<Newsletter>& newsletters,
                                                            const ForEachOptions& options,
                                                            const std::atomic<bool>& stop) {
  Parent parent{options, stop};
  for (const auto& each : newsletters) {
    if (!each.refusal.empty()) {
      log::error(fmt::format("{}: {}", each.name, each.refusal));
      parent.count(EX_CONFIG);
      continue;
    }
    while (parent.is_full()) parent.attend();
    if (stop) {
      parent.count(EX_TEMPFAIL);
      continue;
    }
    TIDINGS_LET(const bool is_child, parent.start(each));
    if (is_child) return InChild{.newsletter = each};
  }
  while (!parent.is_idle()) parent.attend();
  return parent.ended();
}

}  // namespace tidings::app
