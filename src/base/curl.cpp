#include "base/curl.hpp"

#include "base/check.hpp"

namespace tidings {
namespace {

void initialise_once() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  TIDINGS_CHECK(code == CURLE_OK);
}

}  // namespace

CurlEasy make_curl_easy() {
  initialise_once();
  CurlEasy handle{curl_easy_init()};
  TIDINGS_CHECK(handle != nullptr);
  curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
  return handle;
}

CurlMulti make_curl_multi() {
  initialise_once();
  CurlMulti handle{curl_multi_init()};
  TIDINGS_CHECK(handle != nullptr);
  return handle;
}

void append(CurlList& list, const std::string& line) {
  curl_slist* const grown = curl_slist_append(list.get(), line.c_str());
  TIDINGS_CHECK(grown != nullptr);
  [[maybe_unused]] auto* const same = list.release();
  list.reset(grown);
}

}  // namespace tidings
