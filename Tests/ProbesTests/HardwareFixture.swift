import Foundation

/// What the machine of the tests lacks: a host with every kind of hardware and subsystem that has a collector.
enum HardwareFixture {
  /// Files of one folder, each with one line.
  private static func folder(_ path: String, _ files: [String: String]) -> [String: String] {
    Dictionary(uniqueKeysWithValues: files.map { ("\(path)/\($0.key)", $0.value + "\n") })
  }

  /// Links of /sys, to be made after the files.
  static let links = [
    ("sys/class/hwmon/hwmon1/device", "sys/devices/platform/coretemp.0"),
    ("sys/class/net/bond0/lower_eth1", "sys/class/net/eth1"),
    ("sys/class/net/bond0/lower_eth2", "sys/class/net/eth2"),
  ]

  static let files: [String: String] = parts.reduce(into: [:]) { all, part in all.merge(part) { $1 } }

  private static let parts: [[String: String]] = [
    tables, network, processors, sensors, disks, cards, zfs, nfs,
  ]

  private static let tables: [String: String] = [
    "proc/net/arp": """
    IP address       HW type     Flags       HW address            Mask     Device
    192.0.2.1        0x1         0x2         02:fc:00:00:00:05     *        eth1
    192.0.2.2        0x1         0x2         02:fc:00:00:00:06     *        eth1
    192.0.2.9        0x1         0x0         00:00:00:00:00:00     *        eth2

    """,
    "proc/sys/net/netfilter/nf_conntrack_count": "123\n",
    "proc/sys/net/netfilter/nf_conntrack_max": "65536\n",
    "proc/net/stat/nf_conntrack": """
    entries  clashres found new invalid ignore delete delete_list insert insert_failed drop early_drop icmp_error  expect_new expect_create expect_delete search_restart
    0000007b  00000000 00000001 00000000 00000003 00000004 00000000 00000000 00000005 00000006 00000007 00000008 00000000  00000000 00000000 00000000 0000000a
    0000007b  00000000 00000010 00000000 00000030 00000040 00000000 00000000 00000050 00000060 00000070 00000080 00000000  00000000 00000000 00000000 000000a0

    """,
    "proc/sys/kernel/random/entropy_avail": "1337\n", "proc/sys/kernel/random/poolsize": "4096\n",
    "proc/net/softnet_stat": """
    00015c73 00020e76 F0000769 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000
    01663fb2 00000000 0000013a 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000001

    """,
    "proc/schedstat": """
    version 15
    timestamp 15819019232
    cpu0 498494191 0 3533438552 2553969831 3853684107 2465731542 2045936778163039 343796328169361 4767485306
    domain0 00000000,00000003 212499247 210112015
    cpu1 518377256 0 4155211005 2778589869 10466382 2867629021 1904686152592476 364107263788241 5145567945

    """,
    "proc/net/ip_vs_stats": """
       Total Incoming Outgoing         Incoming         Outgoing
       Conns  Packets  Packets            Bytes            Bytes
     16AA370 E33656E5        0     51D8C8883AB3        0

     Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s
           4    1FB3C        0          1282A8F                0

    """,
    "proc/net/ip_vs": """
    IP Virtual Server version 1.2.1 (size=4096)
    Prot LocalAddress:Port Scheduler Flags
      -> RemoteAddress:Port Forward Weight ActiveConn InActConn
    TCP  C0A80016:0CEA wlc
      -> C0A85216:0CEA      Tunnel  100    248        2
      -> C0A85318:0CEA      Tunnel  100    249        3
    TCP  [2620:0000:0000:0000:0000:0000:0000:0001]:0050 sh
      -> [2620:0000:0000:0000:0000:0000:0000:0002]:0050      Route   1      5          7
    FWM  10001000 wlc
      -> C0A8321A:0CEA      Tunnel  20     64         4

    """,
    "proc/net/udp": """
      sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
        0: 00000000:0016 00000000:0000 0A 00000015:00000001 00:00000000 00000000     0        0 2740 1 ffff88003d3af3c0 0
       10: 00000000:0017 00000000:0000 0A 00000000:00000010 00:00000000 00000000     0        0 2741 1 ffff88003d3af3c1 0

    """,
    "proc/net/udp6": """
      sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
     1315: 00000000000000000000000000000000:14EB 00000000000000000000000000000000:0000 07 0000000a:00000003 00:00000000 00000000   981        0 21040 2 0000000013726323 0

    """,
    "proc/net/netstat": """
    TcpExt: SyncookiesSent SyncookiesRecv SyncookiesFailed EmbryonicRsts ListenOverflows ListenDrops TCPTimeouts TCPSynRetrans
    TcpExt: 1 2 3 4 5 6 7 8
    IpExt: InNoRoutes InOctets OutOctets
    IpExt: 0 6286396970 2786264347

    """,
    "proc/net/snmp": """
    Ip: Forwarding DefaultTTL InReceives
    Ip: 1 64 57740232
    Icmp: InMsgs InErrors InCsumErrors OutMsgs
    Icmp: 104 1 0 120
    IcmpMsg: InType3 OutType3
    IcmpMsg: 104 120
    Tcp: RtoAlgorithm MaxConn ActiveOpens PassiveOpens CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts
    Tcp: 1 -1 3556 230 4 57252008 54915039 227 5 1003
    Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors
    Udp: 88542 120 7 53028 9 8 0 0 0
    UdpLite: InDatagrams NoPorts InErrors
    UdpLite: 0 0 6

    """,
    "proc/net/snmp6": """
    Ip6InReceives                   \t7
    Ip6InOctets                     \t460
    Ip6OutOctets                    \t536
    Icmp6InMsgs                     \t0
    Icmp6InErrors                   \t2
    Icmp6OutMsgs                    \t8
    Icmp6InType134                  \t8
    Udp6InDatagrams                 \t3
    UdpLite6InErrors                \t4

    """,
    "proc/mdstat": """
    Personalities : [raid1] [raid6] [raid5] [raid4] [raid0]
    md3 : active raid6 sda1[8] sdh1[7] sdg1[6] sdf1[5] sde1[11] sdd1[3] sdc1[10] sdb1[9] sdd1[10](S)
          5853468288 blocks super 1.2 level 6, 64k chunk, algorithm 2 [8/8] [UUUUUUUU]

    md127 : active raid1 sdi2[0] sdj2[1]
          312319552 blocks [2/2] [UU]

    md0 : active raid1 sdk[2](F) sdl[0]
          248896 blocks [2/1] [U_]

    md6 : active raid1 sdb2[2](F) sdc[1](S) sda2[0]
          195310144 blocks [2/1] [U_]
          [=>...................]  recovery =  8.5% (16775552/195310144) finish=17.0min speed=259783K/sec

    md8 : active raid1 sdb1[1] sda1[0]
          195310144 blocks [2/2] [UU]
          [=>...................]  resync =  8.5% (16775552/195310144) finish=17.0min speed=259783K/sec

    md9 : active raid1 sdc2[2] sdd2[3] sdb2[1] sda2[0]
          523968 blocks super 1.2 [4/4] [UUUU]
            resync=DELAYED
          bitmap: 1/2 pages [4KB], 65536KB chunk

    md10 : active raid0 sda1[0] sdb1[1]
          314159265 blocks 64k chunks

    md11 : inactive sdp[1](S) sdq[0](S)
          4190208 blocks super 1.2

    md12 : active raid1 sdx2[1] sdy2[0]
          1000000 blocks [2/2] [UU]
          [==>..................]  check = 10.0% (100000/1000000) finish=1.0min speed=100K/sec

    unused devices: <none>

    """,
  ]

  private static let network: [String: String] = [
    "sys/class/net/bonding_masters": "bond0 bond1\n",
    "sys/class/net/bond0/bonding/slaves": "eth1 eth2\n",
    "sys/class/net/bond1/bonding/slaves": "\n",
    "sys/class/net/eth1/bonding_slave/mii_status": "up\n",
    "sys/class/net/eth2/bonding_slave/mii_status": "down\n",
  ]
  .merging(
    folder(
      "sys/class/net/eth1",
      [
        "addr_assign_type": "3", "addr_len": "6", "address": "01:02:03:04:05:06", "broadcast": "ff:ff:ff:ff:ff:ff",
        "carrier": "1", "carrier_changes": "2", "carrier_up_count": "1", "carrier_down_count": "1", "dev_id": "0x20",
        "dormant": "1", "duplex": "full", "flags": "0x1303", "ifalias": "uplink \"a\"", "ifindex": "2", "iflink": "2",
        "link_mode": "1", "mtu": "1500", "name_assign_type": "2", "netdev_group": "0", "operstate": "up",
        "speed": "1000", "tx_queue_len": "1000", "type": "1",
      ])
  ) { $1 }
  .merging(
    folder(
      "sys/class/net/eth2",
      [
        "address": "01:02:03:04:05:07", "ifindex": "3", "operstate": "down", "mtu": "9000", "dev_id": "0x0",
        "speed": "-1",
      ])
  ) { $1 }

  private static let processors: [String: String] =
    folder(
      "sys/devices/system/cpu/cpu0/cpufreq",
      [
        "cpuinfo_cur_freq": "1699981", "cpuinfo_max_freq": "3700000", "cpuinfo_min_freq": "800000",
        "scaling_cur_freq": "1699982", "scaling_max_freq": "3600000", "scaling_min_freq": "900000",
      ]
    )
    .merging(
      ["cpu0", "cpu1"].reduce(into: [:]) { all, cpu in
        let files = [
          "scaling_available_governors": "performance powersave", "scaling_driver": "intel_pstate",
          "scaling_governor": "powersave", "related_cpus": "0", "scaling_setspeed": "<unsupported>",
        ]
        all.merge(folder("sys/devices/system/cpu/\(cpu)/cpufreq", files)) { $1 }
      }
    ) { $1 }
    .merging(folder("sys/devices/system/cpu/cpu1/cpufreq", ["scaling_cur_freq": "1699983"])) { $1 }
    .merging([
      "sys/devices/system/cpu/cpu0/topology/core_id": "0\n",
      "sys/devices/system/cpu/cpu0/topology/physical_package_id": "0\n",
      "sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count": "5\n",
      "sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count": "30\n",
      "sys/devices/system/cpu/cpu1/topology/core_id": "1\n",
      "sys/devices/system/cpu/cpu1/topology/physical_package_id": "0\n",
      "sys/devices/system/cpu/cpu1/thermal_throttle/core_throttle_count": "6\n",
      "sys/devices/system/cpu/cpu1/thermal_throttle/package_throttle_count": "30\n",
      "sys/devices/system/edac/mc/mc0/ce_count": "1\n", "sys/devices/system/edac/mc/mc0/ue_count": "5\n",
      "sys/devices/system/edac/mc/mc0/ce_noinfo_count": "2\n", "sys/devices/system/edac/mc/mc0/ue_noinfo_count": "6\n",
      "sys/devices/system/edac/mc/mc0/csrow0/ce_count": "3\n", "sys/devices/system/edac/mc/mc0/csrow0/ue_count": "4\n",
      "sys/class/powercap/intel-rapl:0/name": "package-10\n",
      "sys/class/powercap/intel-rapl:0/energy_uj": "240422366267\n",
      "sys/class/powercap/intel-rapl:0/max_energy_range_uj": "262143328850\n",
      "sys/class/powercap/intel-rapl:0:0/name": "core\n",
      "sys/class/powercap/intel-rapl:0:0/energy_uj": "118821284256\n",
      "sys/class/powercap/intel-rapl:0:0/max_energy_range_uj": "262143328850\n",
      "sys/class/powercap/intel-rapl:1:0/name": "core\n",
      "sys/class/powercap/intel-rapl:1:0/energy_uj": "8821284256\n",
      "sys/class/powercap/intel-rapl:1:0/max_energy_range_uj": "262143328850\n",
    ]) { $1 }

  private static let sensors: [String: String] = [
    "sys/class/hwmon/hwmon0/name": "nct6779\n", "sys/class/hwmon/hwmon0/beep_enable": "1\n",
    "sys/class/hwmon/hwmon0/fan2_alarm": "0\n", "sys/class/hwmon/hwmon0/fan2_beep": "0\n",
    "sys/class/hwmon/hwmon0/fan2_input": "1098\n", "sys/class/hwmon/hwmon0/fan2_min": "0\n",
    "sys/class/hwmon/hwmon0/fan2_pulses": "2\n", "sys/class/hwmon/hwmon0/fan2_target": "27000\n",
    "sys/class/hwmon/hwmon0/in0_input": "792\n", "sys/class/hwmon/hwmon0/in0_max": "1744\n",
    "sys/class/hwmon/hwmon0/in0_alarm": "1\n", "sys/class/hwmon/hwmon0/in0_label": "Vcore\n",
    "sys/class/hwmon/hwmon0/pwm1": "98\n", "sys/class/hwmon/hwmon0/pwm1_enable": "2\n",
    "sys/class/hwmon/hwmon0/temp3_type": "4\n", "sys/class/hwmon/hwmon0/temp3_input": "-5500\n",
    "sys/class/hwmon/hwmon0/intrusion0_alarm": "1\n", "sys/class/hwmon/hwmon0/curr1_input": "2500\n",
    "sys/class/hwmon/hwmon0/power1_input": "65000000\n", "sys/class/hwmon/hwmon0/power1_average_interval": "3000\n",
    "sys/class/hwmon/hwmon0/energy1_input": "123456789\n", "sys/class/hwmon/hwmon0/humidity1_input": "400000\n",
    "sys/class/hwmon/hwmon0/update_interval": "1000\n", "sys/class/hwmon/hwmon0/vrm": "100\n",
    "sys/class/hwmon/hwmon1/name": "coretemp\n", "sys/devices/platform/coretemp.0/temp1_input": "55000\n",
    "sys/devices/platform/coretemp.0/temp1_crit": "100000\n",
    "sys/devices/platform/coretemp.0/temp1_crit_alarm": "0\n",
    "sys/devices/platform/coretemp.0/temp1_label": "Physical id 0\n",
    "sys/class/thermal/thermal_zone0/temp": "12376\n", "sys/class/thermal/thermal_zone0/type": "x86_pkg_temp\n",
    "sys/class/thermal/thermal_zone0/policy": "step_wise\n",
    "sys/class/thermal/thermal_zone1/temp": "-44000\n", "sys/class/thermal/thermal_zone1/type": "acpitz\n",
    "sys/class/thermal/thermal_zone1/policy": "step_wise\n",
    "sys/class/thermal/cooling_device0/type": "Processor\n", "sys/class/thermal/cooling_device0/cur_state": "1\n",
    "sys/class/thermal/cooling_device0/max_state": "10\n",
  ]
  .merging(
    folder(
      "sys/class/power_supply/BAT0",
      [
        "capacity": "81", "capacity_level": "Normal", "charge_start_threshold": "95", "cycle_count": "7",
        "energy_full": "50060000", "energy_full_design": "47520000", "energy_now": "49450000",
        "manufacturer": "LGC", "model_name": "LNV-45N1", "power_now": "4830000", "present": "1",
        "serial_number": "38109", "status": "Discharging", "technology": "Li-ion", "type": "Battery",
        "voltage_min_design": "10800000", "voltage_now": "11660000", "temp": "301",
      ])
  ) { $1 }
  .merging(folder("sys/class/power_supply/AC", ["online": "0", "type": "Mains"])) { $1 }
  .merging(
    folder(
      "sys/class/dmi/id",
      [
        "bios_date": "04/12/2021", "bios_vendor": "Dell Inc.", "bios_version": "2.2.4", "board_name": "07PXPY",
        "product_name": "PowerEdge R6515", "product_sku": "SKU=NotProvided;ModelName=PowerEdge R6515",
        "sys_vendor": "Dell Inc.", "chassis_vendor": "Dell Inc.", "product_serial": "7N62AI2",
      ])
  ) { $1 }

  private static let disks: [String: String] = [
    "sys/fs/xfs/sda1/stats/stats": """
    extent_alloc 1 2 3 4
    abt 5 6 7 8
    blk_map 61 29 1 4 5 91 6
    bmbt 9 10 11 12
    dir 3 2 1 52
    trans 4 40 0
    ig 5 1 2 4 3 6 7
    log 8 21 0 5821 7
    rw 28 13
    attr 0 1 2 3
    icluster 5 1 2
    vnodes 4 3 2 1 5 6 7 8
    buf 24 24 24 0 0 0 0 0 0
    xpc 399724544 92823103 86219234
    debug 0

    """,
    "sys/class/nvme/nvme0/firmware_rev": "1B2QEXP7\n", "sys/class/nvme/nvme0/model": "Samsung SSD 970 PRO 512GB\n",
    "sys/class/nvme/nvme0/serial": "S680HF8N190894I\n", "sys/class/nvme/nvme0/state": "live\n",
    "sys/class/nvme/nvme0/cntlid": "1997\n",
    "sys/class/scsi_tape/nst0/stats/in_flight": "9\n",
  ]
  .merging(
    folder(
      "sys/class/scsi_tape/st0/stats",
      [
        "in_flight": "1", "io_ns": "9247011087720", "other_cnt": "1409", "read_byte_cnt": "979383912",
        "read_cnt": "3741", "read_ns": "33788355744", "resid_cnt": "19", "write_byte_cnt": "1496246784000",
        "write_cnt": "53772916", "write_ns": "5233597394395",
      ])
  ) { $1 }
  .merging(
    folder(
      "sys/fs/btrfs/0abb23a9-579b-43e6-ad30-227ef47fcb9d",
      [
        "label": "fixture", "metadata_uuid": "0abb23a9-579b-43e6-ad30-227ef47fcb9d", "nodesize": "16384",
        "allocation/global_rsv_size": "16777216", "allocation/global_rsv_reserved": "16777216",
        "allocation/data/bytes_reserved": "1", "allocation/data/raid0/total_bytes": "2147483648",
        "allocation/data/raid0/used_bytes": "808189952", "allocation/metadata/bytes_reserved": "2",
        "allocation/metadata/raid1/total_bytes": "1073741824", "allocation/metadata/raid1/used_bytes": "933888",
        "allocation/system/bytes_reserved": "3", "allocation/system/raid1/total_bytes": "8388608",
        "allocation/system/raid1/used_bytes": "16384", "devices/loop25/size": "20971520",
        "devices/loop26/size": "20971520", "features/skinny_metadata": "1",
      ])
  ) { $1 }
  .merging(
    folder(
      "sys/fs/bcache/deaddd54-c735-46d5-868e-f331c5fd7c74",
      [
        "average_key_size": "0", "btree_cache_size": "1.3M", "cache_available_percent": "100", "congested": "0",
        "root_usage_percent": "0", "tree_depth": "0", "internal/active_journal_entries": "1",
        "internal/btree_nodes": "0",
        "internal/btree_read_average_duration_us": "1305", "internal/cache_read_races": "0",
        "cache0/io_errors": "0", "cache0/metadata_written": "512", "cache0/written": "1.9k",
        "cache0/priority_stats": "Unused:\t\t99%", "bdev0/dirty_data": "20.512k",
        "bdev0/writeback_rate_debug":
          "rate:\t\t1.1M/sec\ndirty:\t\t20.4G\ntarget:\t\t20.4G\nproportional:\t427.5k\nintegral:\t790.0k\nchange:\t\t321.5k/sec\nnext io:\t17ms",
      ].merging(
        ["", "bdev0/"].flatMap { place in
          ["stats_total", "stats_five_minute"].flatMap { period in
            [
              ("bypassed", "3.1k"), ("cache_hits", "546"), ("cache_misses", "7"), ("cache_bypass_hits", "1"),
              ("cache_bypass_misses", "2"), ("cache_miss_collisions", "3"), ("cache_readaheads", "13"),
            ].map { ("\(place)\(period)/\($0.0)", $0.1) }
          }
        }
      ) { $1 })
  ) { $1 }

  private static let cards: [String: String] =
    folder(
      "sys/class/fc_host/host0",
      [
        "speed": "16 Gbit", "port_state": "Online", "port_type": "Point-To-Point (direct nport connection)",
        "port_id": "0x000002", "port_name": "0x1000e0071bce95f2", "fabric_name": "0x0", "symbolic_name": "Emulex",
        "supported_classes": "Class 3", "supported_speeds": "4 Gbit, 8 Gbit, 16 Gbit", "dev_loss_tmo": "30",
        "node_name": "0x2000e0071bce95f2",
        "statistics/dumped_frames": "0xffffffffffffffff", "statistics/error_frames": "0x0",
        "statistics/invalid_crc_count": "0x20", "statistics/rx_frames": "0x3", "statistics/rx_words": "0x4",
        "statistics/tx_frames": "0x5", "statistics/tx_words": "0x6", "statistics/seconds_since_last_reset": "0x7",
        "statistics/invalid_tx_word_count": "0x8", "statistics/link_failure_count": "0x9",
        "statistics/loss_of_sync_count": "0x10", "statistics/loss_of_signal_count": "0x11",
        "statistics/nos_count": "0x12", "statistics/fcp_packet_aborts": "0x13",
      ]
    )
    .merging(
      folder(
        "sys/class/infiniband/mlx4_0",
        [
          "board_id": "SM_1141000001000", "fw_ver": "2.31.5050", "hca_type": "MT4099", "ports/1/state": "4: ACTIVE",
          "ports/1/phys_state": "5: LinkUp", "ports/1/rate": "40 Gb/sec (4X QDR)",
          "ports/1/counters/link_downed": "1", "ports/1/counters/link_error_recovery": "2",
          "ports/1/counters/port_rcv_data": "4631917", "ports/1/counters/port_xmit_data": "3733440",
          "ports/1/counters/port_rcv_packets": "6825908", "ports/1/counters/port_xmit_packets": "6235865",
          "ports/1/counters/port_rcv_errors": "3", "ports/1/counters/port_xmit_wait": "4294967295",
          "ports/1/counters/port_rcv_constraint_errors": "4", "ports/1/counters/port_xmit_constraint_errors": "5",
          "ports/1/counters/port_xmit_discards": "6", "ports/1/counters/unicast_rcv_packets": "61148",
          "ports/1/counters/unicast_xmit_packets": "61239", "ports/1/counters/multicast_rcv_packets": "93",
          "ports/1/counters/multicast_xmit_packets": "16", "ports/1/counters_ext/port_rcv_data_64": "4631918",
          "ports/1/counters_ext/port_xmit_data_64": "3733441", "ports/1/counters_ext/port_rcv_packets_64": "7",
          "ports/1/counters_ext/port_xmit_packets_64": "8",
          "ports/1/counters_ext/port_unicast_rcv_packets": "9", "ports/1/counters_ext/port_unicast_xmit_packets": "10",
          "ports/1/counters_ext/port_multicast_rcv_packets": "11",
          "ports/1/counters_ext/port_multicast_xmit_packets": "12",
        ])
    ) { $1 }

  private static let zfs: [String: String] = [
    "proc/spl/kstat/zfs/arcstats": """
    6 1 0x01 91 4368 5266997922 97951858082072
    name                            type data
    hits                            4    8772612
    misses                          4    604635
    memory_available_bytes          3    -922337203685477580
    arc_tempreserve                 4    0

    """,
    "proc/spl/kstat/zfs/zil": "7 1 0x01 14 672 34285 8243\nname type data\nzil_commit_count 4 10\nzil-itx 4 3\n",
    "proc/spl/kstat/zfs/pool1/io": """
    12 3 0x00 1 80 79205351707403 395818011156865
    nread    nwritten reads    writes   wtime    wlentime wupdate  rtime    rlentime rupdate  wcnt     rcnt
    1884160  3206144  22       132      7155162  104112268 79210489694949 24168078 104112268 79210489849220 0        0

    """,
    "proc/spl/kstat/zfs/pool1/state": "ONLINE\n",
    "proc/spl/kstat/zfs/pool1/objset-1": """
    23 1 0x01 7 2160 221578688875 6665999035587
    name                            type data
    dataset_name                    7    pool1
    writes                          4    4
    nwritten                        4    12302

    """,
  ]

  private static let nfs: [String: String] = [
    "proc/net/rpc/nfs": """
    net 70 1 69 45
    rpc 1218785755 374636 1218815394
    proc2 18 16 57 74 52 71 73 45 86 0 52 83 61 17 53 50 23 70 82
    proc3 22 0 1061909262 48906 4077635 117661341 5 29391916 2570425 2993289 590 0 0 7815 15 1130 0 3983 92385 13332 2 1 23729
    proc4 61 98 51 54 83 85 23 24 1 28 73 68 83 12 84 39 68 59 58 88 29 74 69 96 21 84 15 53 86 54 66 56 97 36 49 32 85 81 11 58 32 67 13 28 35 1 90 26 1 2 3 4 5 6 7 8 9 10 11 12 13 14

    """,
    "proc/net/rpc/nfsd": """
    rc 0 6 18622
    fh 1 2 3 4 5
    io 157286400 72864
    th 8 0 0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.000
    ra 32 0 0 0 0 0 0 0 0 0 0 7
    net 972 55 917 1
    rpc 18628 3 1 2 3
    proc2 18 2 69 0 0 4410 0 0 0 0 0 0 0 0 0 0 0 99 2
    proc3 22 2 112 0 2719 111 0 0 0 0 0 0 0 0 0 0 0 27 216 0 2 1 0
    proc4 2 2 10853
    proc4ops 72 0 0 0 1098 2 0 0 0 0 8179 5896 0 0 0 0 5900 0 0 2 0 2 0 9609 0 2 150 1272 0 0 0 1236 0 0 0 0 3 3 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0

    """,
  ]
}
