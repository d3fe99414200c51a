# Sourced by scripts/packages-test, never run: clean systems to install into, a
# display to look at, and what is found. Needs root, debootstrap and overlayfs.
# shellcheck shell=sh

proofs=${PROOFS:-$PWD/.cache/packages-test}
pictures=$proofs/pictures
NETWORK=
export NETWORK
passed=0
failed=0

say() { printf '%s\n' "$*" >&2; }
pass() { passed=$((passed + 1)); say "  ok    $*"; }
fail() { failed=$((failed + 1)); say "  FAIL  $*"; }

# check WHAT COMMAND... passes when the command does, and shows what it said when not.
check() {
  what=$1
  shift
  if "$@" >"$proofs/check.log" 2>&1; then pass "$what"; else fail "$what"; tail -n 25 "$proofs/check.log" >&2; fi
}

# mirror is where this system's apt gets its packages.
mirror() { apt-get indextargets --format '$(REPO_URI) $(COMPONENT)' 'Created-By: Packages' | sed -n 's/ main$//p' | head -n 1; }

# base SUITE PACKAGES makes a minimal system once, in $proofs/SUITE.
base() {
  [ ! -e "$proofs/$1/.ready" ] || return 0
  say "Making a minimal Debian $1, once."
  rm -rf "${proofs:?}/$1"
  mkdir -p "$proofs"
  debootstrap --variant=minbase "$1" "$proofs/$1" "$(mirror)" >"$proofs/debootstrap.log" 2>&1 ||
    { tail -n 5 "$proofs/debootstrap.log" >&2; return 1; }
  chroot "$proofs/$1" useradd --create-home --shell /bin/sh skipper
  if [ -n "${2:-}" ]; then
    # shellcheck disable=SC2086
    chroot "$proofs/$1" sh -c "apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends $2" \
      >"$proofs/debootstrap.log" 2>&1 || { tail -n 5 "$proofs/debootstrap.log" >&2; return 1; }
  fi
  touch "$proofs/$1/.ready"
}

# fresh SUITE sets root to a system that has nothing but the base in it.
fresh() {
  root=$proofs/fresh-$1
  unfresh "$1"
  mkdir -p "$root" "$root.changes" "$root.work"
  mount -t overlay overlay -o "lowerdir=$proofs/$1,upperdir=$root.changes,workdir=$root.work" "$root"
  mkdir -p "$root/packages" "$root/tmp/.X11-unix"
  cp "$dist"/* "$root/packages/"
  cp scripts/packages-inside.sh scripts/packages-wine.sh "$root/packages/"
}

unfresh() {
  root=$proofs/fresh-$1
  ! mountpoint -q "$root" || umount -R "$root"
  rm -rf "$root" "$root.changes" "$root.work"
}

# inside COMMAND... runs a command in the system, with processes of its own, all of
# which end with it. NETWORK=none gives it a network of its own, too.
inside() {
  # shellcheck disable=SC2016
  unshare --mount --pid --fork --kill-child ${NETWORK:+--net} --propagation private sh -c '
    mount -t proc proc "$1/proc"
    mount --bind /tmp/.X11-unix "$1/tmp/.X11-unix"
    [ -z "$NETWORK" ] || ip link set lo up
    shift_root=$1
    shift
    exec chroot "$shift_root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DISPLAY="$DISPLAY" \
      DEBIAN_FRONTEND=noninteractive LIBGL_ALWAYS_SOFTWARE=1 "$@"' inside "$root" "$@"
}

# open_display starts a screen of its own; close_display ends it.
open_display() {
  number=90
  while [ -e "/tmp/.X11-unix/X$number" ]; do number=$((number + 1)); done
  Xvfb ":$number" -screen 0 1280x800x24 -nolisten tcp >"$proofs/xvfb.log" 2>&1 &
  xvfb=$!
  DISPLAY=:$number
  export DISPLAY
  looks=0
  until xdpyinfo >/dev/null 2>&1; do
    looks=$((looks + 1))
    [ "$looks" -lt 100 ] || { say "no display: $(cat "$proofs/xvfb.log")"; return 1; }
    sleep 0.1
  done
}

close_display() { [ -z "${xvfb:-}" ] || kill "$xvfb" 2>/dev/null || true; xvfb=; }

# colours counts those in a picture: of an empty window there are few, numbers and
# plots have many.
colours() { convert "xwd:$1" -depth 8 -format '%k' info:-; }

# seen NAME [SECONDS] waits for a window full of values, takes its picture, and
# leaves in $proofs/shown when it was full, in seconds since 1970. The screen is
# copied many times a second and looked at later: looking is slower than drawing.
seen() {
  rm -rf "$proofs/screens" "$proofs/shown"
  mkdir -p "$proofs/screens"
  deadline=$(($(date +%s) + ${2:-60}))
  while :; do
    looks=0
    while [ "$looks" -lt 60 ]; do
      xwd -silent -root -out "$proofs/screens/$(date +%s.%N)" && looks=$((looks + 1))
      sleep 0.01
    done
    for screen in "$proofs"/screens/*; do
      if [ "$(colours "$screen")" -gt 400 ]; then
        basename "$screen" >"$proofs/shown"
        sleep 1 # let it draw everything for the picture
        import -window root "$pictures/$1.png"
        rm -rf "$proofs/screens"
        return 0
      fi
      rm "$screen"
    done
    [ "$(date +%s)" -lt "$deadline" ] || { import -window root "$pictures/$1.png"; return 1; }
  done
}
