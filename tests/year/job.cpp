#include "year/job.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <stdexcept>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/crypto.hpp"
#include "base/curl.hpp"
#include "base/zone.hpp"
#include "year/record.hpp"

int tidings_main(int argc, char** argv);  // src/main.cpp, under another name

namespace year {
namespace {

/// Of the host's processor: a job that does not end is a finding, and must not stop the others.
constexpr rlimit most_seconds = {.rlim_cur = 30, .rlim_max = 30};
/// A world of some hundred readers and posts needs no more: of memory that the job writes, and of a file.
constexpr rlimit most_memory = {.rlim_cur = 256U << 20U, .rlim_max = 256U << 20U};
constexpr rlimit most_of_a_file = {.rlim_cur = 16U << 20U, .rlim_max = 16U << 20U};

int memory_file(const char* name) {
  const int fd = ::memfd_create(name, MFD_CLOEXEC);
  if (fd < 0) throw std::runtime_error{"memfd_create"};
  return fd;
}

std::string taken_from(int fd) {
  const auto size = ::lseek(fd, 0, SEEK_END);
  std::string text(static_cast<std::size_t>(size), '\0');
  if (::pread(fd, text.data(), text.size(), 0) != size) text.clear();
  ::close(fd);
  return text;
}

[[noreturn]] void become(const Command& command, int in, int out, int errors) {
  ::setrlimit(RLIMIT_CPU, &most_seconds);
  ::setrlimit(RLIMIT_DATA, &most_memory);
  ::setrlimit(RLIMIT_FSIZE, &most_of_a_file);
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  for (const auto& [name, value] : command.environment) ::setenv(name.c_str(), value.c_str(), 1);
  std::vector<std::string> words{"tidings"};
  words.insert(words.end(), command.words.begin(), command.words.end());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  activate(command.setting);
  const int status = tidings_main(static_cast<int>(words.size()), arguments.data());
  std::cout.flush();
  std::fflush(nullptr);
  note_end();
  ::_exit(status);
}

}  // namespace

void warm_up() {
  [[maybe_unused]] const auto zone = tidings::Zone::find("Europe/Athens");
  [[maybe_unused]] const auto handle = tidings::make_curl_easy();
  [[maybe_unused]] const auto hash = tidings::sha256("");
}

Ended run_job(const Command& command, const std::function<std::int64_t(std::int64_t)>& meanwhile) {
  const int in = memory_file("in"), out = memory_file("out"), errors = memory_file("errors");
  if (::write(in, command.input.data(), command.input.size()) < 0) throw std::runtime_error{"write"};
  ::lseek(in, 0, SEEK_SET);
  shared().seams = 0;
  shared().ended_ms = command.setting.now_ms;
  const pid_t child = ::fork();
  if (child == 0) become(command, in, out, errors);
  int status = 0;
  while (::waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status)) {
    shared().ended_ms = meanwhile(shared().ended_ms);
    ::kill(child, SIGCONT);
  }
  ::close(in);
  Ended ended;
  ended.by_signal = WIFSIGNALED(status);
  ended.status = ended.by_signal ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  ended.out = taken_from(out);
  ended.errors = taken_from(errors);
  ended.ended_ms = shared().ended_ms;
  ended.seams = shared().seams;
  return ended;
}

}  // namespace year
