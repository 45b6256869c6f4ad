# Sourced by serve.sh and test.sh: says what it does, installs what is missing, fails with one line.

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# install_packages NAME...: the Debian packages of that name that are not installed yet.
install_packages() {
    local missing=() name
    for name in "$@"; do
        dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
    done
    [ ${#missing[@]} -eq 0 ] && return
    local sudo=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "install these packages as root first: apt-get install ${missing[*]}"
        sudo=sudo
    fi
    say "installing ${missing[*]}"
    local log
    log=$(mktemp)
    if ! { $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}"; } \
        >"$log" 2>&1; then
        tail -n 3 "$log" >&2
        rm -f "$log"
        fail "apt-get could not install ${missing[*]}; is the network there?"
    fi
    rm -f "$log"
}

require_swift() {
    command -v swift >/dev/null || fail "no Swift compiler found; install Swift 6.3 from swift.org and put it on the PATH"
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    case "$version" in
    6.[2-9] | 6.[1-9][0-9] | [7-9].*) ;;
    *) fail "Swift ${version:-of unknown version} is too old; Fovea needs 6.2 or later" ;;
    esac
}

# install_shipped_models FOLDER: the models that come with this repository, where the folder has none of that name.
install_shipped_models() {
    local model
    mkdir -p "$1"
    for model in Models/*/; do
        model=$(basename "$model")
        [ -e "$1/$model" ] && continue
        # Whole or not at all: a daemon may be watching the folder.
        rm -rf "$1/.$model.new"
        cp -r "Models/$model" "$1/.$model.new"
        mv "$1/.$model.new" "$1/$model"
    done
}

libraries=(libopenblas-dev libjpeg-dev libpng-dev zlib1g-dev libsqlite3-dev libcurl4-openssl-dev pkg-config)
