# Sourced by scripts/packages, never run: the Windows installer, made on Linux.
# shellcheck shell=sh

# make_windows compiles the program with its icon, manifest and version, and packs
# the installer.
make_windows() {
  need clang clang x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64-win32 makensis nsis
  if [ -n "${WINDOWS_CERTIFICATE:-}" ]; then need osslsigncode osslsigncode; fi
  files=$work/windows
  mkdir -p "$files"
  build_windows "$files/pilothouse.exe"
  scripts/packages-sign "$files/pilothouse.exe"
  describe pilothouse "$files/pilothouse.exe" windows-amd64
  write_licences "$files/pilothouse.exe" "$files/LICENCES.unix"
  in_windows_lines "$files/LICENCES.unix" "$files/LICENCES.txt"
  in_windows_lines LICENSE "$files/LICENSE.txt"
  in_windows_lines CHANGELOG.md "$files/CHANGELOG.txt"
  rm "$files/LICENCES.unix"
  settle "$files"
  set -- "-DVERSION=$VERSION" "-DNUMBERS=$(numbers)" "-DFILES=$files" "-DICON=$work/icons/pilothouse.ico" \
    "-DOUT=$dist/pilothouse-$VERSION-windows-amd64-setup.exe"
  if [ -n "${WINDOWS_CERTIFICATE:-}" ]; then set -- "$@" "-DSIGN=$PWD/scripts/packages-sign"; fi
  makensis -V2 -WX "$@" packaging/windows/installer.nsi >&2
  say "  installer for Windows${WINDOWS_CERTIFICATE:+, signed}"
}

# build_windows FILE compiles the program. The linker takes resources only from the
# folder of the package, and only for Windows on this processor.
build_windows() {
  resources=$work/resources
  mkdir -p "$resources"
  sed -e "s/@VERSION@/$VERSION/" -e "s/@NUMBERS@/$(numbers)/" packaging/windows/winres.json.in >"$resources/winres.json"
  for size in 16 24 32 48 64 256; do cp "$work/icons/$size.png" "$resources/icon-$size.png"; done
  go tool -modfile=tools/go.mod go-winres make --arch amd64 --in "$resources/winres.json" --out "$resources/pilothouse"
  trap 'rm -rf "$work" pilothouse_windows_amd64.syso' EXIT
  cp "$resources/pilothouse_windows_amd64.syso" .
  GOOS=windows GOARCH=amd64 CGO_ENABLED=1 CC='clang --target=x86_64-w64-mingw32' go build -trimpath -modfile "$modfile" -tags release,migrated_fynedo \
    -ldflags "-s -w $stamp -H windowsgui -extld=x86_64-w64-mingw32-gcc" -o "$1" .
  rm pilothouse_windows_amd64.syso
}

# numbers is the version as Windows counts: four numbers.
numbers() { printf '%s\n' "$VERSION" | sed -n 's/^\([0-9]*\.[0-9]*\.[0-9]*\).*/\1.0/p'; }

in_windows_lines() { sed 's/$/\r/' "$1" >"$2"; }
