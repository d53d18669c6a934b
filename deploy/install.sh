#!/bin/sh
# Installs or upgrades the agent of a gateway, or a cloud, as a service of systemd, without Docker. Run it from a tree of Weir; safe to run again.
#
#   deploy/install.sh edge                 # this machine becomes a gateway, or gets this version of the agent
#   deploy/install.sh cloud                # the same for the cloud
#   deploy/install.sh edge --root /mnt     # into the disk image of a gateway: no user, no systemctl
#   deploy/install.sh edge --uninstall     # takes program and service away; configuration and data stay
#
# Needs npm (Node 20 or newer, any version: the Node that Weir runs on comes with it), and the registry once.
#
#   /opt/weir            the version in use, a link into /opt/weir-versions; the one before stays for going back
#   /etc/weir            configuration, passwords and certificates: yours, never touched
#   /var/lib/weir        what has been read and not yet stored (edge), or ledger and readings (cloud): never touched
#   journalctl -u weir-edge    its log; journald keeps it in bounds
set -eu

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p;}' "$0"; }
fail() { echo "$1" >&2; exit "${2:-1}"; }

program='' root='' uninstall=no
while [ $# -gt 0 ]; do
  case $1 in
    edge | cloud) program=$1 ;;
    --root) [ $# -ge 2 ] || fail "--root takes a folder" 2; root=${2%/}; shift ;;
    --uninstall) uninstall=yes ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; fail "$1 is not known" 2 ;;
  esac
  shift
done
[ -n "$program" ] || { usage >&2; fail "say what: edge or cloud" 2; }
case $program in edge) folder=edge-agent ;; cloud) folder=cloud ;; esac
[ -n "$root" ] || [ "$(id -u)" -eq 0 ] || fail "root is needed to install a service: sudo $0 $program"

units="weir-$program.service weir-$program-watch.service weir-$program-watch.timer"
here() { [ -z "$root" ]; } # this machine, not the image of a disk

if [ $uninstall = yes ]; then
  if here; then systemctl disable --now "weir-$program-watch.timer" "weir-$program.service" 2>/dev/null || true; fi
  for unit in $units; do rm -f "$root/etc/systemd/system/$unit" "$root/etc/systemd/system/"*.wants/"$unit"; done
  here && systemctl daemon-reload
  if ! ls "$root"/etc/systemd/system/weir-*.service >/dev/null 2>&1; then rm -rf "$root/opt/weir" "$root/opt/weir-versions"; fi
  echo "weir-$program is gone; $root/etc/weir and $root/var/lib/weir are as they were"
  exit 0
fi

tree=$(cd "$(dirname "$0")/.." && pwd)
for needed in package-lock.json "$folder/cli.js" "deploy/systemd/weir-$program.service"; do
  [ -e "$tree/$needed" ] || fail "$tree/$needed is missing: run this script from a complete tree of Weir"
done
command -v npm >/dev/null || fail "npm is needed: apt-get install npm, or Node from nodejs.org"
if [ "$program" = cloud ] && [ ! -e "$tree/cloud/console/dist/index.html" ]; then
  fail "the console page is not built: run npm ci && npm run build in $tree first"
fi

if here && ! id weir >/dev/null 2>&1; then
  useradd --system --user-group --home-dir /var/lib/weir --no-create-home --shell /usr/sbin/nologin weir
fi
install -d -m 0755 "$root/opt/weir-versions" "$root/etc/systemd/system"
install -d -m 0750 "$root/etc/weir" "$root/var/lib/weir"
if here; then
  chown root:weir /etc/weir
  chown weir:weir /var/lib/weir
fi

# The new version beside the old one; nothing that runs is touched until it is complete and takes the configuration.
version=$(date -u +%Y%m%dT%H%M%SZ)
new=$root/opt/weir-versions/$version
trap 'rm -rf "$new.part"' EXIT
mkdir "$new.part"
(cd "$tree" && tar -cf - --exclude=node_modules --exclude=.git --exclude=.weir --exclude=secrets --exclude=.env .) | tar -xf - -C "$new.part" --no-same-owner
# Only what both programs need here, and the Node that they run on.
workspaces="--workspace $folder"
for other in edge-agent cloud; do
  case $other in edge-agent) unit=weir-edge ;; cloud) unit=weir-cloud ;; esac
  [ "$other" = "$folder" ] || [ ! -e "$root/etc/systemd/system/$unit.service" ] || workspaces="$workspaces --workspace $other"
done
# shellcheck disable=SC2086 # words
(cd "$new.part" && npm ci --omit=dev --no-audit --no-fund --include-workspace-root $workspaces)
chmod -R go=rX "$new.part"
mv "$new.part" "$new"
if [ -e "$root/etc/weir/$program.yaml" ] && here; then
  "$new/node_modules/.bin/node" "$new/$folder/cli.js" check "/etc/weir/$program.yaml" ||
    { rm -rf "$new"; fail "the new version does not take /etc/weir/$program.yaml: nothing was changed, the old version goes on"; }
fi
before=$(readlink "$root/opt/weir" 2>/dev/null || true)
ln -sfn "weir-versions/$version" "$root/opt/weir.new"
mv -T "$root/opt/weir.new" "$root/opt/weir"
for unit in $units; do install -m 0644 "$tree/deploy/systemd/$unit" "$root/etc/systemd/system/$unit"; done
for old in "$root"/opt/weir-versions/*; do
  case ${old##*/} in "$version" | "${before##*/}") ;; *) rm -rf "$old" ;; esac
done

if here; then
  systemctl daemon-reload
  systemctl enable --quiet "weir-$program.service" "weir-$program-watch.timer"
  if [ -e "/etc/weir/$program.yaml" ]; then
    systemctl restart "weir-$program.service"
    systemctl start "weir-$program-watch.timer"
  fi
fi
echo "weir-$program $version is installed in $root/opt/weir"
[ -z "$before" ] || echo "to go back: ln -sfn $before $root/opt/weir && systemctl restart weir-$program"
if [ ! -e "$root/etc/weir/$program.yaml" ]; then
  echo "next: write $root/etc/weir/$program.yaml (an example: $root/opt/weir/$folder/$program.example.yaml), then systemctl start weir-$program"
fi
