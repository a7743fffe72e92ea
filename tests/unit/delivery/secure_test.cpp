// STARTTLS and AUTH against a server that is not ours (python3-aiosmtpd), with a certificate made for the
// occasion.

#include <cstdio>
#include <fstream>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "delivery/run.hpp"
#include "unit/delivery/fixture.hpp"

using namespace tidings;
using namespace tidings::delivery;
using namespace std::chrono_literals;
using test::Book;

namespace {

constexpr EditionId first{1};

/// A self-signed certificate for 127.0.0.1.
void make_certificate(const std::filesystem::path& certificate_path, const std::filesystem::path& key_path) {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
  X509_set_pubkey(certificate, key);
  X509_NAME* const name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test.example"),
                             -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* const names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
  X509_add_ext(certificate, names, -1);
  X509_EXTENSION_free(names);
  X509_sign(certificate, key, EVP_sha256());
  std::FILE* file = std::fopen(certificate_path.c_str(), "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  file = std::fopen(key_path.c_str(), "w");
  PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

class SecureServer {
 public:
  explicit SecureServer(const test::TempFolder& folder, const char* option = "--tls")
      : certificate_(folder / "cert.pem") {
    const auto key = folder / "key.pem";
    make_certificate(certificate_, key);
    int in[2], out[2];
    REQUIRE(::pipe2(in, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
    const std::string script = std::string{TIDINGS_TEST_DATA} + "/../support/secure_smtp_server.py";
    const auto maildir = folder / "mail";
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(in[0], STDIN_FILENO);
      ::dup2(out[1], STDOUT_FILENO);
      // Debian's Python: the one that has Debian's packages.
      ::execl("/usr/bin/python3", "python3", "-B", script.c_str(), certificate_.c_str(), key.c_str(),
              maildir.c_str(), option, nullptr);
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    stdin_ = in[1];
    std::FILE* const answer = ::fdopen(out[0], "r");
    REQUIRE(std::fscanf(answer, "%d", &port_) == 1);
    std::fclose(answer);
    maildir_ = maildir;
  }
  SecureServer(const SecureServer&) = delete;
  SecureServer& operator=(const SecureServer&) = delete;
  ~SecureServer() {
    ::close(stdin_);
    ::waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] RelayOptions relay() const {
    RelayOptions relay{
        .url = fmt::format("smtp://127.0.0.1:{}", port_), .username = "harbour", .password = "s3cret-Ferry"};
    relay.ca_file = certificate_.string();
    relay.ehlo_name = "news.example";
    relay.timeouts.connect = 10s;
    return relay;
  }
  [[nodiscard]] int mails() const {
    std::error_code none;
    int count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator{maildir_ / "new", none})
      ++count;
    return count;
  }

 private:
  std::filesystem::path certificate_, maildir_;
  pid_t pid_ = 0;
  int stdin_ = -1;
  int port_ = 0;
};

RunReport run(Book& book, const RelayOptions& relay) {
  const auto transport = make_smtp_transport({relay});
  REQUIRE(transport);
  const StopFlag stop{false};
  const auto report = deliver(
      {.edition = first}, book.ledger, **transport,
      [](const Claim& claim) -> Result<message::Message> { return test::message_for(claim, 60'000); }, stop);
  if (!report) FAIL(report.error().line());
  return *report;
}

}  // namespace

TEST_CASE("secure: STARTTLS and AUTH, verified, every mail arrives") {
  Book book{30};
  const SecureServer server{book.folder};
  const auto report = run(book, server.relay());
  CHECK(report.end == RunEnd::nothing_due);
  CHECK(report.sent == 30);
  CHECK(server.mails() == 30);
}

TEST_CASE("secure: a TLS session cut in the middle costs one reader a doubt, or nobody anything") {
  for (const auto* const option : {"--cut-rcpt", "--cut-data"}) {
    CAPTURE(std::string{option});
    Book book{5};
    const SecureServer server{book.folder, option};
    auto relay = server.relay();
    relay.connections = 1;
    relay.dialect = Dialect::lock_step;
    relay.timeouts.reopen = 5ms;
    const auto report = run(book, relay);
    CHECK(report.end == RunEnd::nothing_due);
    const bool doubt = std::string_view{option} == "--cut-data";
    const auto counts = *book.ledger.counts(first);
    CHECK(counts.in_doubt == (doubt ? 1 : 0));
    CHECK(counts.sent == (doubt ? 4 : 5));
    CHECK(server.mails() == (doubt ? 4 : 5));
    CHECK(book.ledger.list({.edition = first, .subscriber = SubscriberId{2}})->front().state ==
          (doubt ? DeliveryState::in_doubt : DeliveryState::sent));
  }
}

TEST_CASE("secure: what cannot be verified or is refused stops before the list, and names no secret") {
  Book book{3};
  struct Case {
    const char* what;
    Stage stage;
    int code;
  };
  for (const auto& c : {Case{"certificate unknown", Stage::tls, 0}, Case{"wrong password", Stage::auth, 535},
                        Case{"no STARTTLS", Stage::tls, 0}}) {
    CAPTURE(c.what);
    const std::string_view what = c.what;
    const SecureServer server{book.folder, what == "no STARTTLS" ? "--no-tls" : "--tls"};
    auto relay = server.relay();
    if (what == "certificate unknown") relay.ca_file.clear();
    if (what == "wrong password") relay.password = "wr0ng-Ferry";
    const auto report = run(book, relay);
    CHECK(report.end == RunEnd::relay_trouble);
    REQUIRE(report.trouble);
    CHECK(name_of(report.trouble->stage) == name_of(c.stage));
    CHECK(report.trouble->code == c.code);
    CHECK(report.trouble->line().find("Ferry") == std::string::npos);
    CHECK(book.ledger.counts(first)->planned == 3);
    CHECK(server.mails() == 0);
    const auto probed = probe(relay);
    REQUIRE(probed);
    CHECK_FALSE(probed->ready);
    CHECK(probed->outcome.stage == c.stage);
  }
}
