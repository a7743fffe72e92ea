# Writes a C++ file that holds files as string literals.
#   cmake -D OUTPUT=x.cpp -D HEADER=store/migrations.hpp -D FUNCTION=tidings::store::migrations -D "FILES=a;b" -D BASE=dir
#         -D KIND=list|map|text -P embed.cmake
# list: FUNCTION returns std::span<const std::string_view>. map: ... std::span<const std::pair<std::string_view, std::string_view>>,
# keyed by the path below BASE. text: ... std::string_view, of one file.
string(REGEX REPLACE "::[a-z0-9_]+$" "" namespace "${FUNCTION}")
string(REGEX REPLACE "^.*::" "" function "${FUNCTION}")
if(KIND STREQUAL "map")
  set(type "std::pair<std::string_view, std::string_view>")
else()
  set(type "std::string_view")
endif()
set(items "")
set(count 0)
foreach(file IN LISTS FILES)
  # As bytes in hexadecimal, for a literal has a length limit and file(READ) would mangle brackets and semicolons.
  file(READ "${file}" hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${hex}")
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  set(literal "std::string_view{\"${bytes}\", ${size}}")
  if(KIND STREQUAL "map")
    file(RELATIVE_PATH key "${BASE}" "${file}")
    string(APPEND items "    {\"${key}\", ${literal}},\n")
  else()
    string(APPEND items "    ${literal},\n")
  endif()
  math(EXPR count "${count} + 1")
endforeach()
if(KIND STREQUAL "text")
  file(WRITE "${OUTPUT}.new" "// Made by scripts/embed.cmake.
#include \"${HEADER}\"

namespace ${namespace} {
std::string_view ${function}() { return ${literal}; }
}  // namespace ${namespace}
")
  file(COPY_FILE "${OUTPUT}.new" "${OUTPUT}" ONLY_IF_DIFFERENT)
  return()
endif()
file(WRITE "${OUTPUT}.new" "// Made by scripts/embed.cmake.
#include \"${HEADER}\"

#include <array>

namespace ${namespace} {
namespace {
constexpr std::array<${type}, ${count}> items{{
${items}}};
}  // namespace
std::span<const ${type}> ${function}() { return items; }
}  // namespace ${namespace}
")
file(COPY_FILE "${OUTPUT}.new" "${OUTPUT}" ONLY_IF_DIFFERENT)
