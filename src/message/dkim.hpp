// DKIM signatures (RFC 6376, RFC 8301, RFC 8463): relaxed/relaxed, rsa-sha256 and ed25519-sha256, never l=.
// Pure, thread-safe.
//
// Signs all of our fields that are present (see signed_fields in dkim.cpp); h= names From once more than the
// header has it, so that nobody can add a second one. The signature is a field in front of the finished
// message and changes nothing in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/result.hpp"

namespace tidings::message {

/// One key, and where its public half is published: SELECTOR._domainkey.DOMAIN.
struct DkimSigner {
  std::string domain;
  std::string selector;
  SigningKey key;
};

/// Errc::config if the domain or selector is not a host name.
[[nodiscard]] Result<DkimSigner> make_dkim_signer(std::string_view domain, std::string_view selector,
                                                  SigningKey key);

/// Whether d= `domain` aligns with a From at `from_domain`: the same, or one below the other (DMARC relaxed
/// alignment without a list of public suffixes).
[[nodiscard]] bool is_aligned(std::string_view domain, std::string_view from_domain);

/// The body hash of relaxed canonicalisation (RFC 6376 section 3.4.4), fed in pieces; a copy continues where
/// it was made.
class DkimBodyHash {
 public:
  /// Any octets with CRLF line ends, split anywhere.
  void update(std::string_view body);

  /// Whole lines from relaxed_lines().
  void update_relaxed(std::string_view lines);

  /// 32 octets. Ends the hash.
  [[nodiscard]] std::string finish();

 private:
  void put(std::string_view bytes);

  Sha256 hash_;
  std::size_t line_ends_ = 0;  ///< held back: at the end of the body all but one are ignored
  bool blank_ = false;         ///< held back: blanks before a line end are ignored
  bool empty_ = true;
};

/// `lines` (each with its CRLF) with runs of blanks collapsed and blanks at line ends removed. Empty lines
/// stay.
[[nodiscard]] std::string relaxed_lines(std::string_view lines);

/// The DKIM-Signature fields, one per signer, to be put before `header`. `header` is the fields, each with
/// CRLF, without the empty line; `body_hash` comes from DkimBodyHash.
[[nodiscard]] std::string dkim_fields(const std::vector<DkimSigner>& signers, std::string_view header,
                                      std::string_view body_hash, UtcTime when);

/// dkim_fields() of a whole message.
[[nodiscard]] std::string dkim_fields(const std::vector<DkimSigner>& signers, std::string_view message,
                                      UtcTime when);

/// The record to publish: name and text of the TXT record, and the same as a line of a zone file (strings of
/// at most 255 octets, RFC 1035 section 3.3.14).
struct DkimRecord {
  std::string name;
  std::string text;
  std::string zone_line;
};
[[nodiscard]] DkimRecord dkim_record(const DkimSigner& signer);

}  // namespace tidings::message
