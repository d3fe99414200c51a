#compdef pilothouse pilothouse-hub
# Completion of pilothouse for zsh: what the program itself says it can do.
_pilothouse() {
  local help line option place=
  local -a options commands
  [[ CURRENT -gt 2 && $words[2] != -* ]] && place=$words[2]
  case $words[CURRENT-1] in
    --data-dir) _directories; return ;;
    --out|--history) _files; return ;;
    --format) compadd -- csv jsonl parquet; return ;;
    --connect) compadd -S '' -- mqtt:// mqtts:// ws:// wss://; return ;;
  esac
  help=$($words[1] $place --help 2>&1)
  if [[ $words[CURRENT-1] == --page ]]; then
    compadd -- ${=$(print -r -- $help | sed -n 's/.*open the page .*first: //p' | tr ',' ' ')}
  elif [[ $words[CURRENT-1] == --what ]]; then
    compadd -- ${=$(print -r -- $help | sed -n 's/.*kind of records: \([a-z, ]*[a-z]\).*/\1/p' | sed 's/, / /g; s/ or / /')}
  elif [[ $words[CURRENT] == -* ]]; then
    # An option stands alone on its line, and below it what it does.
    for line in ${(f)help}; do
      if [[ $line == '  -'[-a-z]* ]]; then
        option=--${${${line##  #-(-|)}%% *}}
      elif [[ -n $option ]]; then
        options+=("$option:${line##[[:space:]]##}")
        option=
      fi
    done
    _describe -o option options
  elif (( CURRENT == 2 )); then
    commands=(${(f)"$(print -r -- $help | sed -n 's/^  pilothouse \([a-z]*\)  *\(.*\)/\1:\2/p')"})
    _describe command commands
    _files -g '*.pilothouse'
  fi
}
_pilothouse "$@"
