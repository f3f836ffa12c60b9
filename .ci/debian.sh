# Sourced by the run scripts: takes what is missing from Debian's packages and picks the compilers.

fail() {
    printf '%s: %s\n' "$0" "$*" >&2
    exit 2
}

usage() { sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; }

as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "neither root nor sudo; as root please run: apt-get install --no-install-recommends ${missing[*]}"
    fi
}

updated=no
update_packages() {
    [[ $updated == no ]] || return 0
    updated=yes
    as_root apt-get -qq -o DPkg::Lock::Timeout=300 update || echo "apt-get update failed; going on with the lists at hand"
}

installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# need PACKAGE...: says what is missing, and installs it.
need() {
    if ! command -v apt-get >/dev/null; then
        echo "Not a Debian system; expecting to find: $*"
        return
    fi
    local package
    missing=()
    for package; do
        installed "$package" || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    echo "Missing, installing from Debian: ${missing[*]}"
    update_packages
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 \
        install --no-install-recommends "${missing[@]}" >/dev/null ||
        fail "could not install: ${missing[*]}"
}

# need_gcc: sets gcc to a g++ that is 12 or newer.
need_gcc() {
    need g++
    gcc=g++
    if (($(g++ -dumpversion | cut -d. -f1) < 12)); then
        need g++-12
        gcc=g++-12
    fi
}

# need_clang: sets clang to the newest clang++ of 19 to 16 that is installed or, if none is, that Debian has.
need_clang() {
    local version
    missing=(clang)
    for version in 19 18 17 16 none; do
        command -v "clang++-$version" >/dev/null && break
    done
    if [[ $version == none ]]; then
        command -v apt-cache >/dev/null || fail "no clang++-16 to clang++-19 here"
        update_packages
        for version in 19 18 17 16 none; do
            [[ -n $(apt-cache madison "clang-$version" 2>/dev/null) ]] && break
        done
        [[ $version != none ]] || fail "Debian's packages here have no Clang 16 to 19"
    fi
    # Clang takes libstdc++ from g++.
    need g++ "clang-$version" "libclang-rt-$version-dev"
    clang="clang++-$version"
}
