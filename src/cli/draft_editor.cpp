#include "cli/draft_editor.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/file.hpp"
#include "edition/draft_file.hpp"
#include "edition/review.hpp"

namespace tidings::cli {
namespace {

constexpr std::int64_t most_bytes = 4 << 20;

Result<void> open_editor(const std::filesystem::path& file) {
  const char* editor = std::getenv("VISUAL");
  if (editor == nullptr || *editor == '\0') editor = std::getenv("EDITOR");
  if (editor == nullptr || *editor == '\0') editor = "vi";
  // As git and crontab do: the variable may hold arguments, the file's name is one of its own.
  const auto script = std::string{editor} + " \"$1\"";
  const auto child = ::fork();
  if (child < 0) return fail(Errc::io, "cannot start the editor");
  if (child == 0) {
    ::execl("/bin/sh", "sh", "-c", script.c_str(), "editor", file.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return fail(Errc::unavailable, fmt::format("the editor \"{}\" failed: nothing changed", editor),
              "set EDITOR to use another one");
}

/// Changes the draft as `text` says, or returns what is wrong with it.
Result<std::vector<edition::DraftMistake>> apply(const config::Context& context,
                                                 const digest::Edition& edition,
                                                 const edition::DraftSheet& sheet, const std::string& text) {
  auto read = edition::parse_draft_file(text);
  const auto changes = edition::changes_of(read, sheet);
  if (!read.mistakes.empty()) return std::move(read.mistakes);
  const auto changed = edition::change_draft(context.database, edition, changes);
  if (changed) return std::vector<edition::DraftMistake>{};
  if (changed.error().code != Errc::bad_data) return tl::unexpected<Error>(changed.error());
  return std::vector<edition::DraftMistake>{
      {.line = 1, .what = changed.error().what, .hint = changed.error().hint}};
}

Error as_error(const edition::DraftMistake& mistake, const std::string& file) {
  return {.code = Errc::bad_data,
          .what = fmt::format("{}:{}: {}", file, mistake.line, mistake.what),
          .hint = mistake.hint};
}

/// The draft's file, removed unless it is to be kept.
class WorkFile {
 public:
  static Result<WorkFile> make(const std::string& text) {
    auto pattern = (std::filesystem::temp_directory_path() / "tidings-draft-XXXXXX").string();
    const int fd = ::mkstemp(pattern.data());
    if (fd < 0) return fail(Errc::cannot_create, pattern + ": cannot create the file");
    ::close(fd);
    WorkFile file{pattern};
    TIDINGS_TRY(write_file(pattern, text));
    return file;
  }
  WorkFile(WorkFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  WorkFile(const WorkFile&) = delete;
  WorkFile& operator=(const WorkFile&) = delete;
  WorkFile& operator=(WorkFile&&) = delete;
  ~WorkFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  /// Stays where it is; returns its path.
  std::string keep() { return std::exchange(path_, {}); }

 private:
  explicit WorkFile(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace

Result<bool> edit_by_hand(const config::Context& context, const digest::Edition& edition) {
  TIDINGS_LET(const auto sheet, edition::draft_sheet(context, edition));
  const auto original = edition::write_draft_file(sheet);
  TIDINGS_LET(auto file, WorkFile::make(original));
  auto shown = original;
  for (;;) {
    TIDINGS_TRY(open_editor(file.path()));
    TIDINGS_LET(const auto text, read_file(file.path(), most_bytes));
    if (text == original) return false;
    TIDINGS_LET(const auto mistakes, apply(context, edition, sheet, text));
    if (mistakes.empty()) return true;
    auto next = edition::with_mistakes(text, mistakes);
    if (text == shown || next == shown) {
      auto error = as_error(mistakes.front(), file.path());
      error.hint =
          fmt::format("nothing changed; \"tidings edition edit {} --file {}\" reads it when it is mended",
                      digest::name_of(edition), file.path());
      static_cast<void>(file.keep());
      return tl::unexpected<Error>(std::move(error));
    }
    shown = std::move(next);
    TIDINGS_TRY(write_file(file.path(), shown));
  }
}

Result<void> edit_by_file(const config::Context& context, const digest::Edition& edition,
                          const std::string& file) {
  TIDINGS_LET(const auto text, read_file(file, most_bytes));
  TIDINGS_LET(const auto sheet, edition::draft_sheet(context, edition));
  TIDINGS_LET(const auto mistakes, apply(context, edition, sheet, text));
  if (mistakes.empty()) return {};
  return tl::unexpected<Error>(as_error(mistakes.front(), file));
}

}  // namespace tidings::cli
