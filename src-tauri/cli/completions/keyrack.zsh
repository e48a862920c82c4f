#compdef keyrack
# Completes keyrack in zsh, by what keyrack itself says can follow.
_keyrack() {
  local -a candidates
  local candidate
  while IFS= read -r candidate; do
    candidates+=("$candidate")
  done < <("$words[1]" complete zsh -- "${(@)words[1,CURRENT]}" 2>/dev/null)
  _describe -V keyrack candidates
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _keyrack "$@"
else
  compdef _keyrack keyrack
fi
