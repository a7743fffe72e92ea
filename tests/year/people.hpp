// What readers do: join, leave, change, pause, move, ask for their data, complain, and bounce.
//
// They act by what is in the last mail they got: its links, its mailto, its envelope sender.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "year/admin.hpp"

namespace year {

class People : public Admin {
 protected:
  using Admin::Admin;

  void do_act(const Act& what);
  void join_by_hand(std::int64_t until);
  /// Whoever has signed up or asked for another address confirms once the mail is there.
  void confirm_those_who_wait();
  /// Somebody who has just been refused for a while does something before the next try.
  void act_while_deferred();
  /// Somebody does something while a run goes on.
  void act_meanwhile() override;

 private:
  struct Waiting {
    const Reader* reader = nullptr;
    std::string address;
    bool moves = false;
    bool done = false;
  };

  Ended ask(const std::string& method, const std::string& path, const std::string& body,
            const std::string& kind, const std::string& address);
  /// On the reader's own page, if they have a mail with its link.
  bool ask_own_page(const Reader& reader, const std::string& kind, const std::string& form);
  [[nodiscard]] const Got& got_by(const Reader& reader);
  [[nodiscard]] bool is_on_list(const Reader& reader) const;
  void done(const std::string& kind, const Reader& reader);
  void deliver_mail(const std::string& kind, const std::string& address, const std::string& text);
  void report(const Act& what, const Reader& reader);
  void change(const Act& what, const Reader& reader);
  void leave(const Act& what, const Reader& reader);
  void leave_by_an_old_link();
  void leave_by_wish(const Reader& reader);
  void leave_by_link(const Reader& reader);
  void leave_by_mail(const Reader& reader);
  void erase(const Reader& reader);
  void erase_by_page(const Reader& reader);
  void pause(const Act& what, const Reader& reader);
  void move_address(const Act& what, const Reader& reader);
  void sign_up(const Act& what, const Reader& reader);

  int mails_ = 0;
  std::vector<Waiting> waiting_;
  std::map<std::string, std::string> digest_now_;
};

}  // namespace year
