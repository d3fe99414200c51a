#compdef pilothouse pilothouse-hub
# Completion of pilothouse for zsh: what the program itself says it can do.
_pilothouse() {
  local help place=
  local -a options commands
  [[ CURRENT -gt 2 && $words[2] != -* ]] && place=$words[2]
  case $words[CURRENT-1] in
    --data-dir|--out) _directories; return ;;
    --connect) compadd -S '' mqtt:// mqtts:// ws:// wss://; return ;;
  esac
  help=$($words[1] $place --help 2>&1) || return 1
  if [[ $words[CURRENT-1] == --page ]]; then
    compadd -- ${=$(print -r -- $help | sed -n 's/.*open the page .*first: //p' | tr ',' ' ')}
  elif [[ $words[CURRENT] == -* ]]; then
    options=(${(f)"$(print -r -- $help | sed -n 's/^  --\{0,1\}\([a-z][a-z0-9-]*\).*/--\1/p')"})
    compadd -- $options
  elif (( CURRENT == 2 )); then
    commands=(${(f)"$(print -r -- $help | sed -n 's/^  pilothouse \([a-z]*\) .*/\1/p')"})
    compadd -- $commands
    _files -g '*.pilothouse'
  fi
}
_pilothouse "$@"
