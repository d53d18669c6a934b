#!/bin/sh
# Makes what docker-compose.yml needs and nobody else should make: random secrets, a certificate authority and the broker's certificate.
# Safe to run again: what is there stays.
#
#   deploy/prepare.sh [folder] [name or address by which gateways reach the broker]...
#
#   deploy/prepare.sh                                        # secrets/, for this machine
#   deploy/prepare.sh secrets weir.example.org 203.0.113.7   # a city
#   deploy/prepare.sh secrets --gateway hailing/gw-river-1   # a certificate for a gateway
set -eu

case ${1:-} in -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p;}' "$0"; exit 0 ;; esac
folder=${1:-secrets}
[ $# -eq 0 ] || shift
command -v openssl >/dev/null || { echo "openssl is needed: apt-get install openssl" >&2; exit 1; }

umask 077
mkdir -p "$folder/tls/gateways"
tls=$folder/tls

# A new P-256 key and a certificate of our authority: file without ending, common name, extensions.
issue() {
  [ -e "$1.pem" ] && return 0
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -subj "/CN=$2" -out "$1.csr" 2>/dev/null
  printf '%s\n' "basicConstraints=critical,CA:FALSE" "keyUsage=critical,digitalSignature" "$3" >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -CAcreateserial -days 825 -sha256 -extfile "$1.ext" -out "$1.new" 2>/dev/null
  rm -f "$1.csr" "$1.ext"
  mv "$1.new" "$1.pem"
  echo "made $1.key and $1.pem for $2, good for 825 days"
}

if [ ! -e "$tls/ca.pem" ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$tls/ca.key" -out "$tls/ca.pem" -days 3650 -sha256 \
    -subj "/CN=Weir gateways" -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" 2>/dev/null
  echo "made $tls/ca.pem and its key: keep $tls/ca.key where only you can read it, and not on this machine in the end"
fi

if [ "${1:-}" = --gateway ]; then
  [ $# -eq 2 ] || { echo "--gateway takes one name: <site>/<gateway>" >&2; exit 2; }
  case $2 in */*/* | /* | */ | *[!A-Za-z0-9._/-]*) fits=no ;; */*) fits=yes ;; *) fits=no ;; esac
  [ $fits = yes ] || { echo "--gateway $2: expected <site>/<gateway>, such as hailing/gw-river-1" >&2; exit 2; }
  issue "$tls/gateways/$(echo "$2" | tr / _)" "${2#*/}" "extendedKeyUsage=clientAuth"
  exit 0
fi

names=DNS:cloud,DNS:localhost,IP:127.0.0.1
for name in "$@"; do
  case $name in
    -*) echo "$name is not known; --help shows what is" >&2; exit 2 ;;
    *[!0-9.]*) names=$names,DNS:$name ;;
    *) names=$names,IP:$name ;;
  esac
done
issue "$tls/broker" "${1:-cloud}" "$(printf 'extendedKeyUsage=serverAuth\nsubjectAltName=%s' "$names")"

for secret in influx-admin-password influx-admin-token grafana-admin-password grafana-smtp-password webhook-secret operator-token \
  demo-gw-river-east demo-gw-old-town; do
  [ -e "$folder/$secret" ] && continue
  printf %s "$(openssl rand -hex 24)" >"$folder/$secret"
  echo "made $folder/$secret"
done

# Containers read the files under another user than yours; the folder itself stays yours alone.
chmod 0700 "$folder"
chmod 0755 "$tls"
chmod 0444 "$folder"/influx-* "$folder"/grafana-* "$folder"/webhook-secret "$folder"/operator-token "$folder"/demo-* "$tls/broker.key" "$tls/broker.pem" "$tls/ca.pem"
echo "ready: $folder"
