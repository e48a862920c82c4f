//! The places in which tokens of Notion's are known to lie in clear text.

/// The folder that a place is below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    /// The person's own.
    Home,
    /// That of programs' settings.
    Settings,
}

/// A file, or a folder with all that is in it.
pub(crate) type Place = (Base, &'static str);

/// The known places: settings of programs that start MCP servers, the stores of Notion's command lines, and
/// what shells remember and begin with.
pub(crate) const PLACES: [Place; 22] = [
    (Base::Home, ".mcp.json"),
    (Base::Home, ".claude.json"),
    (Base::Home, ".claude/settings.json"),
    (Base::Settings, "Claude/claude_desktop_config.json"),
    (Base::Home, ".cursor/mcp.json"),
    (Base::Settings, "Code/User/mcp.json"),
    (Base::Settings, "Code/User/settings.json"),
    (Base::Home, ".codex/config.toml"),
    (Base::Home, ".config/notion"),
    (Base::Home, ".config/notion-cli"),
    (Base::Home, ".latchkey"),
    (Base::Home, ".env"),
    (Base::Home, ".bash_history"),
    (Base::Home, ".zsh_history"),
    (Base::Home, ".local/share/fish/fish_history"),
    (Base::Home, ".profile"),
    (Base::Home, ".bash_profile"),
    (Base::Home, ".bashrc"),
    (Base::Home, ".zshenv"),
    (Base::Home, ".zprofile"),
    (Base::Home, ".zshrc"),
    (Base::Home, ".config/fish/config.fish"),
];
