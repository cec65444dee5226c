#!/bin/sh
# Builds ../engine.wasm from this folder, and ../engine.json with the digests of both. Needs, on Debian:
#
#     apt-get install rustc-web cargo-web rust-web-src clang lld
#
# The sources of Rust's own library are in `rust-web-src`: it is built along, so the same packages give the same bytes.
# TARGET_DIR: where cargo works, outside the tree unless told otherwise.
set -eu
cd "$(dirname "$0")"
: "${TARGET_DIR:=${TMPDIR:-/tmp}/quic-engine-target}"
home="${CARGO_HOME:-$HOME/.cargo}"

export CARGO_TARGET_DIR="$TARGET_DIR" RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
# SIMD is for the cipher: a third more bytes a second.
export CFLAGS_wasm32_unknown_unknown=-msimd128
# Whose machine it was built on is nobody's business, and would change the bytes.
export RUSTFLAGS="-C linker=wasm-ld -C target-feature=+simd128 --remap-path-prefix=$PWD=/quic --remap-path-prefix=$home=/cargo"

/usr/bin/cargo build ${CARGO_FLAGS:-} --release --locked --target wasm32-unknown-unknown -Zbuild-std=std,panic_abort
cp --no-preserve=mode "$TARGET_DIR/wasm32-unknown-unknown/release/quic_engine.wasm" ../engine.wasm
node digests.ts > ../engine.json
