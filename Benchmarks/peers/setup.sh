#!/bin/sh
# Makes the virtual environment of the peers, .venv beside this file, with the pinned versions from
# PyPI, and takes the jemalloc allocator from Debian into it where apt is (no root needed, unless the lists of
# packages have to be fetched first).
# Usage: Benchmarks/peers/setup.sh [PYTHON]   (default python3; 3.10 or later)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${1:-python3}
"$python" -m venv --clear "$here/.venv" || {
  echo "setup.sh: $python cannot make a virtual environment" >&2
  echo "Install it, for example by: apt-get install python3-venv" >&2
  exit 1
}
# Pip prefers 2.13.0+cpu to 2.13.0 where both are in sight, so a CPU build wins without a name of its own.
"$here/.venv/bin/python" -m pip install --quiet --requirement "$here/requirements.txt"

if command -v apt-get >/dev/null && command -v dpkg >/dev/null && [ ! -e "$here/.venv/jemalloc" ]; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  chmod 755 "$scratch"
  download() { (cd "$scratch" && apt-get download libjemalloc2 >/dev/null 2>&1); }
  sudo=""
  [ "$(id -u)" = 0 ] || sudo="sudo -n"
  # An update of which a part fails may have brought what is wanted.
  if download || { $sudo apt-get update -qq >/dev/null 2>&1 || true; download; }; then
    dpkg -x "$scratch"/libjemalloc2_*.deb "$here/.venv/jemalloc"
  else
    echo "setup.sh: libjemalloc2 was not found; the peers run with the system's allocator" >&2
  fi
fi
# MKL asks this function whether it may take its path for Intel's processors (option --mkl intel).
if command -v cc >/dev/null; then
  echo 'int mkl_serv_intel_cpu_true(void) { return 1; }' \
    | cc -shared -fPIC -O2 -x c -o "$here/.venv/mkl-intel.so" -
fi
"$here/.venv/bin/python" "$here/versions.py"
# What was interrupted before this line is made again.
touch "$here/.venv/complete"
