# Sourced by the scripts beside it, never run: the toolkit as it is shipped. The
# caller stands in the repository's root.
# shellcheck shell=sh

# write_toolkit copies the toolkit with its emoji font packed anew, which makes a
# package two megabytes smaller and changes no pixel (packaging/emoji), and sets
# modfile to what go build -modfile takes. The program says of itself that it was
# built of a copy; the place is the same for all, so that the bytes are.
write_toolkit() {
  folder=.cache/toolkit
  chmod -R u+w $folder 2>/dev/null || true
  rm -rf $folder
  mkdir -p $folder
  source=$(go list -m -f '{{.Dir}}' fyne.io/fyne/v2)
  cp -R "$source" $folder/fyne
  chmod -R u+w $folder/fyne
  SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:?} go run ./packaging emoji "$source/theme/font/EmojiOneColor.otf" >$folder/emoji.otf
  mv $folder/emoji.otf $folder/fyne/theme/font/EmojiOneColor.otf
  cp go.sum $folder/go.sum
  { cat go.mod; echo "replace fyne.io/fyne/v2 => ./$folder/fyne"; } >$folder/go.mod
  # shellcheck disable=SC2034
  modfile=$folder/go.mod
}
