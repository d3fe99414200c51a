# Sourced by scripts/packages-inside.sh, never run: what a person does with the
# Windows installer, in wine.
# shellcheck shell=sh

prefix=/home/skipper/.wine
local_data=$prefix/drive_c/users/skipper/AppData/Local
programs=$local_data/Programs/Pilothouse

# in_wine runs a Windows program as that person and waits for it.
in_wine() { as_skipper env WINEDEBUG=-all WINEPREFIX="$prefix" wine "$@"; }

settled() { as_skipper env WINEPREFIX="$prefix" wineserver -w; }

# runs is true while a Windows program of that name does.
runs() { grep -qslz -- "$1" /proc/[0-9]*/cmdline; }

# key NAME reads a default value below HKEY_CURRENT_USER.
key() { in_wine reg query "HKCU\\$1" /ve 2>/dev/null | tr -d '\r'; }

associated_no_more() { ! key 'Software\Classes\.pilothouse' | grep -q 'Pilothouse.Workspace'; }

windows_install() {
  as_skipper env WINEDEBUG=-all WINEPREFIX="$prefix" wineboot --init
  settled
  in_wine "$SETUP" /S
  [ -s "$programs/pilothouse.exe" ] || die "no program in $programs"
  [ -e "$prefix/drive_c/users/skipper/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Pilothouse.lnk" ] || die "no entry in the start menu"
  key 'Software\Classes\.pilothouse' | grep -q 'Pilothouse.Workspace' || die "workspace files are not associated"
  key 'Software\Classes\Pilothouse.Link\shell\open\command' | grep -q '"%1"' || die "links are not associated"
}

windows_first() {
  windows_install
  start_window env WINEDEBUG=-all WINEPREFIX="$prefix" wine "$programs/pilothouse.exe"
  first_value
  keep yes
  await "somebody to look" test -e /tmp/seen
}

# windows_again updates a running program, which has to end by itself.
windows_again() {
  windows_first
  in_wine "$NEXT" /S
  wait "$window" || die "the program ended with $? when it was updated"
  start_window env WINEDEBUG=-all WINEPREFIX="$prefix" wine "$programs/pilothouse.exe"
  await "the broker" listens
  hears proof/kept yes || die "what was kept before the update is lost"
  in_wine "$programs/uninstall.exe" /S
  await "the uninstaller to end" sh -c '! [ -e "$1" ]' sh "$programs"
  await "the program to end" sh -c '! kill -0 "$1" 2>/dev/null' sh "$window"
  [ -s "$local_data/Pilothouse/broker.db" ] || die "uninstalling deleted the data"
  await "the association to go" associated_no_more
  settled
  ! runs pilothouse.exe || die "a process is left"
  in_wine "$NEXT" /S
  in_wine "$programs/uninstall.exe" /S /DELETEDATA
  await "the data to be deleted" sh -c '! [ -e "$1" ]' sh "$local_data/Pilothouse"
}
