// Owners for libcurl handles. The callers (source/fetch, delivery/connection) decide what a transfer means.
#pragma once

#include <memory>
#include <string>

#include <curl/curl.h>

#include "base/result.hpp"

namespace tidings {

struct CurlEasyFree {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using CurlEasy = std::unique_ptr<CURL, CurlEasyFree>;

struct CurlMultiFree {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
using CurlMulti = std::unique_ptr<CURLM, CurlMultiFree>;

struct CurlListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlList = std::unique_ptr<curl_slist, CurlListFree>;

/// A new easy handle with signals off; libcurl is initialised once, before threads. Aborts when out of
/// memory.
[[nodiscard]] CurlEasy make_curl_easy();
[[nodiscard]] CurlMulti make_curl_multi();

/// Appends a copy of `line`.
void append(CurlList& list, const std::string& line);

}  // namespace tidings
