# Sourced by the scripts beside it, never run: what a build is called, and when it
# was made. The caller stands in the repository's root. What the environment says
# already holds, so that a build without git can be told.
#
#   VERSION            semantic version without a v: that of the tag, or of what comes
#                      next (FyneApp.toml) with -dev. and the number of commits
#   COMMIT             the commit's hash, short
#   SOURCE_DATE_EPOCH  the commit's time, in seconds since 1970
#   BUILD_DATE         the same as a date
# shellcheck shell=sh

if [ -z "${VERSION:-}" ]; then
  VERSION=$(git describe --tags --exact-match --match 'v[0-9]*' 2>/dev/null | sed 's/^v//')
  if [ -z "$VERSION" ]; then
    VERSION=$(sed -n 's/^Version = "\(.*\)"/\1/p' FyneApp.toml)-dev.$(git rev-list --count HEAD 2>/dev/null || echo 0)
    [ -z "$(git status --porcelain --untracked-files=no 2>/dev/null)" ] || VERSION=$VERSION.dirty
  fi
fi
: "${COMMIT=$(git rev-parse --short=12 HEAD 2>/dev/null || true)}"
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || date +%s)}"
BUILD_DATE=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%d 2>/dev/null || date -u -r "$SOURCE_DATE_EPOCH" +%Y-%m-%d)
export VERSION COMMIT SOURCE_DATE_EPOCH BUILD_DATE

# stamp is what the linker writes into the program.
stamp="-X main.version=$VERSION -X main.commit=$COMMIT -X main.date=$BUILD_DATE"
