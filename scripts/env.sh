# Sourced by the scripts beside it, never run: the environment every go
# command of this repository gets. The caller stands in the repository's root.
# shellcheck shell=sh

# The peers of the tests (mosquitto) live in sbin on Debian, outside the PATH
# of an ordinary user.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH

# clang compiles the window's C parts about ten times faster than gcc 12. An
# explicit CC wins.
if [ -z "${CC:-}" ]; then
  if command -v clang >/dev/null 2>&1; then CC=clang; else CC=gcc; fi
fi
export CC

# Some distributions ship Go with GOTOOLCHAIN=local as its default, which
# stops it from fetching the version go.mod asks for. A person's own choice,
# in the environment or by go env -w, is left alone.
if [ -z "${GOTOOLCHAIN:-}" ] && command -v go >/dev/null 2>&1; then
  if ! grep -qs '^GOTOOLCHAIN=' "$(cd / && go env GOENV)"; then
    GOTOOLCHAIN=auto
    export GOTOOLCHAIN
  fi
fi

# The version is stamped by scripts/build from git describe; Go's own stamp
# fails in a checkout that belongs to another user.
GOFLAGS="${GOFLAGS:+$GOFLAGS }-buildvcs=false"
export GOFLAGS
