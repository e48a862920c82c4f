# shellcheck shell=bash
# What the scripts share: the machine made ready, and nothing of it changed but for packages.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

# Needed to build and run.
DEBIAN_RUN=(build-essential pkg-config libwebkit2gtk-4.1-dev librsvg2-dev xdg-utils desktop-file-utils)
FEDORA_RUN="gcc pkgconf webkit2gtk4.1-devel librsvg2-devel xdg-utils desktop-file-utils"
ARCH_RUN="base-devel pkgconf webkit2gtk-4.1 librsvg xdg-utils desktop-file-utils"

# Needed besides by the tests: a display, a session bus, a keyring, and two programs to drive.
DEBIAN_TEST=(xvfb openbox xdotool x11-utils imagemagick dbus gnome-keyring libsecret-tools libglib2.0-bin
  webkit2gtk-driver fonts-noto-core fonts-noto-color-emoji shellcheck strace xclip curl python3-venv zsh fish mandoc
  lintian rpm rpmlint appstream age)
DEBIAN_CHROMIUM=(chromium chromium-driver)
# Other keyrings; without one, its tests say that they are skipped. Not every release has them.
DEBIAN_KEYRINGS=(keepassxc libkf5wallet-bin libqca-qt5-2-plugins)
FEDORA_TEST="xorg-x11-server-Xvfb openbox xdotool xev ImageMagick dbus-daemon gnome-keyring libsecret glib2 webkit2gtk-driver google-noto-sans-fonts google-noto-color-emoji-fonts chromium chromedriver ShellCheck strace xclip curl python3 zsh fish mandoc rpmlint appstream age"
ARCH_TEST="xorg-server-xvfb openbox xdotool xorg-xev imagemagick dbus gnome-keyring libsecret glib2 noto-fonts noto-fonts-emoji chromium shellcheck strace xclip curl python zsh fish mandoc appstream age"
TEST_PROGRAMS=(Xvfb openbox xdotool xev import dbus-daemon gnome-keyring-daemon secret-tool gdbus
  WebKitWebDriver chromedriver shellcheck strace xclip curl python3 zsh fish mandoc age)

heading() {
  printf '\n== %s\n' "$*" >&2
}

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# has PROGRAM...: whether all of them are in PATH.
has() {
  local program
  for program in "$@"; do
    command -v "$program" >/dev/null 2>&1 || return 1
  done
}

# at_least HAVE WANT: whether version HAVE is WANT or newer.
at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

need_rust() {
  local want have
  want=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  has cargo rustc || fail "Rust $want or newer is needed: install it from https://rustup.rs"
  have=$(rustc --version | cut -d ' ' -f 2)
  at_least "${have%%-*}" "$want" || fail "Rust $want or newer is needed, this is $have: run 'rustup update stable'"
}

need_node() {
  local want have
  want=$(sed -n 's/.*"node": ">=\(.*\)".*/\1/p' ui/package.json)
  has node npm || fail "Node.js $want or newer is needed, with npm: install it from https://nodejs.org"
  have=$(node --version)
  at_least "${have#v}" "$want" || fail "Node.js $want or newer is needed, this is $have: install it from https://nodejs.org"
}

# need_packages run|test: installs what is missing on Debian and Ubuntu, names it elsewhere.
need_packages() {
  local id like
  # shellcheck disable=SC1091
  read -r id like < <(. /etc/os-release 2>/dev/null && echo "${ID:-} ${ID_LIKE:-}") || true
  case " $id $like " in
    *" debian "* | *" ubuntu "*) debian_packages "$1" "$id" ;;
    *" fedora "*) named_packages "$1" "sudo dnf install" "$FEDORA_RUN" "$FEDORA_TEST" ;;
    *" arch "*) named_packages "$1" "sudo pacman -S --needed" "$ARCH_RUN" "$ARCH_TEST" ;;
    *) named_packages "$1" "your package manager for what Debian calls" \
      "${DEBIAN_RUN[*]}" "${DEBIAN_TEST[*]} ${DEBIAN_CHROMIUM[*]}" ;;
  esac
  if [ "$1" = test ]; then need_chromium; fi
}

debian_packages() {
  local wanted=("${DEBIAN_RUN[@]}") keyrings=() missing known sudo=()
  if [ "$1" = test ]; then
    wanted+=("${DEBIAN_TEST[@]}")
    # Ubuntu's package of that name is a snap, which sees neither our folders nor our display.
    [ "$2" = ubuntu ] || wanted+=("${DEBIAN_CHROMIUM[@]}")
    keyrings=("${DEBIAN_KEYRINGS[@]}")
  fi
  mapfile -t missing < <(absent "${wanted[@]}")
  mapfile -t known < <(in_archive "${keyrings[@]}")
  [ $((${#missing[@]} + ${#known[@]})) -gt 0 ] || return 0

  heading "Installing ${missing[*]} ${known[*]}"
  if [ "$(id -u)" -ne 0 ]; then
    has sudo || fail "Run this as root first: apt-get install ${missing[*]} ${known[*]}"
    sudo=(sudo)
  fi
  "${sudo[@]}" apt-get update -q >&2
  # A new system knows its archive only now.
  mapfile -t known < <(in_archive "${keyrings[@]}")
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}" "${known[@]}" >&2
}

# absent PACKAGE...: prints those that are not installed, one a line.
absent() {
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}

# in_archive PACKAGE...: prints those of the absent ones that the archive has, one a line.
in_archive() {
  local package
  while read -r package; do
    if apt-cache show "$package" >/dev/null 2>&1; then echo "$package"; fi
  done < <(absent "$@")
}

# named_packages run|test HOW RUN TEST: stops with one line if anything is missing.
named_packages() {
  local names=$3 program
  if [ "$1" = test ]; then
    names+=" $4"
    for program in "${TEST_PROGRAMS[@]}"; do
      has "$program" || fail "$program is missing. Install with $2: $names"
    done
  fi
  if ! has cc xdg-open pkg-config || ! pkg-config --exists webkit2gtk-4.1 librsvg-2.0; then
    fail "Packages are missing. Install with $2: $names"
  fi
}

need_chromium() {
  local program
  for program in chromium chromium-browser google-chrome; do
    if has "$program" chromedriver && ! grep -q /snap/ "$(command -v "$program")"; then
      return 0
    fi
  done
  fail "The tests need a Chromium or Chrome that is no snap, and its chromedriver, in PATH."
}

# need_cargo_tool NAME VERSION: into target/tools, so that no tool of the person's own is touched.
need_cargo_tool() {
  # As cargo calls it: some tools want their own name first.
  [ "$("target/tools/bin/$1" "${1#cargo-}" --version 2>/dev/null)" = "$1 $2" ] && return 0
  heading "Building $1 $2 in target/tools"
  cargo install --locked --debug --quiet --root target/tools "$1@$2" >&2
}

# cargo_deny ARGUMENTS...: looks at what the lock file has.
cargo_deny() {
  need_cargo_tool cargo-deny 0.20.2 && target/tools/bin/cargo-deny --locked "$@"
}

# cargo_sbom ARGUMENTS...: prints what the programs are made of.
cargo_sbom() {
  need_cargo_tool cargo-sbom 0.10.0 && target/tools/bin/cargo-sbom "$@"
}

# need_advisories: a copy of the RustSec advisory database in target/, and prints its day. It comes from
# the git repository $KEYRACK_ADVISORY_DB, one called advisory-db beside the project or in a folder there, or
# the network.
ADVISORY_DB=https://github.com/RustSec/advisory-db
need_advisories() {
  local from copy
  for from in "${KEYRACK_ADVISORY_DB:-}" ../advisory-db ../*/advisory-db; do
    [ -d "$from" ] || continue
    # cargo-deny fetches by git, which then takes the copy for the repository.
    from=$(realpath "$from")
    export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="url.file://$from.insteadOf" GIT_CONFIG_VALUE_0=$ADVISORY_DB
    break
  done
  cargo_deny --log-level off fetch db || true
  copy=$(echo target/advisory-db/advisory-db-*)
  git -C "$copy" log -1 --format='Advisories of %cs.' 2>/dev/null
}

# npm_packages FOLDER: the packages of its lock file, unless they are installed.
npm_packages() {
  local installed=$1/node_modules/.installed-lock.json
  cmp -s "$1/package-lock.json" "$installed" && return 0
  heading "Installing the npm packages in $1/node_modules"
  npm --prefix "$1" ci --ignore-scripts --no-audit --no-fund >&2
  cp "$1/package-lock.json" "$installed"
}

# python_packages FOLDER: the packages of its requirements in target/peers-venv, unless they are installed.
python_packages() {
  local venv=target/peers-venv
  local installed=$venv/.installed-requirements.txt
  cmp -s "$1/requirements.txt" "$installed" && return 0
  heading "Installing the Python packages of $1 in $venv"
  python3 -m venv --clear "$venv" >&2
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$1/requirements.txt" >&2
  cp "$1/requirements.txt" "$installed"
}

# ui_build: the pages that the program carries inside, if their sources have changed.
ui_build() {
  local pages=ui/dist/index.html
  if [ -f "$pages" ] && [ -z "$(find ui docs/guide -path ui/node_modules -prune -o -path ui/dist -prune -o -newer "$pages" -type f -print -quit)" ]; then
    return 0
  fi
  heading "Building the pages"
  npm --prefix ui run build >&2
}
