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

/// "a…@e….org": enough for the owner to recognise it, not for anybody else.
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
  [[nodiscard]] Result<std::optional<web::Joining>> joining(std::string_view token) override;
  [[nodiscard]] Result<std::optional<web::Joining>> confirm(std::string_view token,
                                                            std::string_view client) override;
  [[nodiscard]] Result<std::optional<web::Member>> member(std::string_view token) override;
  [[nodiscard]] Result<std::optional<web::Change>> change(std::string_view token,
                                                          const web::Preferences& preferences,
                                                          std::string_view client) override;
  [[nodiscard]] Result<web::SignUpResult> sign_up(const web::SignUp& wanted) override;
  [[nodiscard]] std::vector<web::Choice> digests() const override;
  [[nodiscard]] std::vector<web::Choice> topics() const override;
  [[nodiscard]] Result<int> take_webhook(std::string_view relay, const web::Request& call) override;
  [[nodiscard]] Result<void> check() override;
  [[nodiscard]] Result<std::string> gauges() override;

 private:
  struct Target {
    subscriber::Subscriber subscriber;
    std::string digest;  ///< of the edition with the link; empty: all
    std::string now;     ///< what the link leaves: `digest`, or what they have changed to from it since
  };

  ListService(const config::SharedContext& shared, store::Database database, subscriber::KeyRing keys);
  [[nodiscard]] Result<std::optional<subscriber::TokenSubject>> verify(subscriber::TokenPurpose purpose,
                                                                       std::string_view token);
  [[nodiscard]] Result<std::optional<Target>> target_of(std::string_view token);
  /// The digest of the edition with the link; empty for a link about all of them.
  [[nodiscard]] Result<std::string> digest_of(EditionId edition);
  void tell();
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
  std::string gauges_;
  UtcTime gauges_at_{};
};

}  // namespace tidings::site
