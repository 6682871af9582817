# bash completion of mfusweep: at every TAB the tool itself says what may stand there.
_mfusweep() {
  local -a words=() lines=() found=()
  local i line word= path head prefix=
  # Bash cuts words at = and :, which the tool wants whole.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if ((${#words[@]})) && { [[ $word == [=:]* ]] || [[ ${words[${#words[@]} - 1]} == *[=:] ]]; }; then
      words[${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
  done
  word=${words[${#words[@]} - 1]}
  mapfile -t lines < <("${COMP_WORDS[0]/#\~/$HOME}" __complete "${words[@]}" 2>/dev/null)
  read -r -a head <<<"${lines[0]}"
  COMPREPLY=()
  case ${head[0]} in
    files)
      [[ $word == --*=* ]] && word=${word#*=}
      for path in "${head[@]:1}"; do
        mapfile -t -O "${#found[@]}" found < <(compgen -f -X "!*.$path" -- "$word")
      done
      ((${#head[@]} > 1)) || mapfile -t found < <(compgen -f -- "$word")
      mapfile -t -O "${#found[@]}" found < <(compgen -d -- "$word")
      mapfile -t COMPREPLY < <(printf '%s\n' "${found[@]}" | LC_ALL=C sort -u | sed '/^$/d')
      compopt -o filenames 2>/dev/null
      ;;
    folders)
      [[ $word == --*=* ]] && word=${word#*=}
      mapfile -t COMPREPLY < <(compgen -d -- "$word")
      compopt -o filenames 2>/dev/null
      ;;
    words)
      # Only what follows the last = or : is replaced.
      [[ $word == *[=:]* ]] && prefix=${word%"${word##*[=:]}"}
      for line in "${lines[@]:1}"; do
        line=${line%%$'\t'*}
        COMPREPLY+=("${line#"$prefix"}")
      done
      [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
      ;;
  esac
  return 0
}
complete -F _mfusweep mfusweep
