# The Debian packages that each task needs; sourced by the scripts beside it.
# shellcheck shell=bash disable=SC2034

# libncurses6 and libxml2 are for Swift itself, where it was unpacked rather than installed.
packages_to_build=(
  ca-certificates g++ git libcurl4-openssl-dev libncurses6 libre2-dev libsnappy-dev libsqlite3-dev libssl-dev libxml2
  pkg-config tzdata
)

# What the tests drive instead of imitating it.
packages_to_test=(
  chromium chromium-driver fonts-wqy-microhei nginx-common nginx-light openssl prometheus prometheus-node-exporter
  python3 python3-aiosmtpd sqlite3 strace
)

# What building and checking the package needs.
packages_to_package=(
  binutils chrpath dpkg-dev lintian strace systemd
)
