// DKIM signatures (RFC 6376, RFC 8301, RFC 8463): relaxed/relaxed, rsa-sha256 and ed25519-sha256, never l=.
// Pure, thread-safe.
//
// Signed is every field of ours that is there (see signed_fields in dkim.cpp); From stands in h= once more
// than in the header, so that nobody can add a second one. The signature is a field in front of the finished
// message and changes nothing in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/result.hpp"

namespace tidings::message {

/// One key and where its public half is published: SELECTOR._domainkey.DOMAIN.
struct DkimSigner {
  std::string domain;
  std::string selector;
  SigningKey key;
};

/// Errc::config for a domain or selector that is no host name.
[[nodiscard]] Result<DkimSigner> make_dkim_signer(std::string_view domain, std::string_view selector,
                                                  SigningKey key);

/// Whether d= `domain` counts for a From at `from_domain`: the same, or one below the other (DMARC relaxed
/// alignment without a list of public suffixes).
[[nodiscard]] bool is_aligned(std::string_view domain, std::string_view from_domain);

/// The body hash of relaxed canonicalisation (RFC 6376 section 3.4.4), fed in pieces; a copy goes on from
/// where it was made.
class DkimBodyHash {
 public:
  /// Any octets with CRLF line ends, cut anywhere.
  void update(std::string_view body);

  /// Whole lines that relaxed_lines() has made.
  void update_relaxed(std::string_view lines);

  /// 32 octets. Ends the hash.
  [[nodiscard]] std::string finish();

 private:
  void put(std::string_view bytes);

  Sha256 hash_;
  std::size_t line_ends_ = 0;  ///< held back: those at the end of the body do not count, but for one
  bool blank_ = false;         ///< held back: blanks before a line end do not count
  bool empty_ = true;
};

/// `lines` (each with its CRLF) with runs of blanks made one and blanks at their ends removed. Empty lines
/// stay.
[[nodiscard]] std::string relaxed_lines(std::string_view lines);

/// The DKIM-Signature fields, one for each signer, to be put before `header`. `header` is the fields with
/// CRLF after each, without the empty line; `body_hash` as DkimBodyHash finished it.
[[nodiscard]] std::string dkim_fields(const std::vector<DkimSigner>& signers, std::string_view header,
                                      std::string_view body_hash, UtcTime when);

/// dkim_fields() of a whole message.
[[nodiscard]] std::string dkim_fields(const std::vector<DkimSigner>& signers, std::string_view message,
                                      UtcTime when);

/// What is published: the name and the text of the TXT record, and the same as a line of a zone file (strings
/// of at most 255 octets, RFC 1035 section 3.3.14).
struct DkimRecord {
  std::string name;
  std::string text;
  std::string zone_line;
};
[[nodiscard]] DkimRecord dkim_record(const DkimSigner& signer);

}  // namespace tidings::message
