#include "sending/image_parts.hpp"

#include <utility>

#include <fmt/format.h>

namespace tidings::sending {

Result<ImageParts> ImageParts::make(const std::vector<digest::EditionImage>& images) {
  ImageParts out;
  for (const auto& image : images) {
    TIDINGS_LET(auto part, message::make_inline_image(image.content_id, image.bytes));
    out.images_.push_back(
        {.call = fmt::format("src=\"cid:{}\"", image.content_id), .image = std::move(part)});
  }
  return out;
}

std::vector<std::size_t> ImageParts::calls_in(std::string_view html) const {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < images_.size(); ++i) {
    if (html.find(images_[i].call) != std::string_view::npos) places.push_back(i);
  }
  return places;
}

std::vector<std::vector<std::size_t>> ImageParts::calls_in(std::span<const std::string> parts) const {
  std::vector<std::vector<std::size_t>> out;
  if (images_.empty()) return std::vector<std::vector<std::size_t>>(parts.size());
  out.reserve(parts.size());
  for (const auto& part : parts) out.push_back(calls_in(std::string_view{part}));
  return out;
}

std::vector<message::InlineImage> ImageParts::at(const std::set<std::size_t>& places) const {
  std::vector<message::InlineImage> out;
  for (const auto place : places) out.push_back(images_.at(place).image);
  return out;
}

std::vector<message::InlineImage> ImageParts::called_by(std::span<const digest::SegmentBody> bodies) const {
  std::set<std::size_t> places;
  for (const auto& body : bodies) {
    for (const auto place : calls_in(std::string_view{body.html})) places.insert(place);
  }
  return at(places);
}

}  // namespace tidings::sending
