// The elements and attributes that we know: those a mail may contain, and those we must recognise to drop
// properly.
//
// An element that is not here is unknown: its tags vanish, its content stays. Pure tables.
#pragma once

#include <cstdint>
#include <string_view>

namespace tidings::post {

enum class Tag : std::uint8_t {
  unknown,
  root,
  text,
  // kept
  a,
  abbr,
  acronym,
  address,
  article,
  aside,
  b,
  bdi,
  bdo,
  big,
  blockquote,
  br,
  caption,
  center,
  cite,
  code,
  col,
  colgroup,
  data,
  dd,
  del,
  details,
  dfn,
  div,
  dl,
  dt,
  em,
  figcaption,
  figure,
  font,
  footer,
  h1,
  h2,
  h3,
  h4,
  h5,
  h6,
  header,
  hgroup,
  hr,
  i,
  img,
  ins,
  kbd,
  li,
  main,
  mark,
  menu,
  nav,
  ol,
  p,
  pre,
  q,
  rb,
  rp,
  rt,
  rtc,
  ruby,
  s,
  samp,
  section,
  small,
  span,
  strike,
  strong,
  sub,
  summary,
  sup,
  table,
  tbody,
  td,
  tfoot,
  th,
  thead,
  time,
  tr,
  tt,
  u,
  ul,
  var,
  wbr,
  // turned into something else, or dropped with its content
  area,
  audio,
  embed,
  iframe,
  noscript,
  picture,
  video,
  source,
  svg,
  math,
  textarea,
  hidden_code,
  hidden_text,
  dropped,
  dropped_void,
  plaintext,
  count
};

enum class Attr : std::uint8_t {
  abbr,
  align,
  alt,
  bgcolor,
  border,
  bordercolor,
  cellpadding,
  cellspacing,
  cite,
  clear,
  color,
  colspan,
  datetime,
  dir,
  face,
  frame,
  height,
  hidden,
  href,
  hspace,
  in_noscript,
  lang,
  lazy_src,
  lazy_srcset,
  noshade,
  nowrap,
  open,
  poster,
  reversed,
  rowspan,
  rules,
  scope,
  size,
  span,
  src,
  srcset,
  start,
  style,
  summary,
  title,
  type,
  valign,
  value,
  vspace,
  width,
  count
};

/// By lower-case name, including aliases and replaced elements ("image", "details"); else Tag::unknown.
[[nodiscard]] Tag tag_of(std::string_view name);
[[nodiscard]] std::string_view name_of(Tag tag);

/// By lower-case name; Attr::count if we do not use it.
[[nodiscard]] Attr attribute_of(std::string_view name);
[[nodiscard]] std::string_view name_of(Attr attribute);

[[nodiscard]] bool is_kept(Tag tag);        ///< allowed in the output
[[nodiscard]] bool is_void(Tag tag);        ///< has no end tag and no content
[[nodiscard]] bool is_formatting(Tag tag);  ///< HTML 13.2.4.3: reopened by the parser after a block closed it
[[nodiscard]] bool is_block(Tag tag);       ///< stands on lines of its own
[[nodiscard]] bool closes_paragraph(Tag tag);  ///< its start tag ends an open <p> (HTML 13.2.6.4.7)
[[nodiscard]] bool is_heading(Tag tag);

/// Whether the output may carry this attribute on this element.
[[nodiscard]] bool is_allowed(Tag tag, Attr attribute);

}  // namespace tidings::post
