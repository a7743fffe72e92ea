// A folder of its own for one test, gone afterwards.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include <unistd.h>

namespace tidings::test {

class TempFolder {
 public:
  TempFolder() {
    // In memory where that can be: the store's fsyncs would be most of a test's time, and no test cuts the
    // power.
    const std::filesystem::path memory{"/dev/shm"};
    const bool usable = ::access(memory.c_str(), W_OK | X_OK) == 0;
    auto pattern =
        ((usable ? memory : std::filesystem::temp_directory_path()) / "tidings-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace tidings::test
