#!/bin/sh
# Restarts a program of ours that runs but does not answer: watch.sh edge|cloud. A cloud that answers "degraded" is left alone: its store is
# away, and a restart would not bring it back.
set -u
program=$1
case $program in edge) folder=edge-agent ;; cloud) folder=cloud ;; *) echo "watch.sh edge|cloud" >&2; exit 2 ;; esac
for _ in 1 2 3; do
  said=$(/opt/weir/node_modules/.bin/node "/opt/weir/$folder/cli.js" health "/etc/weir/$program.yaml" 2>&1) && exit 0
  case $said in *"does not answer"*) ;; *) exit 0 ;; esac
  sleep 20
done
echo "$said"
echo "weir-$program runs and does not answer: restarting it"
exec systemctl try-restart "weir-$program.service"
