#ifndef WATCHKEEPER_CNETLINK_H
#define WATCHKEEPER_CNETLINK_H

#include <stddef.h>

/// One network interface as rtnetlink shows it.
struct watchkeeper_link {
  char name[16];
  char alias[256];
  unsigned char address[32];
  unsigned char broadcast[32];
  unsigned int address_length;
  unsigned int broadcast_length;
  int index;
  /// As IFLA_LINK has it; its own index when it lies on no other.
  int lower_index;
  unsigned int flags;
  unsigned int type;
  unsigned int mtu;
  unsigned int queue_length;
  unsigned int group;
  unsigned int link_mode;
  unsigned int operational_state;
  unsigned int has_carrier;
  unsigned int carrier_changes;
  unsigned int carrier_up;
  unsigned int carrier_down;
  unsigned long long unhandled_packets;
};

/// A socket that listens, or is bound without a peer for datagrams.
struct watchkeeper_listener {
  unsigned char address[16];
  unsigned short port;
  unsigned int queue;
  unsigned int queue_max;
  unsigned int user;
  unsigned int inode;
};

/// What the sockets of one family and protocol hold and do.
struct watchkeeper_socket_totals {
  unsigned long long receive_queue;
  unsigned long long send_queue;
  /// By TCP state; see <netinet/tcp.h>.
  unsigned int by_state[16];
};

/// - Returns: a descriptor, or -errno. `protocol` is NETLINK_ROUTE or NETLINK_SOCK_DIAG. An answer waits 1 s at most.
int watchkeeper_netlink_open(int protocol);

/// All interfaces of this network namespace. - Returns: how many were written, or -errno.
int watchkeeper_netlink_links(int descriptor, void *buffer, size_t size, struct watchkeeper_link *links, int links_max);

/// Sums over the sockets of `family` (AF_INET, AF_INET6) and `protocol` (IPPROTO_TCP, IPPROTO_UDP) whose state is in
/// `states`, a set of bits. - Returns: 0, or -errno.
int watchkeeper_netlink_totals(
  int descriptor, void *buffer, size_t size, int family, int protocol, unsigned int states,
  struct watchkeeper_socket_totals *totals);

/// The sockets that listen (TCP) or are bound and have no peer (UDP). - Returns: how many were written, or -errno.
int watchkeeper_netlink_listeners(
  int descriptor, void *buffer, size_t size, int family, int protocol, struct watchkeeper_listener *listeners,
  int listeners_max);

#endif
