#!/bin/sh
# Chromium, a Chinese font and what PDF needs, for the journeys and the labels.
set -eu

has() { command -v "$1" >/dev/null; }
has_browser() { has chromium || has chromium-browser || has google-chrome; }
has_pango() { ldconfig -p 2>/dev/null | grep -q 'libpangoft2-1.0'; }
has_font() { fc-list 2>/dev/null | grep -qi 'CJK'; }
cannot() { echo "browser: !!! $1; the journeys will not run !!!" >&2; exit 1; }

if has_browser && has_font && has_pango; then exit 0; fi
has apt-get || cannot "no apt-get here: install Chromium by hand"
[ "$(id -u)" = 0 ] || cannot "only root can: apt-get install chromium fonts-noto-cjk"

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq || cannot "apt-get update failed"
apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fontconfig \
    libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    >/dev/null || cannot "apt-get install failed"
