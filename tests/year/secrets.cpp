#include "year/secrets.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include "base/codec.hpp"

namespace year {
namespace {

namespace fs = std::filesystem;

constexpr const char* relay_password = "kettle-Walnut-71";
constexpr const char* source_password = "Copper_violin+82";

std::string read(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void write_for_owner(const fs::path& path, const std::string& text) {
  std::ofstream{path, std::ios::binary} << text;
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
}

/// From the middle of the key: a line of its base64.
std::string line_of_key() {
  const auto text = read(YEAR_DKIM_KEY);
  const auto begin = text.find('\n', text.size() / 2);
  const auto end = begin == std::string::npos ? begin : text.find('\n', begin + 1);
  if (end == std::string::npos) throw std::runtime_error{YEAR_DKIM_KEY};
  return text.substr(begin + 1, end - begin - 1);
}

bool is_own(std::string_view name) {
  return name == relay_password_file || name == source_password_file || name == dkim_key_file;
}

/// Paths from the working folder on, in order.
std::vector<fs::path> all_files() {
  std::vector<fs::path> paths;
  for (const auto& file : fs::recursive_directory_iterator(".")) {
    if (file.is_regular_file()) paths.push_back(file.path().lexically_normal());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

void write_secrets() {
  write_for_owner(relay_password_file, std::string{relay_password} + "\n");
  write_for_owner(source_password_file, std::string{source_password} + "\n");
  write_for_owner(dkim_key_file, read(YEAR_DKIM_KEY));
}

std::string relay_login() {
  const std::string nul(1, '\0');
  return tidings::base64_encode(nul + login_name + nul + relay_password);
}

std::string source_login() { return tidings::base64_encode(std::string{login_name} + ":" + source_password); }

std::vector<std::string> secret_words() {
  return {relay_password, relay_login(), source_password, source_login(), line_of_key()};
}

std::vector<std::string> files_with_secrets() {
  std::vector<std::string> found;
  const auto words = secret_words();
  for (const auto& path : all_files()) {
    if (is_own(path.string())) continue;
    const auto text = read(path);
    const auto holds = [&](const std::string& word) { return text.find(word) != std::string::npos; };
    if (std::any_of(words.begin(), words.end(), holds)) found.push_back(path.string());
  }
  return found;
}

std::vector<std::string> files_for_others() {
  std::vector<std::string> found;
  for (const auto& path : all_files()) {
    const bool ours = path.string().starts_with("subscribers/") || path.extension() == ".db";
    const auto others = fs::perms::group_all | fs::perms::others_all;
    if (ours && (fs::status(path).permissions() & others) != fs::perms::none) found.push_back(path.string());
  }
  return found;
}

}  // namespace year
