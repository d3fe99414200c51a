# Completion of pilothouse for bash: what the program itself says it can do.
_pilothouse() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} help place=
  [[ $COMP_CWORD -gt 1 && ${COMP_WORDS[1]} != -* ]] && place=${COMP_WORDS[1]}
  case $prev in
    --data-dir) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    --out | --history) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    --format) mapfile -t COMPREPLY < <(compgen -W 'csv jsonl parquet' -- "$cur"); return ;;
    --connect) mapfile -t COMPREPLY < <(compgen -W 'mqtt:// mqtts:// ws:// wss://' -- "$cur"); return ;;
  esac
  help=$("${COMP_WORDS[0]}" ${place:+"$place"} --help 2>&1)
  if [[ $prev == --page ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(sed -n 's/.*open the page .*first: //p' <<<"$help" | tr ',' ' ')" -- "$cur")
  elif [[ $prev == --what ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(sed -n 's/.*kind of records: \([a-z, ]*[a-z]\).*/\1/p' <<<"$help" | sed 's/, / /g; s/ or / /')" -- "$cur")
  elif [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(sed -n 's/^  --\{0,1\}\([a-z][a-z0-9-]*\).*/--\1/p' <<<"$help")" -- "$cur")
  elif [[ $COMP_CWORD -eq 1 ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(sed -n 's/^  pilothouse \([a-z]*\) .*/\1/p' <<<"$help")" -- "$cur"
      compgen -f -X '!*.pilothouse' -- "$cur")
  fi
}
complete -o filenames -F _pilothouse pilothouse pilothouse-hub
