# Sourced by scripts/packages, never run: what is laid out in a package. The caller
# stands in the repository's root and has sourced version.sh; $work is a folder to
# work in and $made the one with the finished programs.
# shellcheck shell=sh

id=io.github.pilothouse.Pilothouse
icon_sizes="16 22 24 32 48 64 128 256 512"

# settle gives everything in a folder the modes of packages and the commit's time.
settle() {
  find "$1" -type d -exec chmod 755 {} +
  find "$1" -type f -exec chmod 644 {} +
  for program in "$1"/usr/bin/* "$1"/bin/* "$1"/install "$1"/uninstall; do
    [ ! -e "$program" ] || chmod 755 "$program"
  done
  find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

# put FILE PLACE copies a file to a place whose folder need not be there.
put() { mkdir -p "$(dirname "$2")" && cp "$1" "$2"; }

# pack FILE PLACE compresses one, without its name and time.
pack() { mkdir -p "$(dirname "$2")" && gzip -9nc "$1" >"$2"; }

# write_icons renders the icon in every size.
write_icons() {
  mkdir -p "$work/icons"
  for size in $icon_sizes; do
    rsvg-convert --width "$size" --height "$size" --output "$work/icons/$size.png" assets/icon.svg
  done
  go run ./packaging icon "$work/icons/16.png" "$work/icons/24.png" "$work/icons/32.png" "$work/icons/48.png" \
    "$work/icons/64.png" "$work/icons/128.png" >"$work/icons/pilothouse.ico"
}

# write_texts makes what is said of the program: its manual pages from its own help
# (of a user whose home is ~), licences, and the changelog.
write_texts() {
  HOME='~' XDG_DATA_HOME='' "$1" --help >"$work/help" 2>&1
  HOME='~' XDG_DATA_HOME='' "$1" hub --help >"$work/hub-help" 2>&1
  go run ./packaging manual -version "$VERSION" -template packaging/linux/pilothouse.1.in -help-text "$work/help" >"$work/pilothouse.1"
  go run ./packaging manual -version "$VERSION" -template packaging/hub/pilothouse-hub.8.in -help-text "$work/hub-help" >"$work/pilothouse-hub.8"
  case $VERSION in *-*) type=development ;; *) type=stable ;; esac
  sed -e "s/@VERSION@/$VERSION/" -e "s/@DATE@/$BUILD_DATE/" -e "s/@TYPE@/$type/" \
    packaging/linux/$id.metainfo.xml.in >"$work/$id.metainfo.xml"
}

# write_licences PROGRAM FILE
write_licences() {
  go run ./packaging licences -program "$1" -modcache "$(go env GOMODCACHE)" -goroot "$(go env GOROOT)" >"$2"
}

# write_changelog FORMAT PACKAGE FILE
write_changelog() {
  package_version=$(printf %s "$VERSION" | sed 's/-/~/')
  [ "$1" = deb ] || package_version=$package_version-1
  go run ./packaging "$1-changelog" -name "$2" -version "$VERSION" -package-version "$package_version" \
    -maintainer "$MAINTAINER" >"$3"
}

# lay_out_desktop SHARE puts what a desktop wants below a share folder.
lay_out_desktop() {
  share=$1
  put packaging/linux/$id.desktop "$share/applications/$id.desktop"
  put packaging/linux/$id.Link.desktop "$share/applications/$id.Link.desktop"
  put "$work/$id.metainfo.xml" "$share/metainfo/$id.metainfo.xml"
  put packaging/linux/$id.mime.xml "$share/mime/packages/$id.xml"
  for size in $icon_sizes; do
    put "$work/icons/$size.png" "$share/icons/hicolor/${size}x$size/apps/$id.png"
  done
  put assets/icon.svg "$share/icons/hicolor/scalable/apps/$id.svg"
  put packaging/linux/pilothouse.bash "$share/bash-completion/completions/pilothouse"
  put packaging/linux/pilothouse.fish "$share/fish/vendor_completions.d/pilothouse.fish"
}

# lay_out_window PROGRAM STAGE FORMAT is the package of the window, as deb or rpm.
lay_out_window() {
  put "$1" "$2/usr/bin/pilothouse"
  lay_out_desktop "$2/usr/share"
  case $3 in
    deb) put packaging/linux/pilothouse.zsh "$2/usr/share/zsh/vendor-completions/_pilothouse" ;;
    rpm) put packaging/linux/pilothouse.zsh "$2/usr/share/zsh/site-functions/_pilothouse" ;;
  esac
  lay_out_docs "$1" "$2" "$3" pilothouse 1
}

# lay_out_hub PROGRAM STAGE FORMAT is the package of the hub.
lay_out_hub() {
  put "$1" "$2/usr/bin/pilothouse-hub"
  put packaging/hub/pilothouse-hub.service "$2/usr/lib/systemd/system/pilothouse-hub.service"
  put packaging/hub/pilothouse-hub.sysusers "$2/usr/lib/sysusers.d/pilothouse-hub.conf"
  [ "$3" != deb ] || put packaging/hub/lintian-overrides "$2/usr/share/lintian/overrides/pilothouse-hub"
  lay_out_docs "$1" "$2" "$3" pilothouse-hub 8
}

# lay_out_docs PROGRAM STAGE FORMAT PACKAGE SECTION adds what is to be read. An RPM
# marks such files: they go beside the stage, where nfpm.yaml names each.
lay_out_docs() {
  write_licences "$1" "$work/licences"
  if [ "$3" = deb ]; then
    docs=$2/usr/share/doc/$4
    put packaging/linux/copyright "$docs/copyright"
    write_changelog deb "$4" "$work/changelog"
    pack "$work/changelog" "$docs/changelog.gz"
    pack "$work/$4.$5" "$2/usr/share/man/man$5/$4.$5.gz"
  else
    docs=$2.docs
    put LICENSE "$docs/LICENSE"
    put CHANGELOG.md "$docs/CHANGELOG.md"
    pack "$work/$4.$5" "$docs/man/$4.$5.gz"
  fi
  pack "$work/licences" "$docs/LICENCES.gz"
  settle "$2"
  [ ! -d "$2.docs" ] || settle "$2.docs"
}
