# The Debian packages that each task needs; sourced by the scripts beside it.

packages_to_build=(
  ca-certificates g++ libcurl4-openssl-dev libre2-dev libsnappy-dev libsqlite3-dev libssl-dev pkg-config tzdata
)

# What the tests drive instead of imitating it.
packages_to_test=(
  chromium chromium-driver fonts-wqy-microhei lintian nginx-light openssl prometheus prometheus-node-exporter
  python3 python3-aiosmtpd sqlite3 strace
)
