# The Debian packages that each task needs; sourced by the scripts beside it.
# shellcheck shell=bash disable=SC2034

# libncurses6 and libxml2 are for Swift itself, where it was unpacked rather than installed.
packages_to_build=(
  ca-certificates g++ git libcurl4-openssl-dev libncurses6 libre2-dev libsnappy-dev libsqlite3-dev libssl-dev libxml2
  pkg-config tzdata
)

# What the tests drive instead of imitating it.
packages_to_test=(
  apache2-bin bind9 busybox-static chrony docker.io dovecot-imapd dovecot-pop3d haproxy mariadb-server memcached
  monitoring-plugins-basic nginx-common nginx-light openssh-client openssh-server openssl php8.2-fpm postfix
  postgresql-15 prometheus prometheus-blackbox-exporter prometheus-node-exporter prometheus-process-exporter python3 python3-aiosmtpd
  python3-grpcio redis-server rsyslog rsyslog-gnutls slapd snmp snmpd strace systemd systemd-journal-remote vsftpd
  websocketd
)

# Whose scrape the fuzzer starts from.
packages_to_fuzz=(
  curl prometheus-node-exporter
)

# What looks at the pages, in both languages.
packages_to_browse=(
  chromium chromium-driver fonts-wqy-microhei python3-venv
)

# What building the package needs.
packages_to_package=(
  binutils chrpath dpkg-dev
)

# What .ci/run checks the rules and the package with; promtool is in prometheus.
packages_to_check=(
  curl lintian prometheus python3 strace systemd
)

# The programs that ours is measured beside, too.
packages_to_bench=(
  binutils monitoring-plugins-basic netdata-core netdata-plugins-bash nginx-common nginx-light openssl prometheus
  prometheus-alertmanager prometheus-blackbox-exporter prometheus-node-exporter prometheus-process-exporter
  prometheus-snmp-exporter python3 snmp victoria-metrics
)
