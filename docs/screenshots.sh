#!/usr/bin/env bash
# Makes the pictures of the README from the real program: bash docs/screenshots.sh [NAME …]
#
# The program runs in a terminal of its own on the built-in demo; a tool that types keys into it and draws what
# the terminal shows is named by TUI_SHOT (../shared/tools/tui_shot.py where that is there; it needs python3
# with pyte and pillow, and a monospace font). Nothing but docs/*.png is written.
set -euo pipefail
cd "$(dirname "$0")/.."
tool=${TUI_SHOT:-../shared/tools/tui_shot.py}
if [ ! -f "$tool" ]; then
  echo "no tool to draw a terminal: name one with TUI_SHOT" >&2
  exit 2
fi
program=${DESKHAND:-}
if [ -z "$program" ]; then
  cargo build --release --locked
  program=target/release/deskhand
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/config"
printf 'time_zone = "Europe/Paris"\ntheme = "dark"\n' >"$work/config/config.toml"

# name, size, keys
shot() {
  local name=$1 size=$2 keys=$3
  if [ "${#wanted[@]}" -gt 0 ] && [[ " ${wanted[*]} " != *" $name "* ]]; then return 0; fi
  rm -rf "$work/out"
  python3 "$tool" --size "$size" --out "$work/out" \
    --env DESKHAND_CONFIG_DIR="$work/config" --env DESKHAND_DATA_DIR="$work/data" --env DESKHAND_CACHE_DIR="$work/cache" \
    --env COLORTERM=truecolor \
    --keys "until:online wait:1 $keys wait:0.6 shot:$name esc esc esc q q" \
    -- "$program" demo --still --seed 1 --conversations 400 >/dev/null
  cp "$work/out/$name.png" "docs/$name.png"
  echo "docs/$name.png"
}

wanted=("$@")
shot inbox 160x48 "g u wait:0.6 j j"
shot composer 160x48 "g u wait:0.6 enter r wait:0.3 text:Hello,_your_parcel_is_on_its_way."
shot palette 160x48 "g u wait:0.6 ctrl-k wait:0.3 text:refu"
shot terminal80 80x24 "g u wait:0.6 j"
