# Completes keyrack in bash, by what keyrack itself says can follow.
_keyrack() {
  local candidate
  COMPREPLY=()
  while IFS= read -r candidate; do
    COMPREPLY+=("$candidate")
  done < <("$1" complete bash -- "${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
  case ${COMPREPLY[0]-} in
    */ | *=) compopt -o nospace ;;
  esac
}
complete -F _keyrack keyrack
