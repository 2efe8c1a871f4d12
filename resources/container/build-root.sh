#!/usr/bin/env bash
# Builds the root file system of the engine image into OUT: Node 24 and the engine with its production packages, all from
# npm, below /opt/slipway. With --debian it also unpacks the C and C++ runtimes, certificates and time zones from Debian
# packages, so that the image needs no base at all (BASE=scratch).
# With --arch it is for that processor, whatever this machine has (x64 or arm64; nothing of it is run).
# With --cuda (x86_64 only) it adds the CUDA libraries of ONNX Runtime, several hundred MB that their maker keeps outside npm; CUDA
# 12 and cuDNN 9 themselves are to come with the base image.
# Needs node >= 20, npm; with --debian apt-get and dpkg-deb. Usage: build-root.sh [--arch ARCH] [--debian] [--cuda] OUT
set -euo pipefail
# Pods run as a user who owns none of it.
umask 022
usage='usage: build-root.sh [--arch x64|arm64] [--debian] [--cuda] OUT'
case $(uname -sm) in 'Linux x86_64') own=x64 ;; 'Linux aarch64') own=arm64 ;; *) own=$(uname -sm) ;; esac
arch=$own
debian=false
cuda=false
while [[ ${1:-} == --* ]]; do
  case $1 in
    --arch) arch=${2:?$usage}; shift ;;
    --debian) debian=true ;;
    --cuda) cuda=true ;;
    *) echo "$usage" >&2; exit 2 ;;
  esac
  shift
done
case $arch in x64) debian_arch=amd64 ;; arm64) debian_arch=arm64 ;; *) echo "unsupported processor $arch" >&2; exit 3 ;; esac
if $cuda && [[ $own != x64 || $arch != x64 ]]; then echo "--cuda: only on x64, for x64" >&2; exit 3; fi
out=${1:?$usage}
source=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$out"
out=$(cd "$out" && pwd)
app="$out/opt/slipway/app"
mkdir -p "$app" "$out/opt/slipway/bin" "$out/etc" "$out/tmp" "$out/var/lib/slipway"

# Engine sources: Node 24 runs them as they are. Renderer, desktop shell and tests stay out.
cp "$source/package.json" "$source/package-lock.json" "$source/.npmrc" "$source/LICENSE" "$app/"
(cd "$source" && tar -cf - --exclude='*.test.ts' --exclude='main/electron' shared nodes main resources) | tar -xf - -C "$app"
(cd "$app" && npm ci --omit=dev --ignore-scripts --os=linux --cpu="$arch" --libc=glibc --no-audit --no-fund --loglevel=error)

# Node itself: the package of the pinned version for the processor.
version=$(node -p "require('$source/package.json').devDependencies.node")
pack=$(mktemp -d)
trap 'rm -rf "$pack"' EXIT
(cd "$pack" && npm pack --silent "node-linux-$arch@$version" >/dev/null && tar -xzf ./*.tgz)
install -m 0755 "$pack/package/bin/node" "$out/opt/slipway/bin/node"

# Before the script that fetches them goes.
if $cuda; then node "$app/node_modules/onnxruntime-node/script/install.js" --onnxruntime-node-install=cuda12; fi

# What only other systems, browsers, tools or the desktop need.
modules="$app/node_modules"
while IFS= read -r pattern; do
  [[ -z $pattern || $pattern == '#'* ]] || find "$modules" ! -type d -path "$pattern" -delete
done < "$source/resources/container/leave-out.txt"
find "$modules/onnxruntime-node/bin" -mindepth 2 -maxdepth 2 -type d ! -name linux -exec rm -rf {} +
find "$modules/onnxruntime-node/bin" -mindepth 3 -maxdepth 3 -type d ! -name "$arch" -exec rm -rf {} +
if [[ -d "$modules/better-sqlite3/prebuilds" ]]; then
  find "$modules/better-sqlite3/prebuilds" -mindepth 1 -maxdepth 1 ! -name "linux-$arch*" -exec rm -rf {} +
fi
# Sample data that no template and no example reads.
find "$modules/vega-datasets/data" -type f \
  ! -name flights-3m.parquet ! -name flights-2k.json ! -name flights-5k.json ! -name flights-airport.csv \
  ! -name barley.json ! -name '*.png' ! -name airports.csv ! -name birdstrikes.csv ! -name penguins.json \
  ! -name seattle-weather.csv ! -name movies.json ! -name cars.json ! -name iris.json ! -name stocks.csv \
  ! -name weather.csv -delete
find "$modules" -type d -empty -delete

# The tree kernels, so that no pod compiles them at its first step; then their compiler can go.
kernel_node=node
if [[ $arch == "$own" ]]; then kernel_node="$out/opt/slipway/bin/node"; fi
(cd "$app" && "$kernel_node" main/compute/trees/kernels/build.mjs)
rm -rf "$modules/assemblyscript" "$modules/binaryen"

cat > "$out/etc/passwd" <<'PASSWD'
root:x:0:0:root:/:/sbin/nologin
slipway:x:10001:10001:slipway:/tmp:/sbin/nologin
PASSWD
printf 'root:x:0:\nslipway:x:10001:\n' > "$out/etc/group"
chmod 1777 "$out/tmp"

if $debian; then
  debs=$(mktemp -d)
  options=()
  if [[ $arch != "$own" ]]; then
    # Lists of the other processor's packages, in a place of their own: this system's stay as they are.
    mkdir -p "$debs/state/lists/partial" "$debs/cache/archives/partial"
    options=(-o "APT::Architecture=$debian_arch" -o "APT::Architectures=$debian_arch" -o Dir::State::status=/dev/null
      -o APT::Sandbox::User=root -o "Dir::State::Lists=$debs/state/lists" -o "Dir::Cache=$debs/cache")
    apt-get -q "${options[@]}" update >/dev/null
  fi
  (cd "$debs" && apt-get download -q "${options[@]}" libc6 libgcc-s1 libstdc++6 ca-certificates tzdata >/dev/null)
  for deb in "$debs"/*.deb; do dpkg-deb -x "$deb" "$out"; done
  rm -rf "$debs" "$out/usr/share/doc" "$out/usr/share/man" "$out/usr/share/locale"
  mkdir -p "$out/etc/ssl/certs"
  find "$out/usr/share/ca-certificates" -name '*.crt' -print0 | sort -z | xargs -0 cat > "$out/etc/ssl/certs/ca-certificates.crt"
fi
du -sm "$out" | cut -f1 | sed 's/$/ MiB/'
