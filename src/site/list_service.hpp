// The list as visitors may see it: web::Service over the subscriber room. One per thread, each with its own
// database handle.
//
// A token that does not verify is tried again with freshly read keys, so that "keys rotate" needs no restart.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "members/leave_writer.hpp"
#include "members/membership.hpp"
#include "site/webhooks.hpp"
#include "subscriber/domain_list.hpp"
#include "subscriber/subscriber_table.hpp"
#include "subscriber/token.hpp"
#include "web/service.hpp"

namespace tidings::site {

/// "ad…e@ex…e.org": enough for the owner to recognise it, not for anybody else.
[[nodiscard]] std::string masked(const std::string& address);

class ListService final : public web::Service {
 public:
  /// `on_request` is called after a write that the sender of notices should see. `writer` handles one-click
  /// withdrawals; without one they are written at once.
  [[nodiscard]] static Result<std::unique_ptr<ListService>> open(const config::SharedContext& shared,
                                                                 std::function<void()> on_request,
                                                                 members::LeaveWriter* writer = nullptr);

  [[nodiscard]] Result<std::optional<web::Leaving>> leaving(std::string_view token) override;
  [[nodiscard]] Result<std::optional<web::Leaving>> leave(std::string_view token, web::Scope scope,
                                                          std::string_view client) override;
  [[nodiscard]] Result<std::optional<std::function<void(web::Settled)>>> leave_at_once(
      std::string_view token, std::string_view client) override;
  [[nodiscard]] Result<bool> come_back(std::string_view token, std::string_view client) override;
  [[nodiscard]] Result<std::optional<web::Member>> get_less(std::string_view token, const web::Less& less,
                                                            std::string_view client) override;
  [[nodiscard]] Result<std::optional<web::Leaving>> undo_leave(std::string_view token, UtcTime since,
                                                               std::string_view client) override;
  [[nodiscard]] Result<bool> give_reason(std::string_view token, std::string_view reason) override;
  [[nodiscard]] std::vector<std::string> reasons() const override;
  [[nodiscard]] Result<std::optional<web::Joining>> joining(std::string_view token) override;
  [[nodiscard]] Result<bool> send_new_link(std::string_view token, std::string_view client) override;
  [[nodiscard]] Result<std::optional<web::Moving>> move(std::string_view token, std::string_view address,
                                                        std::string_view client) override;
  [[nodiscard]] Result<std::optional<std::string>> personal_data(std::string_view token) override;
  [[nodiscard]] Result<bool> erase(std::string_view token) override;
  [[nodiscard]] Result<std::optional<web::Joining>> confirm(std::string_view token,
                                                            std::string_view client) override;
  [[nodiscard]] Result<std::optional<web::Member>> member(std::string_view token) override;
  [[nodiscard]] Result<std::optional<web::Change>> change(std::string_view token,
                                                          const web::Preferences& preferences,
                                                          std::string_view client) override;
  [[nodiscard]] Result<web::SignUpResult> sign_up(const web::SignUp& wanted) override;
  [[nodiscard]] std::vector<web::Choice> digests() const override;
  [[nodiscard]] std::vector<web::Choice> topics() const override;
  [[nodiscard]] std::vector<web::OwnField> fields() const override;
  [[nodiscard]] std::vector<web::Choice> zones() const override;
  [[nodiscard]] Result<std::string> check_zone(std::string_view name) const override;
  [[nodiscard]] Result<std::string> check_field(std::string_view name,
                                                std::string_view answer) const override;
  [[nodiscard]] Result<int> take_webhook(std::string_view relay, const web::Request& call) override;
  [[nodiscard]] Result<void> check() override;
  [[nodiscard]] Result<std::vector<web::Metric>> metrics() override;
  /// What metrics() returns; asked at most once a minute.
  void tell_metrics(std::function<Result<std::vector<web::Metric>>(const config::Context&)> tell) {
    tell_metrics_ = std::move(tell);
  }

 private:
  struct Target {
    subscriber::Subscriber subscriber;
    std::string digest;  ///< of the edition with the link; empty: all
    std::string now;     ///< what the link leaves: `digest`, or what they have changed to from it since
    EditionId edition{};
  };

  ListService(const config::SharedContext& shared, store::Database database, subscriber::KeyRing keys);
  [[nodiscard]] Result<std::optional<subscriber::TokenSubject>> verify(subscriber::TokenPurpose purpose,
                                                                       std::string_view token);
  [[nodiscard]] Result<std::optional<Target>> target_of(std::string_view token);
  /// The digest of the edition with the link; empty for a link about all of them.
  [[nodiscard]] Result<std::string> digest_of(EditionId edition);
  void tell();
  [[nodiscard]] Result<std::optional<subscriber::Subscriber>> member_of(std::string_view token);
  [[nodiscard]] Result<web::Member> describe(const subscriber::Subscriber& known);
  [[nodiscard]] web::Leaving leaving_of(const subscriber::Subscriber& known, const std::string& digest) const;
  /// Those that bring the same posts as `digest` less often, and that the reader does not get.
  [[nodiscard]] std::vector<std::string> rarer_than(const subscriber::Subscriber& known,
                                                    const std::string& digest) const;
  [[nodiscard]] std::optional<std::optional<members::PauseWish>> pause_wish(
      const subscriber::Subscriber& known, const std::string& day) const;
  [[nodiscard]] std::vector<web::Choice> zones_to_choose() const;
  [[nodiscard]] std::vector<web::NextMail> next_mails(const subscriber::Subscriber& known) const;
  /// Queues the question whether they want these digests, as a sign-up does.
  [[nodiscard]] Result<void> ask(const subscriber::Subscriber& known, std::vector<std::string> digests,
                                 std::string detail);
  /// Suppressed, except after erasure, which their own confirmation lifts.
  [[nodiscard]] Result<bool> is_stopped(const subscriber::Subscriber& known);
  [[nodiscard]] Result<web::Joining> describe(const subscriber::Subscriber& subscriber,
                                              std::vector<std::string> digests) const;
  [[nodiscard]] std::vector<web::Choice> choices_of(
      const std::function<bool(const config::DigestConfig&)>& is_offered) const;

  store::Database database_;
  const config::Context context_;
  subscriber::SubscriberTable table_;
  members::Membership membership_;
  std::size_t key_count_;
  subscriber::Tokens tokens_;
  std::function<void()> on_request_;
  members::LeaveWriter* writer_ = nullptr;
  std::unordered_map<std::int64_t, std::string> digests_of_editions_;  ///< they never change
  Webhooks webhooks_;
  subscriber::WatchedDomainList blocked_;
  std::function<Result<std::vector<web::Metric>>(const config::Context&)> tell_metrics_;
  std::vector<web::Metric> metrics_;
  UtcTime metrics_at_{};
};

}  // namespace tidings::site
