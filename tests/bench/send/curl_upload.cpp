// A peer for send.py: libcurl's own SMTP upload, a thread and a connection each, as most C programs would do
// it.
//
//   curl_upload URL MESSAGES THREADS FILE     FILE: one message; "@NAME@" in it stands for the reader
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <curl/curl.h>

namespace {

struct Upload {
  std::string bytes;
  std::size_t at = 0;
};

std::size_t read(char* to, std::size_t size, std::size_t count, void* from) {
  auto& upload = *static_cast<Upload*>(from);
  const auto some = std::min(size * count, upload.bytes.size() - upload.at);
  std::memcpy(to, upload.bytes.data() + upload.at, some);
  upload.at += some;
  return some;
}

void send_all(const std::string& url, const std::string& message, std::atomic<int>& left,
              std::atomic<int>& failed) {
  CURL* const easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, read);
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, "<b@bench.example>");
  for (int n = left--; n > 0; n = left--) {
    Upload upload{.bytes = message};
    const auto name = "Reader " + std::to_string(n);
    for (auto at = upload.bytes.find("@NAME@"); at != std::string::npos; at = upload.bytes.find("@NAME@", at))
      upload.bytes.replace(at, 6, name);
    curl_slist* const to =
        curl_slist_append(nullptr, ("<reader" + std::to_string(n) + "@example.org>").c_str());
    curl_easy_setopt(easy, CURLOPT_READDATA, &upload);
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, to);
    if (curl_easy_perform(easy) != CURLE_OK) ++failed;
    curl_slist_free_all(to);
  }
  curl_easy_cleanup(easy);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 64;
  curl_global_init(CURL_GLOBAL_ALL);
  std::ifstream in{argv[4]};
  const std::string message{std::istreambuf_iterator<char>{in}, {}};
  std::atomic<int> left{std::atoi(argv[2])}, failed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < std::atoi(argv[3]); ++i)
    threads.emplace_back([&] { send_all(argv[1], message, left, failed); });
  for (auto& thread : threads) thread.join();
  return failed == 0 ? 0 : 1;
}
