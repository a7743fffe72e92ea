// Preview: what an edition looks like, in files; and one test message. Nothing in the store changes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/context.hpp"
#include "delivery/outcome.hpp"
#include "digest/digest.hpp"
#include "digest/select.hpp"
#include "message/message.hpp"

namespace tidings::edition {

struct PreviewLink {
  std::string url;
  std::string words;  ///< of the link, or its picture's alt text

  bool operator==(const PreviewLink&) const = default;
};

/// One segment as a reader would get it.
struct PreviewSegment {
  std::string name;  ///< "en", "el-2": part of the file names
  std::string language;
  int posts = 0;
  std::int64_t readers = 0;  ///< 0: a sample, because the list has nobody for it
  std::string subject;
  std::string html;
  std::string text;
  std::string note;  ///< what the size budget did; empty: nothing
  std::vector<PreviewLink> links;
  message::Message message;
};

struct Preview {
  digest::Edition edition;  ///< of what would be sent next: id 0
  std::vector<PreviewSegment> segments;
  std::vector<digest::LeftOutPosts> left_out = {};
  std::string pictures;  ///< which pictures do not travel, or are not fetched yet; empty: nothing to tell
};

/// Whom a preview is addressed to.
struct PreviewReader {
  std::string address = "reader@example.org";
  std::string name;
  std::string subject_prefix;
};

/// Of a digest ("weekly": what would be sent next, to whom it would be sent) or an edition ("weekly#3", an
/// id). What is not sealed, a draft too, is sealed in a transaction that is rolled back. Without a recipient,
/// a sample for a reader of every topic. Errc::no_input if there is neither digest nor edition of that name,
/// or nothing to show.
[[nodiscard]] Result<Preview> make_preview(const config::Context& context, const std::string& what,
                                           const PreviewReader& reader);

/// Of each segment NAME.html, .txt and .eml as they would leave and two copies of fixed colours (.light.html,
/// .dark.html), and index.html; returns the index's path.
[[nodiscard]] Result<std::filesystem::path> write_preview(const Preview& preview,
                                                          const std::filesystem::path& folder);

/// One message to one address, outside the ledger.
[[nodiscard]] Result<delivery::Outcome> send_test(const config::Config& config, const Preview& preview,
                                                  const std::filesystem::path& to_folder);

}  // namespace tidings::edition
