#!/usr/bin/env bash
# Makes a Debian package:  scripts/package.sh [FOLDER]      FOLDER/tidings_VERSION_ARCH.deb, default build/package
# What is packaged is what git knows of this tree, as it stands. Every time in the package is SOURCE_DATE_EPOCH, the last commit's if
# it is not set.
#   VERSION=0.2.0   another version than CMakeLists.txt says
#   AGAIN=yes       with the objects of the last build in FOLDER, for work on the packaging; not for what others get
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(realpath -m "${1:-build/package}")
scripts/install.sh build package

version=${VERSION:-$(sed -n 's/^project(tidings VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)}
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)}
DEB_BUILD_OPTIONS="noautodbgsym nocheck parallel=$(nproc)"
export DEB_BUILD_OPTIONS LC_ALL=C.UTF-8

source=$folder/source
[ "${AGAIN:-no}" = yes ] || rm -rf "$source"
rm -rf "$source/debian"
mkdir -p "$source"
if git rev-parse --git-dir >/dev/null 2>&1; then
  git ls-files -z -co --exclude-standard
else
  find . -path ./build -prune -o -type f -print0
fi | tar --null --files-from=- --create --file=- | tar --extract --directory="$source" --file=-
cp -r scripts/package/debian "$source/debian"
sed -i "s/^project(tidings VERSION [0-9.]*/project(tidings VERSION $version/" "$source/CMakeLists.txt"
touch -r CMakeLists.txt "$source/CMakeLists.txt"
packages=$(awk '$2 == "build" && $1 !~ /^(#|build-essential|ccache)/ { printf "%s, ", $1 }' scripts/packages.txt)
sed -i "s/@BUILD_DEPENDS@/${packages%, }/" "$source/debian/control"
cat >"$source/debian/changelog" <<EOF
tidings ($version) unstable; urgency=medium

  * See /usr/share/doc/tidings/docs/CHANGELOG.md.

 -- The tidings maintainers <tidings@example.org>  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
EOF

log=$folder/build.log
(cd "$source" && dpkg-buildpackage --no-pre-clean --build=binary --unsigned-changes --unsigned-buildinfo) >"$log" 2>&1 || {
  tail -n 40 "$log" >&2
  exit 1
}
package=$folder/tidings_${version}_$(dpkg --print-architecture).deb
lintian --allow-root --no-cfg --info --fail-on error,warning "$package"
sha256sum "$package"
