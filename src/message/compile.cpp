#include "message/compile.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/text.hpp"
#include "message/header.hpp"
#include "message/layout.hpp"
#include "message/mime.hpp"
#include "message/slots.hpp"

namespace tidings::message {
namespace {

constexpr std::size_t room_for_personal = 2048;  // header fields and two signatures
constexpr std::size_t room_for_line = 320;       // one that has slots, encoded

/// A line or subject assembled for each reader.
struct Pattern {
  struct Item {
    std::string text;
    std::optional<Slot> slot;  ///< after `text`
  };
  std::vector<Item> items;
  Escape escape = Escape::none;

  void fill(const Reader& reader, std::string& out) const {
    out.clear();
    for (const auto& item : items) {
      out += item.text;
      if (item.slot) append_value(out, reader, *item.slot, escape);
    }
  }
};

/// Constant octets of the body (whole lines), then perhaps a personal line.
struct Step {
  SharedLines fixed;
  std::string relaxed;          ///< `fixed` as DKIM hashes it, if different
  std::optional<Pattern> line;  ///< with its line end, if it has one
};

struct Variant {
  std::string subject_field;               ///< finished, if the subject has no slots
  std::optional<Pattern> subject_pattern;  ///< else
  std::string fields;                      ///< FixedFields::tail and the frame's
  std::vector<Step> steps;                 ///< the body up to its images
  SharedLines before_image;                ///< empty: no images
  SharedLines end;                         ///< after them; like them, as it stands what DKIM hashes
  std::size_t own_bytes = 0;  ///< the room that write() reserves, enough except for very long names and links
  DkimBodyHash begun;         ///< over the first step's octets, if there are signers

  [[nodiscard]] std::size_t images_size(const HeaderOptions& options) const {
    std::size_t size = 0;
    if (before_image.size() == 0) return size;
    for (const auto& image : options.images) size += before_image.size() + image.part->size();
    return size;
  }
};

Result<Pattern> to_pattern(std::string_view text, Escape escape) {
  TIDINGS_LET(const auto pieces, split_slots(text));
  Pattern out{.items = {}, .escape = escape};
  for (const auto& piece : pieces) out.items.push_back({std::string{piece.text}, piece.slot});
  return out;
}

/// Collects the steps of a body.
struct StepWriter {
  std::vector<Step> steps;
  std::string fixed;  ///< of the step that is not done yet

  Result<void> end_step(std::optional<Pattern> line) {
    TIDINGS_LET(auto lines, SharedLines::make(std::exchange(fixed, {})));
    steps.push_back({.fixed = std::move(lines), .relaxed = {}, .line = std::move(line)});
    return {};
  }

  /// Encodes runs of lines without slots at once, and keeps the others as patterns.
  Result<void> append(std::string_view text, Escape escape) {
    TIDINGS_TRY(split_slots(text));  // also detects a marker's end without its beginning
    while (!text.empty()) {
      const auto slot = text.find(marker_of(Slot::reader_name).front());
      const auto line_start =
          slot == std::string_view::npos ? text.size() : text.substr(0, slot).rfind('\n') + 1;
      append_quoted_printable(fixed, text.substr(0, line_start));
      text.remove_prefix(line_start);
      if (text.empty()) break;
      const auto end = text.find('\n');
      const auto line = text.substr(0, end == std::string_view::npos ? end : end + 1);
      TIDINGS_LET(auto pattern, to_pattern(line, escape));
      TIDINGS_TRY(end_step(std::move(pattern)));
      text.remove_prefix(line.size());
    }
    return {};
  }
};

Result<std::vector<Step>> steps_of(const digest::SegmentBody& body, const PartFrame& frame) {
  StepWriter out{.steps = {}, .fixed = frame.before_text};
  TIDINGS_TRY(out.append(body.text, Escape::none));
  out.fixed += frame.before_html;
  TIDINGS_TRY(out.append(body.html, Escape::html));
  TIDINGS_TRY(out.end_step({}));
  return std::move(out.steps);
}

Result<Variant> compile_variant(const digest::SegmentBody& body, const HeaderOptions& options,
                                const FixedFields& fields) {
  if (trim(body.text).empty()) return fail(Errc::bad_data, "the plain-text part is empty");
  if (trim(body.subject).empty()) return fail(Errc::bad_data, "the subject is empty");
  Variant out;
  const auto subject = options.subject_prefix + body.subject;
  TIDINGS_LET(auto pattern, to_pattern(subject, Escape::none));
  for (const auto& item : pattern.items) TIDINGS_TRY(check_field("the subject", item.text));
  if (has_slots(subject)) {
    out.subject_pattern = std::move(pattern);
  } else {
    append_unstructured(out.subject_field, "Subject", subject);
  }
  const bool has_images = !body.html.empty() && !options.images.empty();
  const auto frame = part_frame(options.edition_key, !body.html.empty(), has_images);
  out.fields = fields.tail + frame.fields;
  TIDINGS_LET(out.steps, steps_of(body, frame));
  if (has_images) {
    TIDINGS_LET(out.before_image, SharedLines::make(frame.before_image));
  }
  TIDINGS_LET(out.end, SharedLines::make(frame.end));
  out.own_bytes =
      out.fields.size() + fields.head.size() + room_for_personal + out.steps.size() * room_for_line;
  if (options.signers.empty()) return out;
  for (auto& step : out.steps) {
    auto relaxed = relaxed_lines(step.fixed.text());
    if (relaxed != step.fixed.text()) step.relaxed = std::move(relaxed);
  }
  out.begun.update(out.steps.front().fixed.text());
  return out;
}

}  // namespace

struct CompiledMessage::Program {
  HeaderOptions options;
  FixedFields fields;
  std::vector<Variant> variants;
};

CompiledMessage::CompiledMessage(std::shared_ptr<const Program> program) : program_(std::move(program)) {}

Result<CompiledMessage> compile(std::span<const digest::SegmentBody> bodies, const HeaderOptions& options) {
  TIDINGS_CHECK(bodies.size() == 1 || bodies.size() == 2);
  auto program = std::make_shared<CompiledMessage::Program>();
  TIDINGS_LET(program->fields, fixed_fields(options));
  program->options = options;
  for (const auto& body : bodies) {
    TIDINGS_LET(auto variant, compile_variant(body, options, program->fields));
    program->variants.push_back(std::move(variant));
  }
  return CompiledMessage{std::move(program)};
}

void CompiledMessage::write(const Reader& reader, UtcTime date, Message& out) const {
  const auto& program = *program_;
  const auto& variant = program.variants[variant_of(reader, program.variants.size())];
  out.envelope_from = to_one_line(reader.envelope_from);
  out.envelope_to = to_one_line(reader.address);
  out.bytes.clear();
  out.bytes.reserve(variant.own_bytes);
  out.splices.clear();
  out.splices.reserve(variant.steps.size() + 1);
  out.keeper = program_;
  out.bytes += program.fields.head;
  std::string line;
  std::string subject_field;
  if (variant.subject_pattern) {
    variant.subject_pattern->fill(reader, line);
    append_unstructured(subject_field, "Subject", line);
  }
  append_personal_fields(out.bytes, reader, variant.subject_pattern ? subject_field : variant.subject_field,
                         date, program.options, program.fields.message_domain);
  out.bytes += variant.fields;
  const auto header_size = out.bytes.size();
  out.bytes += "\r\n";

  const bool sign = !program.options.signers.empty();
  std::optional<DkimBodyHash> hash;
  if (sign) hash = variant.begun;
  for (const auto& step : variant.steps) {
    out.splices.push_back({.before = out.bytes.size(), .lines = &step.fixed});
    if (sign && &step != variant.steps.data())
      hash->update_relaxed(step.relaxed.empty() ? step.fixed.text() : std::string_view{step.relaxed});
    if (!step.line) continue;
    const auto start = out.bytes.size();
    step.line->fill(reader, line);
    append_quoted_printable(out.bytes, line);
    if (sign) hash->update(std::string_view{out.bytes}.substr(start));
  }
  const auto splice = [&](const SharedLines& lines) {
    out.splices.push_back({.before = out.bytes.size(), .lines = &lines});
    if (sign) hash->update_relaxed(lines.text());
  };
  if (variant.before_image.size() > 0) {
    for (const auto& image : program.options.images) {
      splice(variant.before_image);
      splice(*image.part);
    }
  }
  splice(variant.end);
  if (!sign) return;
  const auto header = std::string_view{out.bytes}.substr(0, header_size);
  const auto signatures = dkim_fields(program.options.signers, header, hash->finish(), date);
  out.bytes.insert(0, signatures);
  for (auto& each : out.splices) each.before += signatures.size();
}

std::size_t CompiledMessage::size_bytes() const {
  std::size_t longest = 0;
  for (const auto& variant : program_->variants) {
    std::size_t size = program_->fields.head.size() + variant.fields.size() + variant.subject_field.size() +
                       variant.end.size();
    size += variant.images_size(program_->options);
    for (const auto& step : variant.steps) {
      size += step.fixed.size();
      if (!step.line) continue;
      for (const auto& item : step.line->items) size += item.text.size();
    }
    longest = std::max(longest, size);
  }
  return longest;
}

}  // namespace tidings::message
