#include "CPackagedFiles.h"

/* One block and one line in the table for each shipped file; a test compares both with the folders. */
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char plans_host_care[] = {
#embed "../../plans/host-care.yaml"
};
static const unsigned char probes_this_host[] = {
#embed "../../probes/this-host.yaml"
};
static const unsigned char probes_snmp_apc_ups[] = {
#embed "../../probes/snmp/apc-ups.yaml"
};
static const unsigned char probes_snmp_aruba_cx[] = {
#embed "../../probes/snmp/aruba-cx.yaml"
};
static const unsigned char probes_snmp_bgp4[] = {
#embed "../../probes/snmp/bgp4.yaml"
};
static const unsigned char probes_snmp_bridge[] = {
#embed "../../probes/snmp/bridge.yaml"
};
static const unsigned char probes_snmp_cdp[] = {
#embed "../../probes/snmp/cdp.yaml"
};
static const unsigned char probes_snmp_check_point[] = {
#embed "../../probes/snmp/check-point.yaml"
};
static const unsigned char probes_snmp_cisco_bgp4[] = {
#embed "../../probes/snmp/cisco-bgp4.yaml"
};
static const unsigned char probes_snmp_cisco_cpu_old[] = {
#embed "../../probes/snmp/cisco-cpu-old.yaml"
};
static const unsigned char probes_snmp_cisco_enhanced_mempool[] = {
#embed "../../probes/snmp/cisco-enhanced-mempool.yaml"
};
static const unsigned char probes_snmp_cisco_entity_sensor[] = {
#embed "../../probes/snmp/cisco-entity-sensor.yaml"
};
static const unsigned char probes_snmp_cisco_envmon[] = {
#embed "../../probes/snmp/cisco-envmon.yaml"
};
static const unsigned char probes_snmp_cisco_fru[] = {
#embed "../../probes/snmp/cisco-fru.yaml"
};
static const unsigned char probes_snmp_cisco_memory_pool[] = {
#embed "../../probes/snmp/cisco-memory-pool.yaml"
};
static const unsigned char probes_snmp_cisco_process[] = {
#embed "../../probes/snmp/cisco-process.yaml"
};
static const unsigned char probes_snmp_dell_idrac[] = {
#embed "../../probes/snmp/dell-idrac.yaml"
};
static const unsigned char probes_snmp_dell_os10[] = {
#embed "../../probes/snmp/dell-os10.yaml"
};
static const unsigned char probes_snmp_dell_os9[] = {
#embed "../../probes/snmp/dell-os9.yaml"
};
static const unsigned char probes_snmp_eaton_ups[] = {
#embed "../../probes/snmp/eaton-ups.yaml"
};
static const unsigned char probes_snmp_entity[] = {
#embed "../../probes/snmp/entity.yaml"
};
static const unsigned char probes_snmp_entity_sensor[] = {
#embed "../../probes/snmp/entity-sensor.yaml"
};
static const unsigned char probes_snmp_extreme[] = {
#embed "../../probes/snmp/extreme.yaml"
};
static const unsigned char probes_snmp_f5[] = {
#embed "../../probes/snmp/f5.yaml"
};
static const unsigned char probes_snmp_force10_s_series[] = {
#embed "../../probes/snmp/force10-s-series.yaml"
};
static const unsigned char probes_snmp_fortigate[] = {
#embed "../../probes/snmp/fortigate.yaml"
};
static const unsigned char probes_snmp_h3c[] = {
#embed "../../probes/snmp/h3c.yaml"
};
static const unsigned char probes_snmp_host_resources[] = {
#embed "../../probes/snmp/host-resources.yaml"
};
static const unsigned char probes_snmp_hpe_ilo[] = {
#embed "../../probes/snmp/hpe-ilo.yaml"
};
static const unsigned char probes_snmp_huawei[] = {
#embed "../../probes/snmp/huawei.yaml"
};
static const unsigned char probes_snmp_if_mib[] = {
#embed "../../probes/snmp/if-mib.yaml"
};
static const unsigned char probes_snmp_if_mib_32[] = {
#embed "../../probes/snmp/if-mib-32.yaml"
};
static const unsigned char probes_snmp_if_mib_full[] = {
#embed "../../probes/snmp/if-mib-full.yaml"
};
static const unsigned char probes_snmp_ip[] = {
#embed "../../probes/snmp/ip.yaml"
};
static const unsigned char probes_snmp_juniper[] = {
#embed "../../probes/snmp/juniper.yaml"
};
static const unsigned char probes_snmp_lldp[] = {
#embed "../../probes/snmp/lldp.yaml"
};
static const unsigned char probes_snmp_mikrotik[] = {
#embed "../../probes/snmp/mikrotik.yaml"
};
static const unsigned char probes_snmp_palo_alto[] = {
#embed "../../probes/snmp/palo-alto.yaml"
};
static const unsigned char probes_snmp_printer[] = {
#embed "../../probes/snmp/printer.yaml"
};
static const unsigned char probes_snmp_procurve[] = {
#embed "../../probes/snmp/procurve.yaml"
};
static const unsigned char probes_snmp_q_bridge[] = {
#embed "../../probes/snmp/q-bridge.yaml"
};
static const unsigned char probes_snmp_qnap[] = {
#embed "../../probes/snmp/qnap.yaml"
};
static const unsigned char probes_snmp_ruckus_icx[] = {
#embed "../../probes/snmp/ruckus-icx.yaml"
};
static const unsigned char probes_snmp_ruijie[] = {
#embed "../../probes/snmp/ruijie.yaml"
};
static const unsigned char probes_snmp_sonicwall[] = {
#embed "../../probes/snmp/sonicwall.yaml"
};
static const unsigned char probes_snmp_synology[] = {
#embed "../../probes/snmp/synology.yaml"
};
static const unsigned char probes_snmp_system[] = {
#embed "../../probes/snmp/system.yaml"
};
static const unsigned char probes_snmp_ubiquiti_airmax[] = {
#embed "../../probes/snmp/ubiquiti-airmax.yaml"
};
static const unsigned char probes_snmp_ubiquiti_unifi[] = {
#embed "../../probes/snmp/ubiquiti-unifi.yaml"
};
static const unsigned char probes_snmp_ucd[] = {
#embed "../../probes/snmp/ucd.yaml"
};
static const unsigned char probes_snmp_ucd_diskio[] = {
#embed "../../probes/snmp/ucd-diskio.yaml"
};
static const unsigned char probes_snmp_ups[] = {
#embed "../../probes/snmp/ups.yaml"
};
static const unsigned char probes_snmp_zte_access[] = {
#embed "../../probes/snmp/zte-access.yaml"
};
static const unsigned char probes_snmp_zte_zxr10[] = {
#embed "../../probes/snmp/zte-zxr10.yaml"
};
static const unsigned char probes_snmp_zte_zxr10_old[] = {
#embed "../../probes/snmp/zte-zxr10-old.yaml"
};
static const unsigned char probes_snmp_zyxel[] = {
#embed "../../probes/snmp/zyxel.yaml"
};
static const unsigned char probes_snmp_zyxel_firewall[] = {
#embed "../../probes/snmp/zyxel-firewall.yaml"
};
static const unsigned char probes_templates_apache[] = {
#embed "../../probes/templates/apache.yaml"
};
static const unsigned char probes_templates_backup[] = {
#embed "../../probes/templates/backup.yaml"
};
static const unsigned char probes_templates_bind[] = {
#embed "../../probes/templates/bind.yaml"
};
static const unsigned char probes_templates_certificate[] = {
#embed "../../probes/templates/certificate.yaml"
};
static const unsigned char probes_templates_docker[] = {
#embed "../../probes/templates/docker.yaml"
};
static const unsigned char probes_templates_haproxy[] = {
#embed "../../probes/templates/haproxy.yaml"
};
static const unsigned char probes_templates_memcached[] = {
#embed "../../probes/templates/memcached.yaml"
};
static const unsigned char probes_templates_mysql[] = {
#embed "../../probes/templates/mysql.yaml"
};
static const unsigned char probes_templates_nginx[] = {
#embed "../../probes/templates/nginx.yaml"
};
static const unsigned char probes_templates_ntp[] = {
#embed "../../probes/templates/ntp.yaml"
};
static const unsigned char probes_templates_php_fpm[] = {
#embed "../../probes/templates/php-fpm.yaml"
};
static const unsigned char probes_templates_postfix[] = {
#embed "../../probes/templates/postfix.yaml"
};
static const unsigned char probes_templates_postgresql[] = {
#embed "../../probes/templates/postgresql.yaml"
};
static const unsigned char probes_templates_redis[] = {
#embed "../../probes/templates/redis.yaml"
};
static const unsigned char probes_templates_ssh_logins[] = {
#embed "../../probes/templates/ssh-logins.yaml"
};
static const unsigned char probes_templates_ssh[] = {
#embed "../../probes/templates/ssh.yaml"
};
static const unsigned char rules_apache[] = {
#embed "../../rules/apache.yaml"
};
static const unsigned char rules_backup[] = {
#embed "../../rules/backup.yaml"
};
static const unsigned char rules_bind[] = {
#embed "../../rules/bind.yaml"
};
static const unsigned char rules_certificate[] = {
#embed "../../rules/certificate.yaml"
};
static const unsigned char rules_docker[] = {
#embed "../../rules/docker.yaml"
};
static const unsigned char rules_endpoint[] = {
#embed "../../rules/endpoint.yaml"
};
static const unsigned char rules_haproxy[] = {
#embed "../../rules/haproxy.yaml"
};
static const unsigned char rules_host[] = {
#embed "../../rules/host.yaml"
};
static const unsigned char rules_memcached[] = {
#embed "../../rules/memcached.yaml"
};
static const unsigned char rules_mysql[] = {
#embed "../../rules/mysql.yaml"
};
static const unsigned char rules_nginx[] = {
#embed "../../rules/nginx.yaml"
};
static const unsigned char rules_php_fpm[] = {
#embed "../../rules/php-fpm.yaml"
};
static const unsigned char rules_postfix[] = {
#embed "../../rules/postfix.yaml"
};
static const unsigned char rules_postgresql[] = {
#embed "../../rules/postgresql.yaml"
};
static const unsigned char rules_redis[] = {
#embed "../../rules/redis.yaml"
};
static const unsigned char rules_self[] = {
#embed "../../rules/self.yaml"
};
static const unsigned char rules_ssh[] = {
#embed "../../rules/ssh.yaml"
};
static const unsigned char rules_systemd[] = {
#embed "../../rules/systemd.yaml"
};
static const unsigned char rules_time[] = {
#embed "../../rules/time.yaml"
};

static const struct {
  const char *name;
  const unsigned char *bytes;
  size_t length;
} table[] = {
    {"plans/host-care.yaml", plans_host_care, sizeof plans_host_care},
    {"probes/this-host.yaml", probes_this_host, sizeof probes_this_host},
    {"probes/snmp/apc-ups.yaml", probes_snmp_apc_ups, sizeof probes_snmp_apc_ups},
    {"probes/snmp/aruba-cx.yaml", probes_snmp_aruba_cx, sizeof probes_snmp_aruba_cx},
    {"probes/snmp/bgp4.yaml", probes_snmp_bgp4, sizeof probes_snmp_bgp4},
    {"probes/snmp/bridge.yaml", probes_snmp_bridge, sizeof probes_snmp_bridge},
    {"probes/snmp/cdp.yaml", probes_snmp_cdp, sizeof probes_snmp_cdp},
    {"probes/snmp/check-point.yaml", probes_snmp_check_point, sizeof probes_snmp_check_point},
    {"probes/snmp/cisco-bgp4.yaml", probes_snmp_cisco_bgp4, sizeof probes_snmp_cisco_bgp4},
    {"probes/snmp/cisco-cpu-old.yaml", probes_snmp_cisco_cpu_old, sizeof probes_snmp_cisco_cpu_old},
    {"probes/snmp/cisco-enhanced-mempool.yaml", probes_snmp_cisco_enhanced_mempool, sizeof probes_snmp_cisco_enhanced_mempool},
    {"probes/snmp/cisco-entity-sensor.yaml", probes_snmp_cisco_entity_sensor, sizeof probes_snmp_cisco_entity_sensor},
    {"probes/snmp/cisco-envmon.yaml", probes_snmp_cisco_envmon, sizeof probes_snmp_cisco_envmon},
    {"probes/snmp/cisco-fru.yaml", probes_snmp_cisco_fru, sizeof probes_snmp_cisco_fru},
    {"probes/snmp/cisco-memory-pool.yaml", probes_snmp_cisco_memory_pool, sizeof probes_snmp_cisco_memory_pool},
    {"probes/snmp/cisco-process.yaml", probes_snmp_cisco_process, sizeof probes_snmp_cisco_process},
    {"probes/snmp/dell-idrac.yaml", probes_snmp_dell_idrac, sizeof probes_snmp_dell_idrac},
    {"probes/snmp/dell-os10.yaml", probes_snmp_dell_os10, sizeof probes_snmp_dell_os10},
    {"probes/snmp/dell-os9.yaml", probes_snmp_dell_os9, sizeof probes_snmp_dell_os9},
    {"probes/snmp/eaton-ups.yaml", probes_snmp_eaton_ups, sizeof probes_snmp_eaton_ups},
    {"probes/snmp/entity.yaml", probes_snmp_entity, sizeof probes_snmp_entity},
    {"probes/snmp/entity-sensor.yaml", probes_snmp_entity_sensor, sizeof probes_snmp_entity_sensor},
    {"probes/snmp/extreme.yaml", probes_snmp_extreme, sizeof probes_snmp_extreme},
    {"probes/snmp/f5.yaml", probes_snmp_f5, sizeof probes_snmp_f5},
    {"probes/snmp/force10-s-series.yaml", probes_snmp_force10_s_series, sizeof probes_snmp_force10_s_series},
    {"probes/snmp/fortigate.yaml", probes_snmp_fortigate, sizeof probes_snmp_fortigate},
    {"probes/snmp/h3c.yaml", probes_snmp_h3c, sizeof probes_snmp_h3c},
    {"probes/snmp/host-resources.yaml", probes_snmp_host_resources, sizeof probes_snmp_host_resources},
    {"probes/snmp/hpe-ilo.yaml", probes_snmp_hpe_ilo, sizeof probes_snmp_hpe_ilo},
    {"probes/snmp/huawei.yaml", probes_snmp_huawei, sizeof probes_snmp_huawei},
    {"probes/snmp/if-mib.yaml", probes_snmp_if_mib, sizeof probes_snmp_if_mib},
    {"probes/snmp/if-mib-32.yaml", probes_snmp_if_mib_32, sizeof probes_snmp_if_mib_32},
    {"probes/snmp/if-mib-full.yaml", probes_snmp_if_mib_full, sizeof probes_snmp_if_mib_full},
    {"probes/snmp/ip.yaml", probes_snmp_ip, sizeof probes_snmp_ip},
    {"probes/snmp/juniper.yaml", probes_snmp_juniper, sizeof probes_snmp_juniper},
    {"probes/snmp/lldp.yaml", probes_snmp_lldp, sizeof probes_snmp_lldp},
    {"probes/snmp/mikrotik.yaml", probes_snmp_mikrotik, sizeof probes_snmp_mikrotik},
    {"probes/snmp/palo-alto.yaml", probes_snmp_palo_alto, sizeof probes_snmp_palo_alto},
    {"probes/snmp/printer.yaml", probes_snmp_printer, sizeof probes_snmp_printer},
    {"probes/snmp/procurve.yaml", probes_snmp_procurve, sizeof probes_snmp_procurve},
    {"probes/snmp/q-bridge.yaml", probes_snmp_q_bridge, sizeof probes_snmp_q_bridge},
    {"probes/snmp/qnap.yaml", probes_snmp_qnap, sizeof probes_snmp_qnap},
    {"probes/snmp/ruckus-icx.yaml", probes_snmp_ruckus_icx, sizeof probes_snmp_ruckus_icx},
    {"probes/snmp/ruijie.yaml", probes_snmp_ruijie, sizeof probes_snmp_ruijie},
    {"probes/snmp/sonicwall.yaml", probes_snmp_sonicwall, sizeof probes_snmp_sonicwall},
    {"probes/snmp/synology.yaml", probes_snmp_synology, sizeof probes_snmp_synology},
    {"probes/snmp/system.yaml", probes_snmp_system, sizeof probes_snmp_system},
    {"probes/snmp/ubiquiti-airmax.yaml", probes_snmp_ubiquiti_airmax, sizeof probes_snmp_ubiquiti_airmax},
    {"probes/snmp/ubiquiti-unifi.yaml", probes_snmp_ubiquiti_unifi, sizeof probes_snmp_ubiquiti_unifi},
    {"probes/snmp/ucd.yaml", probes_snmp_ucd, sizeof probes_snmp_ucd},
    {"probes/snmp/ucd-diskio.yaml", probes_snmp_ucd_diskio, sizeof probes_snmp_ucd_diskio},
    {"probes/snmp/ups.yaml", probes_snmp_ups, sizeof probes_snmp_ups},
    {"probes/snmp/zte-access.yaml", probes_snmp_zte_access, sizeof probes_snmp_zte_access},
    {"probes/snmp/zte-zxr10.yaml", probes_snmp_zte_zxr10, sizeof probes_snmp_zte_zxr10},
    {"probes/snmp/zte-zxr10-old.yaml", probes_snmp_zte_zxr10_old, sizeof probes_snmp_zte_zxr10_old},
    {"probes/snmp/zyxel.yaml", probes_snmp_zyxel, sizeof probes_snmp_zyxel},
    {"probes/snmp/zyxel-firewall.yaml", probes_snmp_zyxel_firewall, sizeof probes_snmp_zyxel_firewall},
    {"probes/templates/apache.yaml", probes_templates_apache, sizeof probes_templates_apache},
    {"probes/templates/backup.yaml", probes_templates_backup, sizeof probes_templates_backup},
    {"probes/templates/bind.yaml", probes_templates_bind, sizeof probes_templates_bind},
    {"probes/templates/certificate.yaml", probes_templates_certificate, sizeof probes_templates_certificate},
    {"probes/templates/docker.yaml", probes_templates_docker, sizeof probes_templates_docker},
    {"probes/templates/haproxy.yaml", probes_templates_haproxy, sizeof probes_templates_haproxy},
    {"probes/templates/memcached.yaml", probes_templates_memcached, sizeof probes_templates_memcached},
    {"probes/templates/mysql.yaml", probes_templates_mysql, sizeof probes_templates_mysql},
    {"probes/templates/nginx.yaml", probes_templates_nginx, sizeof probes_templates_nginx},
    {"probes/templates/ntp.yaml", probes_templates_ntp, sizeof probes_templates_ntp},
    {"probes/templates/php-fpm.yaml", probes_templates_php_fpm, sizeof probes_templates_php_fpm},
    {"probes/templates/postfix.yaml", probes_templates_postfix, sizeof probes_templates_postfix},
    {"probes/templates/postgresql.yaml", probes_templates_postgresql, sizeof probes_templates_postgresql},
    {"probes/templates/redis.yaml", probes_templates_redis, sizeof probes_templates_redis},
    {"probes/templates/ssh-logins.yaml", probes_templates_ssh_logins, sizeof probes_templates_ssh_logins},
    {"probes/templates/ssh.yaml", probes_templates_ssh, sizeof probes_templates_ssh},
    {"rules/apache.yaml", rules_apache, sizeof rules_apache},
    {"rules/backup.yaml", rules_backup, sizeof rules_backup},
    {"rules/bind.yaml", rules_bind, sizeof rules_bind},
    {"rules/certificate.yaml", rules_certificate, sizeof rules_certificate},
    {"rules/docker.yaml", rules_docker, sizeof rules_docker},
    {"rules/endpoint.yaml", rules_endpoint, sizeof rules_endpoint},
    {"rules/haproxy.yaml", rules_haproxy, sizeof rules_haproxy},
    {"rules/host.yaml", rules_host, sizeof rules_host},
    {"rules/memcached.yaml", rules_memcached, sizeof rules_memcached},
    {"rules/mysql.yaml", rules_mysql, sizeof rules_mysql},
    {"rules/nginx.yaml", rules_nginx, sizeof rules_nginx},
    {"rules/php-fpm.yaml", rules_php_fpm, sizeof rules_php_fpm},
    {"rules/postfix.yaml", rules_postfix, sizeof rules_postfix},
    {"rules/postgresql.yaml", rules_postgresql, sizeof rules_postgresql},
    {"rules/redis.yaml", rules_redis, sizeof rules_redis},
    {"rules/self.yaml", rules_self, sizeof rules_self},
    {"rules/ssh.yaml", rules_ssh, sizeof rules_ssh},
    {"rules/systemd.yaml", rules_systemd, sizeof rules_systemd},
    {"rules/time.yaml", rules_time, sizeof rules_time},
};

int watchkeeper_packaged_count(void) { return (int)(sizeof table / sizeof table[0]); }

const char *watchkeeper_packaged_name(int index) {
  return index >= 0 && index < watchkeeper_packaged_count() ? table[index].name : 0;
}

const unsigned char *watchkeeper_packaged_bytes(int index, size_t *length) {
  if (index < 0 || index >= watchkeeper_packaged_count()) {
    *length = 0;
    return 0;
  }
  *length = table[index].length;
  return table[index].bytes;
}
