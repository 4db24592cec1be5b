#!/usr/bin/env bash
# Puts Bureau on a server: Ubuntu 24.04 or Debian 12, as root, from a clone in which `make build` has run.
#   deploy/install.sh --host bureau.example.com [--dry-run] [--no-firewall] [--no-proxy | --replace-proxy]
#
# A Caddyfile that serves something else is not touched: --replace-proxy puts it aside, --no-proxy leaves the proxy to you.
# Safe to run again: it upgrades the binary, the unit and the proxy's file, and never touches settings, agents or data.
# Where the unit or the proxy's file differs from what it writes, the old one stays beside it as NAME.before-bureau.
# With --dry-run it prints every command and changes nothing. It stops at the first command that fails; what was done
# until then is complete in itself, and running it again goes on from there.
set -euo pipefail

host='' dry_run=no firewall=yes proxy=yes replaces_proxy=no
usage() { sed -nE '2,/^$/s/^# ?//p' "$0" | sed '/^$/q'; }
fail() {
    printf 'error: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf '       %s\n' "$2" >&2
    exit "${3:-1}"
}
while [ $# -gt 0 ]; do
    case "$1" in
        --host) host=${2:-} && shift ;;
        --host=*) host=${1#*=} ;;
        --dry-run) dry_run=yes ;;
        --no-firewall) firewall=no ;;
        --no-proxy) proxy=no ;;
        --replace-proxy) replaces_proxy=yes ;;
        -h | --help) usage && exit 0 ;;
        *) fail "unknown argument: $1" "See: deploy/install.sh --help" 64 ;;
    esac
    shift || fail "--host needs a name" "Example: --host bureau.example.com" 64
done

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
clone=$(dirname "$here")
binary=${BUREAU_BINARY:-$clone/.build/release/bureau}
caddyfile=${BUREAU_CADDYFILE:-/etc/caddy/Caddyfile}
unit=${BUREAU_UNIT:-/etc/systemd/system/bureau.service}

step() { printf '\n# %s\n' "$*"; }

# Every change goes through here, so that --dry-run cannot forget one.
run() {
    local word line=''
    for word in "$@"; do printf -v word '%q' "$word" && line+="$word "; done
    printf '+ %s\n' "${line% }"
    [ "$dry_run" = yes ] || "$@"
}

# Writes standard input to a file: complete or not at all.
put() {  # path mode owner
    local path=$1 mode=$2 owner=$3 text
    text=$(cat)
    printf '+ write %s (mode %s, owner %s, %s lines)\n' "$path" "$mode" "$owner" "$(wc -l <<<"$text")"
    [ "$dry_run" = no ] || return 0
    local draft
    draft=$(mktemp "$path.XXXXXX")
    printf '%s\n' "$text" >"$draft"
    chown "$owner" "$draft"
    chmod "$mode" "$draft"
    mv -f "$draft" "$path"
}

# What differs from the new text on standard input somebody may have changed by hand: a copy stays beside it, and
# copies of earlier times stay too, numbered.
keep_copy() {  # path
    local path=$1
    if [ ! -e "$path" ] || cmp -s - "$path"; then return 0; fi
    printf '# %s differs from what is written now and is kept as %s.before-bureau\n' "$path" "$path"
    run cp -p --backup=numbered "$path" "$path.before-bureau"
}

# Whether somebody's own sites are in the proxy's file: not ours, and not the page that comes with the package.
serves_others() {
    [ -e "$caddyfile" ] || return 1
    ! grep -q 'Installed by deploy/install.sh' "$caddyfile" || return 1
    local said
    said=$(sed 's/#.*//' "$caddyfile" | tr -s '[:space:]' ' ' | sed 's/^ //; s/ $//')
    [ -n "$said" ] && [ "$said" != ':80 { root * /usr/share/caddy file_server }' ]
}

check() {
    if [ "$proxy" = yes ] && ! [[ $host =~ ^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$ ]]; then
        fail "--host needs the public name of this server, in lower case (got \"$host\")" \
            "Example: --host bureau.example.com; or --no-proxy to leave the proxy to you." 64
    fi
    if [ "$proxy" = yes ] && [ "$replaces_proxy" = no ] && serves_others; then
        fail "$caddyfile serves something else already" "Put the site of $here/Caddyfile into it, and run this with \
--no-proxy; or let it be put aside with --replace-proxy."
    fi
    [ -x "$binary" ] || [ "$dry_run" = yes ] || fail "there is no $binary" "Build it first: make build"
    [ "$dry_run" = yes ] || [ "$(id -u)" -eq 0 ] || fail "this must run as root" "Try: sudo $0 --host $host" 77
    local id='' version=''
    if [ -r /etc/os-release ]; then
        id=$(. /etc/os-release && printf '%s' "${ID:-}")
        version=$(. /etc/os-release && printf '%s' "${VERSION_ID:-}")
    fi
    case "$id $version" in
        "ubuntu 24.04" | "debian 12" | "debian 13") ;;
        *) printf 'note: made for Ubuntu 24.04 and Debian 12, this is %s %s\n' "${id:-unknown}" "$version" >&2 ;;
    esac
    [ "$dry_run" = yes ] || command -v systemctl >/dev/null || fail "there is no systemd here" \
        "Start the server in your own way with: bureau serve"
}

install_packages() {
    step "Packages: libraries, certificates, git for agents that build, and with the proxy and the firewall Caddy and ufw"
    local packages=(ca-certificates git libsqlite3-0 libstdc++6 sqlite3 zlib1g)
    [ "$proxy" = no ] || packages+=(caddy)
    [ "$firewall" = no ] || packages+=(ufw)
    local missing=() name
    for name in "${packages[@]}"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    run apt-get update -q
    run env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
}

make_user() {
    step "A user without a shell, and the folders"
    getent passwd bureau >/dev/null ||
        run useradd --system --user-group --home-dir /var/lib/bureau --no-create-home --shell /usr/sbin/nologin bureau
    run install -d -m 0755 -o root -g root /etc/bureau /etc/bureau/agents /usr/local/share/doc/bureau
    run install -d -m 0700 -o bureau -g bureau /var/lib/bureau /var/lib/bureau/data /var/lib/bureau/logs \
        /var/lib/bureau/logs/sessions
}

write_settings() {
    step "Settings: written once, never again"
    if [ -e /etc/bureau/bureau.env ]; then
        printf '# /etc/bureau/bureau.env is there and stays as it is\n'
    else
        # Paths and addresses of a server come from the unit; an empty placeholder is told from a real value by doctor.
        grep -vE '^(DATA_DIR|SESSION_LOG_DIR|AGENTS_DIR)=' "$clone/.env.example" |
            put /etc/bureau/bureau.env 0600 root:root
    fi
    # The mode is put right on every run: these two files hold keys.
    run chmod 0600 /etc/bureau/bureau.env
    if [ -e /etc/bureau/google.json ]; then
        run chown bureau:bureau /etc/bureau/google.json
        run chmod 0600 /etc/bureau/google.json
    fi
    local agent
    for agent in "$clone"/agents/*.json; do
        [ -e "$agent" ] || continue
        [ -e "/etc/bureau/agents/${agent##*/}" ] || run install -m 0644 -o root -g root "$agent" /etc/bureau/agents/
    done
}

install_service() {
    step "The binary and the service"
    # Beside, then renamed: the running server keeps its own file.
    run install -m 0755 -o root -g root "$binary" /usr/local/bin/bureau.new
    run mv -f /usr/local/bin/bureau.new /usr/local/bin/bureau
    run install -m 0755 -o root -g root "$clone/bin/run-agent" /usr/local/bin/run-agent
    run install -m 0755 -o root -g root "$here/bureauctl" /usr/local/bin/bureauctl
    run install -m 0644 -o root -g root "$clone/docs/guides/deploy.md" /usr/local/share/doc/bureau/deploy.md
    # For a server whose agents build; its drop-in is made of it by hand, and never touched.
    run install -m 0644 -o root -g root "$here/bureau-build.conf" /usr/local/share/doc/bureau/bureau-build.conf
    keep_copy "$unit" <"$here/bureau.service"
    run install -m 0644 -o root -g root "$here/bureau.service" "$unit"
    run systemctl daemon-reload
    run systemctl enable bureau.service
}

install_proxy() {
    [ "$proxy" = yes ] || return 0
    step "The proxy: HTTPS for $host"
    local wanted
    wanted=$(sed "s/^bureau\.example\.com /$host /" "$here/Caddyfile")
    run install -d -m 0755 "$(dirname "$caddyfile")"
    keep_copy "$caddyfile" <<<"$wanted"
    put "$caddyfile.bureau" 0644 root:root <<<"$wanted"
    # As Caddy itself: run by root, it would leave a log file that only root can write.
    run runuser -u caddy -- caddy validate --config "$caddyfile.bureau" --adapter caddyfile
    run mv -f "$caddyfile.bureau" "$caddyfile"
    run systemctl enable caddy.service
    run systemctl reload-or-restart caddy.service
}

# Every port at which SSH may reach this machine: the usual one, what its server and its socket are set to, and the one
# that this very session came in by.
ssh_ports() {
    local port
    {
        printf '22\n%s\n' "$1"
        systemctl show --property=Listen --value ssh.socket 2>/dev/null | sed -nE 's/.*:([0-9]+) \(Stream\)$/\1/p' || true
        read -r _ _ _ port _ <<<"${SSH_CONNECTION:-}" && printf '%s\n' "$port"
    } | { grep -xE '[0-9]{1,5}' || true; } | sort -nu
}

open_firewall() {
    [ "$firewall" = yes ] || return 0
    step "The firewall: SSH first, so that nobody locks themselves out"
    local sshd='' told='' port ports
    if sshd=$(command -v sshd) && ! told=$("$sshd" -T 2>/dev/null | awk '$1 == "port" { print $2 }'); then
        [ "$dry_run" = yes ] || fail "$sshd -T does not tell at which port it listens, so the firewall stays as it is" \
            "See what it says; or set the firewall up yourself, and run this again with --no-firewall"
        printf '# here come also the ports that "%s -T" tells to root\n' "$sshd"
    fi
    ports=$(ssh_ports "$told")
    for port in $ports 80 443; do run ufw allow "$port/tcp"; done
    run ufw --force enable
}

start() {
    step "Start"
    if [ "$dry_run" = no ] && grep '^ANTHROPIC_API_KEY=' /etc/bureau/bureau.env | tail -n 1 | grep -qE '=(sk-ant-\.\.\.)?$'; then
        printf 'Installed, not started: /etc/bureau/bureau.env has no keys yet.\n'
        printf '  1. edit /etc/bureau/bureau.env\n  2. systemctl start bureau\n  3. bureauctl doctor\n'
        return 0
    fi
    run systemctl restart bureau.service
    run systemctl --no-pager --lines 5 status bureau.service
    printf 'Next: bureauctl doctor%s\n' "${host:+, and https://$host/health}"
}

check
install_packages
make_user
write_settings
install_service
install_proxy
open_firewall
start
