# Run by scripts/packages-test inside a clean system, as root, without a network:
# what a person does with a package there. Files in /tmp tell the time and wait for
# who looks at the screen.
# shellcheck shell=sh
set -eu

die() { echo "$*" >&2; exit 1; }

# await WHAT COMMAND... waits two minutes for a command to succeed.
await() {
  what=$1
  shift
  looks=0
  until "$@" >/dev/null 2>&1; do
    looks=$((looks + 1))
    [ "$looks" -lt 1200 ] || die "waited in vain for $what; the program says: $(cat /tmp/window.log 2>/dev/null || true)"
    sleep 0.1
  done
}

as_skipper() { runuser -u skipper -- env HOME=/home/skipper "$@"; }

# listens is true when something takes MQTT connections.
listens() { mosquitto_pub -h 127.0.0.1 -t proof/knock -n; }

# hears TOPIC TEXT is true when the broker has kept it.
hears() { [ "$(mosquitto_sub -h 127.0.0.1 -t "$1" -C 1 -W 5)" = "$2" ]; }

# keep leaves a retained message behind; when it is acknowledged it is on disk.
keep() {
  mosquitto_pub -h 127.0.0.1 -q 1 -r -t proof/kept -m "$1"
  await "the message to be kept" hears proof/kept "$1"
}

# first_value waits for one of the demo's messages, at once, and notes the time.
first_value() {
  until mosquitto_sub -h 127.0.0.1 -t 'solent/#' -C 1 -W 30 >/dev/null 2>&1; do sleep 0.02; done
  date +%s.%N >/tmp/first-value
}

# processes prints those that run a program.
processes() {
  for process in /proc/[0-9]*; do
    case $(readlink "$process/exe" 2>/dev/null) in "$1"*) echo "${process#/proc/}" ;; esac
  done
}

# start_window COMMAND... starts a window as a person would.
start_window() {
  rm -f /tmp/first-value /tmp/seen
  as_skipper "$@" >/tmp/window.log 2>&1 &
  window=$!
  date +%s.%N >/tmp/began
}

# end_windows asks the program to end and says how it did.
end_windows() {
  for process in $(processes "$1"); do kill -TERM "$process"; done
  wait "$window" || die "the program ended with $?: $(cat /tmp/window.log)"
}

case $1 in
  window-first)
    start_window pilothouse
    first_value
    keep yes
    await "somebody to look" test -e /tmp/seen
    end_windows /usr/bin/pilothouse
    ;;
  window-again)
    start_window pilothouse
    await "the broker" listens
    hears proof/kept yes || die "what was kept before the upgrade is lost"
    await "somebody to look" test -e /tmp/seen
    ;;
  window-removed)
    start_window pilothouse
    await "the broker" listens
    dpkg -r pilothouse
    [ -z "$(processes /usr/bin/pilothouse)" ] || die "a process is left"
    [ -s /home/skipper/.local/share/pilothouse/broker.db ] || die "the data is gone"
    [ ! -e /usr/bin/pilothouse ] || die "the program is still there"
    ;;
  tar)
    cd /tmp
    tar -xf /packages/pilothouse-*-linux-amd64.tar.xz
    cd pilothouse-*
    as_skipper ./install
    as_skipper /home/skipper/.local/bin/pilothouse --version
    start_window /home/skipper/.local/bin/pilothouse
    await "the broker" listens
    keep yes
    as_skipper ./install # over a running one
    [ -z "$(processes /home/skipper/.local/bin/pilothouse)" ] || die "the old program runs on"
    start_window /home/skipper/.local/bin/pilothouse
    await "the broker" listens
    hears proof/kept yes || die "what was kept before the upgrade is lost"
    as_skipper /home/skipper/.local/bin/pilothouse-uninstall
    [ -z "$(processes /home/skipper/.local/bin/pilothouse)" ] || die "a process is left"
    [ -s /home/skipper/.local/share/pilothouse/broker.db ] || die "the data is gone"
    left=$(find /home/skipper/.local -type f ! -path '*/share/pilothouse/*')
    [ -z "$left" ] || die "left behind: $left"
    ;;
  hub)
    getent passwd pilothouse-hub || die "there is no user pilothouse-hub"
    systemd-analyze verify --man=no /usr/lib/systemd/system/pilothouse-hub.service
    systemd-analyze security --offline=true --threshold=20 /usr/lib/systemd/system/pilothouse-hub.service
    install -d -o pilothouse-hub -g pilothouse-hub -m 700 /var/lib/pilothouse-hub # as StateDirectory= does
    for round in first second; do
      runuser -u pilothouse-hub -- /usr/bin/pilothouse-hub --data-dir /var/lib/pilothouse-hub 2>/tmp/hub.log &
      hub=$!
      await "the hub" listens
      case $round in
        first) keep yes ;;
        second) hears proof/kept yes || die "what the hub kept is lost" ;;
      esac
      for process in $(processes /usr/bin/pilothouse-hub); do kill -TERM "$process"; done
      wait "$hub" || die "the hub ended with $?: $(cat /tmp/hub.log)"
    done
    dpkg -r pilothouse-hub
    [ -s /var/lib/pilothouse-hub/broker.db ] || die "removing deleted the data"
    dpkg -P pilothouse-hub
    [ ! -e /var/lib/pilothouse-hub ] || die "purging left the data"
    ;;
  windows-*)
    . /packages/packages-wine.sh
    "$(echo "$1" | tr - _)"
    ;;
  *) die "$1: nothing to do" ;;
esac
