#include "base/zip.hpp"

#include <algorithm>
#include <chrono>
#include <memory>

#include <zip.h>

namespace tidings {
namespace {

struct SourceFree {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
struct ArchiveDiscard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
using Source = std::unique_ptr<zip_source_t, SourceFree>;
using Archive = std::unique_ptr<zip_t, ArchiveDiscard>;

tl::unexpected<Error> failure(std::string_view what) {
  return fail(Errc::io, "cannot make a ZIP archive: " + std::string{what});
}

struct DosTime {
  zip_uint16_t time = 0;
  zip_uint16_t date = 0;
};

DosTime dos_time(UtcTime at) {
  using namespace std::chrono;
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss time{floor<seconds>(at - day)};
  const int year = std::clamp(static_cast<int>(date.year()), 1980, 2107) - 1980;
  const auto low = [](auto value) { return static_cast<unsigned>(value); };
  return {.time = static_cast<zip_uint16_t>((low(time.hours().count()) << 11U) |
                                            (low(time.minutes().count()) << 5U) |
                                            (low(time.seconds().count()) / 2U)),
          .date = static_cast<zip_uint16_t>((low(year) << 9U) | (low(unsigned{date.month()}) << 5U) |
                                            unsigned{date.day()})};
}

Result<void> add(zip_t* archive, const ZipFile& file, DosTime time) {
  auto* const content = zip_source_buffer(archive, file.bytes.data(), file.bytes.size(), 0);
  if (content == nullptr) return failure(zip_strerror(archive));
  const auto index = zip_file_add(archive, file.name.c_str(), content, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(content);
    return failure(zip_strerror(archive));
  }
  const auto at = static_cast<zip_uint64_t>(index);
  const zip_int32_t method = file.packing == Packing::stored ? ZIP_CM_STORE : ZIP_CM_DEFLATE;
  constexpr zip_uint32_t plain_file = 0100644U << 16U;
  if (zip_set_file_compression(archive, at, method, 9) != 0 ||
      zip_file_set_dostime(archive, at, time.time, time.date, 0) != 0 ||
      zip_file_set_external_attributes(archive, at, 0, ZIP_OPSYS_UNIX, plain_file) != 0) {
    return failure(zip_strerror(archive));
  }
  return {};
}

Result<std::string> bytes_of(zip_source_t* source) {
  zip_stat_t about;
  zip_stat_init(&about);
  if (zip_source_stat(source, &about) != 0 || zip_source_open(source) != 0)
    return failure("it cannot be read");
  std::string out(about.size, '\0');
  const auto read = zip_source_read(source, out.data(), out.size());
  zip_source_close(source);
  if (read < 0 || static_cast<std::size_t>(read) != out.size()) return failure("it cannot be read");
  return out;
}

}  // namespace

Result<std::string> make_zip(const std::vector<ZipFile>& files, UtcTime time) {
  zip_error_t error;
  zip_error_init(&error);
  const Source target{zip_source_buffer_create(nullptr, 0, 0, &error)};
  if (!target) return failure("out of memory");
  Archive archive{zip_open_from_source(target.get(), ZIP_TRUNCATE, &error)};
  if (!archive) return failure(zip_error_strerror(&error));
  zip_source_keep(target.get());  // closing the archive frees its own hold
  for (const auto& file : files) TIDINGS_TRY(add(archive.get(), file, dos_time(time)));
  if (zip_close(archive.get()) != 0) return failure(zip_strerror(archive.get()));
  static_cast<void>(archive.release());  // zip_close() has freed it
  return bytes_of(target.get());
}

}  // namespace tidings
