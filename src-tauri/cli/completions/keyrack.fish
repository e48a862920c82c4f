# Completes keyrack in fish, by what keyrack itself says can follow.
function __keyrack_complete
    set --local typed (commandline --current-process --tokenize --cut-at-cursor)
    $typed[1] complete fish -- $typed (commandline --cut-at-cursor --current-token) 2>/dev/null
end
complete --command keyrack --no-files --keep-order --arguments '(__keyrack_complete)'
