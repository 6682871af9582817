#compdef mfusweep
# zsh completion of mfusweep: at every TAB the tool itself says what may stand there.
_mfusweep() {
  local -a lines head finished open finished_shown open_shown
  local line word about
  lines=("${(@f)$("${words[1]/#\~/$HOME}" __complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
  head=(${=lines[1]})
  case $head[1] in
    files)
      [[ $PREFIX == --*=* ]] && compset -P '*='
      if (( $#head > 1 )); then
        _files -g "*.(${(j:|:)head[2,-1]})(-.)" || _files
      else
        _files
      fi
      ;;
    folders)
      [[ $PREFIX == --*=* ]] && compset -P '*='
      _files -/
      ;;
    words)
      for line in "${(@)lines[2,-1]}"; do
        word=${line%%$'\t'*} about=${line#*$'\t'}
        if [[ $word == *= ]]; then
          open+=("$word") open_shown+=("$word${about:+  -- $about}")
        else
          finished+=("$word") finished_shown+=("$word${about:+  -- $about}")
        fi
      done
      (( $#finished )) && compadd -l -d finished_shown -a finished
      (( $#open )) && compadd -S '' -l -d open_shown -a open
      ;;
  esac
}
# As a file of $fpath it is called at once; read with source it only defines itself.
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _mfusweep "$@"
else
  compdef _mfusweep mfusweep
fi
