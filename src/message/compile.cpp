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
#include "message/parts.hpp"
#include "message/slots.hpp"

namespace tidings::message {
namespace {

constexpr std::size_t room_for_personal = 2048;  // header fields and two signatures
constexpr std::size_t room_for_line = 320;       // one that has slots, encoded
/// Constant octets are spliced into a message from here on. Fewer are copied: that costs less than a piece of
/// their own on the way to the socket.
constexpr std::size_t spliced_from = 1024;

/// A line or subject assembled for each reader.
struct Pattern {
  struct Item {
    std::string text;
    std::optional<Place> slot;  ///< after `text`
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
  std::optional<Pattern> line = {};  ///< with its line end, if it has one
  /// `fixed` as DKIM hashes it, if that differs; known once a signed message has needed it.
  std::string relaxed = {};
  bool is_relaxed_known = false;

  [[nodiscard]] bool is_spliced() const { return fixed.size() >= spliced_from; }
  [[nodiscard]] std::string_view as_hashed() const {
    return relaxed.empty() ? fixed.text() : std::string_view{relaxed};
  }
  void relax() {
    if (std::exchange(is_relaxed_known, true)) return;
    auto lines = relaxed_lines(fixed.text());
    if (lines != fixed.text()) relaxed = std::move(lines);
  }
};

struct Variant {
  std::string subject_field;               ///< finished, if the subject has no slots
  std::optional<Pattern> subject_pattern;  ///< else
  std::vector<const Step*> steps;          ///< the body up to its images
  std::size_t own_bytes = 0;  ///< what write() makes room for, short of very long names and links
  std::size_t constant_bytes = 0;
  std::size_t begun_steps = 0;  ///< the steps whose fixed octets `begun` has; none but the last has a line
  DkimBodyHash begun;           ///< if there are signers
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
    steps.push_back({.fixed = std::move(lines), .line = std::move(line)});
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

Result<std::vector<Step>> steps_of(std::string_view part, Escape escape) {
  StepWriter out;
  TIDINGS_TRY(out.append(part, escape));
  if (!out.fixed.empty()) TIDINGS_TRY(out.end_step({}));
  out.steps.shrink_to_fit();
  return std::move(out.steps);
}

Result<Step> step_of(std::string lines) {
  Step out;
  if (lines.empty()) return out;
  TIDINGS_LET(out.fixed, SharedLines::make(std::move(lines)));
  return out;
}

}  // namespace

/// What the messages of some segments have in common besides parts.
struct Compiler::Frame {
  /// Around the texts, by whether there is HTML.
  struct Around {
    std::string fields;  ///< FixedFields::tail and the content's
    Step before_text;
    Step before_html;
    SharedLines before_image;  ///< empty: no images
    SharedLines end;           ///< after them; like them, as it stands what DKIM hashes
  };

  HeaderOptions options;
  FixedFields fields;
  Around plain;
  Around with_html;
  std::size_t image_bytes = 0;
};

/// A part's steps stay where they are once they are made.
struct Compiler::Pool {
  using Encoded = std::optional<std::vector<Step>>;

  enum Uses : std::uint8_t { nowhere = 0, in_text = 1, in_html = 2 };

  std::vector<std::string> parts;
  std::vector<bool> is_blank;
  std::vector<Uses> uses;  ///< not encoded yet
  std::vector<Encoded> text;
  std::vector<Encoded> html;
};

struct CompiledMessage::Program {
  std::shared_ptr<const Compiler::Pool> pool;
  std::shared_ptr<const Compiler::Frame> frame;
  std::vector<Variant> variants;

  [[nodiscard]] const Compiler::Frame::Around& around() const {
    return has_html ? frame->with_html : frame->plain;
  }
  bool has_html = false;
};

namespace {

Result<Compiler::Frame::Around> around(const HeaderOptions& options, const FixedFields& fields,
                                       bool has_html) {
  const bool has_images = has_html && !options.images.empty();
  auto frame = part_frame(options.edition_key, has_html, has_images);
  Compiler::Frame::Around out;
  out.fields = fields.tail + frame.fields;
  TIDINGS_LET(out.before_text, step_of(std::move(frame.before_text)));
  TIDINGS_LET(out.before_html, step_of(std::move(frame.before_html)));
  if (has_images) {
    TIDINGS_LET(out.before_image, SharedLines::make(std::move(frame.before_image)));
  }
  TIDINGS_LET(out.end, SharedLines::make(std::move(frame.end)));
  for (auto* const step : {&out.before_text, &out.before_html}) step->relax();
  return out;
}

}  // namespace

Compiler::Compiler(digest::PartedEdition& edition) : pool_(std::make_shared<Pool>()) {
  const auto count = edition.parts.size();
  pool_->text.resize(count);
  pool_->html.resize(count);
  pool_->uses.resize(count);
  pool_->is_blank.reserve(count);
  for (const auto& part : edition.parts) pool_->is_blank.push_back(trim(part).empty());
  const auto note = [&](const std::vector<std::uint32_t>& numbers, Pool::Uses use) {
    for (const auto number : numbers) {
      if (number < count) pool_->uses[number] = static_cast<Pool::Uses>(pool_->uses[number] | use);
    }
  };
  for (const auto& segment : edition.segments) {
    for (const auto& body : segment.bodies) {
      note(body.text, Pool::in_text);
      note(body.html, Pool::in_html);
    }
  }
  pool_->parts = std::move(edition.parts);
}

Compiler::~Compiler() { pool_->parts = {}; }

Result<std::shared_ptr<const Compiler::Frame>> Compiler::frame(HeaderOptions options) {
  auto out = std::make_shared<Frame>();
  TIDINGS_LET(out->fields, fixed_fields(options));
  TIDINGS_LET(out->plain, around(options, out->fields, false));
  TIDINGS_LET(out->with_html, around(options, out->fields, true));
  for (const auto& image : options.images)
    out->image_bytes += out->with_html.before_image.size() + image.part->size();
  out->options = std::move(options);
  return out;
}

namespace {

/// The steps of one part, encoded by now.
Result<void> append_steps(Compiler::Pool& pool, std::uint32_t number, Escape escape, bool sign,
                          Variant& out) {
  auto& encoded = escape == Escape::html ? pool.html : pool.text;
  if (number >= encoded.size())
    return fail(Errc::bad_data, fmt::format("a body has the part {}, and the edition has not", number));
  auto& steps = encoded[number];
  if (!steps) {
    TIDINGS_LET(steps, steps_of(pool.parts[number], escape));
    auto& uses = pool.uses[number];
    uses = static_cast<Compiler::Pool::Uses>(
        uses & ~(escape == Escape::html ? Compiler::Pool::in_html : Compiler::Pool::in_text));
    if (uses == Compiler::Pool::nowhere) pool.parts[number] = {};
  }
  for (auto& step : *steps) {
    if (sign) step.relax();
    out.steps.push_back(&step);
  }
  return {};
}

bool is_blank(const Compiler::Pool& pool, std::span<const std::uint32_t> numbers) {
  return std::ranges::all_of(
      numbers, [&](std::uint32_t number) { return number < pool.is_blank.size() && pool.is_blank[number]; });
}

void measure(Variant& variant, std::size_t fixed_bytes, bool sign) {
  variant.constant_bytes = fixed_bytes + variant.subject_field.size();
  variant.own_bytes = fixed_bytes + room_for_personal;
  bool is_begun = !sign;
  for (const auto* const step : variant.steps) {
    variant.constant_bytes += step->fixed.size();
    if (!step->is_spliced()) variant.own_bytes += step->fixed.size();
    if (step->line) {
      variant.own_bytes += room_for_line;
      for (const auto& item : step->line->items) variant.constant_bytes += item.text.size();
    }
    if (is_begun) continue;
    variant.begun.update(step->fixed.text());
    ++variant.begun_steps;
    is_begun = step->line.has_value();
  }
}

Result<Variant> compile_variant(Compiler::Pool& pool, const Compiler::Frame& frame,
                                const digest::PartedBody& body) {
  if (is_blank(pool, body.text)) return fail(Errc::bad_data, "the plain-text part is empty");
  if (trim(body.subject).empty()) return fail(Errc::bad_data, "the subject is empty");
  Variant out;
  const auto subject = frame.options.subject_prefix + body.subject;
  TIDINGS_LET(auto pattern, to_pattern(subject, Escape::none));
  for (const auto& item : pattern.items) TIDINGS_TRY(check_field("the subject", item.text));
  if (has_slots(subject)) {
    out.subject_pattern = std::move(pattern);
  } else {
    append_unstructured(out.subject_field, "Subject", subject);
  }
  const bool has_html = !body.html.empty();
  const bool sign = !frame.options.signers.empty();
  const auto& around = has_html ? frame.with_html : frame.plain;
  out.steps.reserve(body.text.size() + body.html.size() + 2);
  if (around.before_text.fixed.size() > 0) out.steps.push_back(&around.before_text);
  for (const auto number : body.text) TIDINGS_TRY(append_steps(pool, number, Escape::none, sign, out));
  if (has_html) out.steps.push_back(&around.before_html);
  for (const auto number : body.html) TIDINGS_TRY(append_steps(pool, number, Escape::html, sign, out));
  measure(out, frame.fields.head.size() + around.fields.size(), sign);
  return out;
}

}  // namespace

Result<CompiledMessage> Compiler::compile(std::span<const digest::PartedBody> bodies,
                                          std::shared_ptr<const Frame> frame) {
  TIDINGS_CHECK(bodies.size() == 1 || bodies.size() == 2);
  auto program = std::make_shared<CompiledMessage::Program>();
  for (const auto& body : bodies) {
    TIDINGS_LET(auto variant, compile_variant(*pool_, *frame, body));
    program->variants.push_back(std::move(variant));
    program->has_html = !body.html.empty();
  }
  program->pool = pool_;
  program->frame = std::move(frame);
  return CompiledMessage{std::move(program)};
}

CompiledMessage::CompiledMessage(std::shared_ptr<const Program> program) : program_(std::move(program)) {}

Result<CompiledMessage> compile(std::span<const digest::SegmentBody> bodies, const HeaderOptions& options) {
  digest::PartedEdition whole{.parts = {}, .segments = {{.id = {}, .language = {}, .bodies = {}}}};
  const auto numbers_of = [&whole](std::string_view text) {
    std::vector<std::uint32_t> numbers;
    if (!text.empty()) {
      numbers.push_back(static_cast<std::uint32_t>(whole.parts.size()));
      whole.parts.push_back(without_marks(std::string{text}));
    }
    return numbers;
  };
  auto& segment = whole.segments.front();
  for (const auto& body : bodies) {
    segment.bodies.push_back(
        {.subject = body.subject, .text = numbers_of(body.text), .html = numbers_of(body.html)});
  }
  Compiler compiler{whole};
  TIDINGS_LET(auto frame, Compiler::frame(options));
  return compiler.compile(segment.bodies, std::move(frame));
}

void CompiledMessage::write(const Reader& reader, UtcTime date, Message& out) const {
  const auto& frame = *program_->frame;
  const auto& around = program_->around();
  const auto& variant = program_->variants[variant_of(reader, program_->variants.size())];
  out.envelope_from = to_one_line(reader.envelope_from);
  out.envelope_to = to_one_line(reader.address);
  out.bytes.clear();
  out.bytes.reserve(variant.own_bytes);
  out.splices.clear();
  out.splices.reserve(variant.steps.size() + 1);
  out.keeper = program_;
  out.bytes += frame.fields.head;
  std::string line;
  std::string subject_field;
  if (variant.subject_pattern) {
    variant.subject_pattern->fill(reader, line);
    append_unstructured(subject_field, "Subject", line);
  }
  append_personal_fields(out.bytes, reader, variant.subject_pattern ? subject_field : variant.subject_field,
                         date, frame.options, frame.fields.message_domain);
  out.bytes += around.fields;
  const auto header_size = out.bytes.size();
  out.bytes += "\r\n";

  const bool sign = !frame.options.signers.empty();
  std::optional<DkimBodyHash> hash;
  if (sign) hash = variant.begun;
  std::size_t begun = variant.begun_steps;
  for (const auto* const step : variant.steps) {
    if (step->is_spliced()) {
      out.splices.push_back({.before = out.bytes.size(), .lines = &step->fixed});
    } else {
      out.bytes += step->fixed.text();
    }
    if (begun > 0) {
      --begun;
    } else if (sign) {
      hash->update_relaxed(step->as_hashed());
    }
    if (!step->line) continue;
    const auto start = out.bytes.size();
    step->line->fill(reader, line);
    append_quoted_printable(out.bytes, line);
    if (sign) hash->update(std::string_view{out.bytes}.substr(start));
  }
  const auto splice = [&](const SharedLines& lines) {
    out.splices.push_back({.before = out.bytes.size(), .lines = &lines});
    if (sign) hash->update_relaxed(lines.text());
  };
  if (around.before_image.size() > 0) {
    for (const auto& image : frame.options.images) {
      splice(around.before_image);
      splice(*image.part);
    }
  }
  splice(around.end);
  if (!sign) return;
  const auto header = std::string_view{out.bytes}.substr(0, header_size);
  const auto signatures = dkim_fields(frame.options.signers, header, hash->finish(), date);
  out.bytes.insert(0, signatures);
  for (auto& each : out.splices) each.before += signatures.size();
}

std::size_t CompiledMessage::size_bytes() const {
  std::size_t longest = 0;
  for (const auto& variant : program_->variants) longest = std::max(longest, variant.constant_bytes);
  return longest + program_->around().end.size() + (program_->has_html ? program_->frame->image_bytes : 0);
}

}  // namespace tidings::message
