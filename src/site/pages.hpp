// Pages and notices from the theme: templates/THEME/pages/*.mustache and notice.*.mustache, with the words of
// strings/LANG.toml.
//
// Loaded once; a mistake in a template is Errc::config then, not when a visitor comes. Used by many threads.
// A page that differs from an earlier one only in address, name or form token is assembled from that one's
// pieces.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include "base/result.hpp"

#include "config/config.hpp"
#include "members/notice_text.hpp"
#include "message/strings.hpp"
#include "message/template.hpp"
#include "subscriber/notice_table.hpp"
#include "web/pages.hpp"

namespace tidings::site {

class WebPages final : public web::Pages, public members::NoticeWriter {
 public:
  [[nodiscard]] static Result<std::unique_ptr<WebPages>> load(const config::Config& config);

  [[nodiscard]] Result<std::string> render(const web::PageView& view) const override;
  [[nodiscard]] std::string language_for(std::span<const std::string> wanted) const override;
  [[nodiscard]] std::string consent(const std::string& language) const override;
  [[nodiscard]] const std::string& style() const override { return style_; }

  [[nodiscard]] Result<members::NoticeText> notice(subscriber::NoticeKind kind, const std::string& language,
                                                   const std::vector<std::string>& digests,
                                                   const members::NoticeLinks& links) const override;

  /// The form for other sites.
  [[nodiscard]] std::string snippet() const;
  /// The frame that shows /embed on another site.
  [[nodiscard]] std::string frame() const;

 private:
  explicit WebPages(const config::Config& config) : config_(config) {}
  [[nodiscard]] const message::Strings& strings(const std::string& language) const;
  [[nodiscard]] message::Placeholders placeholders(const std::string& address,
                                                   const std::string& digests) const;
  [[nodiscard]] std::string word(const message::Strings& words, const std::string& key,
                                 const message::Placeholders& values) const;
  [[nodiscard]] std::string digest_label(const message::Strings& words, const std::string& name) const;
  [[nodiscard]] std::string cadence_word(const message::Strings& words,
                                         const config::DigestConfig& digest) const;
  [[nodiscard]] std::string title_of(const std::string& digest) const;
  /// "weekly", for a choice among digests of one title.
  [[nodiscard]] std::string rhythm_label(const message::Strings& words, const std::string& name) const;
  static void add_zones(nlohmann::json& data, const web::PageView& view);
  void add_fields(nlohmann::json& data, const web::PageView& view, const message::Strings& words) const;
  void add_digests(nlohmann::json& data, const web::PageView& view, const message::Strings& words) const;
  [[nodiscard]] std::string day_in_words(const message::Strings& words, std::string_view day) const;
  [[nodiscard]] std::string time_in_words(const message::Strings& words, const web::NextMail& next) const;
  [[nodiscard]] nlohmann::json line_of(const message::Strings& words, const web::ChangedLine& line) const;
  void add_steering(nlohmann::json& data, const web::PageView& view, const message::Strings& words) const;
  [[nodiscard]] Result<std::string> render_whole(const web::PageView& view) const;
  [[nodiscard]] std::string digest_labels(const message::Strings& words,
                                          const std::vector<std::string>& names) const;

  const config::Config& config_;
  /// A rendered page, cut at its personal values.
  struct Skeleton {
    struct Piece {
      std::string before;
      int slot = 0;  ///< the next value: index into slots(); -1 at the end
    };
    std::vector<Piece> pieces;
    std::size_t size = 0;
  };
  [[nodiscard]] Result<std::shared_ptr<const Skeleton>> skeleton(const web::PageView& view) const;

  mutable std::shared_mutex skeletons_mutex_;
  mutable std::unordered_map<std::string, std::shared_ptr<const Skeleton>> skeletons_;
  std::string base_path_;
  std::string style_;
  std::map<std::string, message::Template> templates_;          ///< by file below the theme
  std::map<std::string, message::Strings, std::less<>> words_;  ///< by language
};

}  // namespace tidings::site
