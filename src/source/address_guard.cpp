#include "source/address_guard.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace tidings::source {
namespace {

struct Range4 {
  std::uint32_t network;
  int bits;
};

constexpr std::array<Range4, 16> special4{{
    {0x00000000, 8},   // this network
    {0x0A000000, 8},   // private
    {0x64400000, 10},  // shared, carrier NAT
    {0x7F000000, 8},   // loopback
    {0xA9FE0000, 16},  // link-local, cloud metadata
    {0xAC100000, 12},  // private
    {0xC0000000, 24},  // IETF protocol assignments
    {0xC0000200, 24},  // documentation
    {0xC0586300, 24},  // 6to4 relay
    {0xC0A80000, 16},  // private
    {0xC6120000, 15},  // benchmarks
    {0xC6336400, 24},  // documentation
    {0xCB007100, 24},  // documentation
    {0xE0000000, 4},   // multicast
    {0xF0000000, 4},   // reserved, broadcast
    {0xFFFFFFFF, 32},
}};

bool is_public4(std::uint32_t address) {
  for (const auto& range : special4) {
    const std::uint32_t mask = ~std::uint32_t{0} << (32 - range.bits);
    if ((address & mask) == range.network) return false;
  }
  return true;
}

std::uint32_t four_bytes(const std::uint8_t* at) {
  return (std::uint32_t{at[0]} << 24U) | (std::uint32_t{at[1]} << 16U) | (std::uint32_t{at[2]} << 8U) | at[3];
}

bool is_public6(const std::array<std::uint8_t, 16>& a) {
  static constexpr std::array<std::uint8_t, 16> nat64{0x00, 0x64, 0xFF, 0x9B};
  static constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (std::memcmp(a.data(), mapped.data(), 12) == 0) return is_public4(four_bytes(a.data() + 12));
  if (std::memcmp(a.data(), nat64.data(), 12) == 0) return is_public4(four_bytes(a.data() + 12));
  if (a[0] == 0x20 && a[1] == 0x02) return is_public4(four_bytes(a.data() + 2));  // 6to4
  // Only 2000::/3 is allocated; of it not Teredo and the other special 2001::/23, nor documentation.
  if ((a[0] & 0xE0U) != 0x20U) return false;
  if (a[0] == 0x20 && a[1] == 0x01 && a[2] < 0x02) return false;
  if (a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0D && a[3] == 0xB8) return false;
  return !(a[0] == 0x3F && a[1] == 0xFF && a[2] < 0x10);
}

}  // namespace

bool is_public_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    return is_public4(ntohl(in.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return is_public6(bytes);
  }
  return false;
}

bool is_public_address(std::string_view numeric) {
  const std::string text{numeric.substr(0, numeric.find('%'))};
  sockaddr_in in4{};
  in4.sin_family = AF_INET;
  if (inet_pton(AF_INET, text.c_str(), &in4.sin_addr) == 1) return is_public4(ntohl(in4.sin_addr.s_addr));
  std::array<std::uint8_t, 16> bytes{};
  return inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1 && is_public6(bytes);
}

}  // namespace tidings::source
