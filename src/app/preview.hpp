// Preview: what an edition looks like, in files; and one test message. Nothing in the store changes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "delivery/outcome.hpp"
#include "digest/digest.hpp"
#include "message/message.hpp"
#include "store/database.hpp"

namespace tidings::app {

/// One segment as a reader would get it.
struct PreviewSegment {
  std::string name;  ///< "en", "el-2": part of the file names
  std::string language;
  int posts = 0;
  std::int64_t readers = 0;
  std::string subject;
  std::string html;
  std::string text;
  message::Letter letter;
};

struct Preview {
  digest::Edition edition;  ///< of a draft: id 0
  std::vector<PreviewSegment> segments;
};

/// Whom a preview is addressed to.
struct PreviewReader {
  std::string address = "reader@example.org";
  std::string name;
  std::string subject_prefix;
};

/// Of a digest ("weekly": what would be sent next) or an edition ("weekly#3", an id). `database` may be a copy: a draft is
/// sealed in a transaction that is rolled back. Errc::no_input if there is neither, or nothing to show.
[[nodiscard]] Result<Preview> make_preview(const Config& config, store::Database& database, const Clock& clock, Random& random,
                                           const std::string& what, const PreviewReader& reader);

/// NAME.html, NAME.txt, NAME.eml of each segment and index.html; returns the index's path.
[[nodiscard]] Result<std::filesystem::path> write_preview(const Preview& preview, const std::filesystem::path& folder);

/// One message to one address, outside the ledger.
[[nodiscard]] Result<delivery::Outcome> send_test(const Config& config, const Preview& preview, const std::filesystem::path& to_folder);

}  // namespace tidings::app
