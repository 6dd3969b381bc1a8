#define _GNU_SOURCE
#include "CNetlink.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

int watchkeeper_netlink_open(int protocol) {
  int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
  if (descriptor < 0) return -errno;
  // The kernel answers at once; this is for the case that it never does.
  struct timeval patience = {.tv_sec = 1};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return descriptor;
}

typedef void (*message_reader)(const struct nlmsghdr *message, void *context);

/// Sends a request for a dump and reads all messages of its answer. - Returns: 0, or -errno.
static int dump(
  int descriptor, void *buffer, size_t size, struct nlmsghdr *request, message_reader read, void *context) {
  static unsigned int sequence;
  unsigned int own = __atomic_add_fetch(&sequence, 1, __ATOMIC_RELAXED);
  request->nlmsg_seq = own;
  request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  if (sendto(descriptor, request, request->nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0) return -errno;
  for (;;) {
    ssize_t count = recv(descriptor, buffer, size, MSG_TRUNC);
    if (count < 0) {
      if (errno == EINTR) continue;
      return -errno;
    }
    if ((size_t)count > size) return -EMSGSIZE;
    int remaining = (int)count;
    for (const struct nlmsghdr *message = buffer; NLMSG_OK(message, remaining);
         message = NLMSG_NEXT(message, remaining)) {
      if (message->nlmsg_seq != own) continue;  // of an answer that was given up
      if (message->nlmsg_type == NLMSG_DONE) return 0;
      if (message->nlmsg_type == NLMSG_ERROR) {
        if (message->nlmsg_len < NLMSG_LENGTH(sizeof(struct nlmsgerr))) return -EBADMSG;
        const struct nlmsgerr *error = NLMSG_DATA(message);
        return error->error < 0 ? error->error : 0;
      }
      read(message, context);
    }
  }
}

struct link_list {
  struct watchkeeper_link *links;
  int count;
  int limit;
};

static unsigned int number(const struct rtattr *attribute) {
  unsigned int value = 0;
  size_t length = RTA_PAYLOAD(attribute);
  if (length == 1) return *(const unsigned char *)RTA_DATA(attribute);
  memcpy(&value, RTA_DATA(attribute), length < sizeof value ? length : sizeof value);
  return value;
}

static void copy_text(char *target, size_t size, const struct rtattr *attribute) {
  size_t length = RTA_PAYLOAD(attribute);
  if (length >= size) length = size - 1;
  memcpy(target, RTA_DATA(attribute), length);
  target[length] = 0;
}

static unsigned int copy_address(unsigned char *target, const struct rtattr *attribute) {
  size_t length = RTA_PAYLOAD(attribute);
  if (length > 32) length = 32;
  memcpy(target, RTA_DATA(attribute), length);
  return (unsigned int)length;
}

static void read_link(const struct nlmsghdr *message, void *context) {
  struct link_list *list = context;
  if (message->nlmsg_type != RTM_NEWLINK || list->count >= list->limit) return;
  if (message->nlmsg_len < NLMSG_LENGTH(sizeof(struct ifinfomsg))) return;
  const struct ifinfomsg *header = NLMSG_DATA(message);
  struct watchkeeper_link *link = &list->links[list->count++];
  memset(link, 0, sizeof *link);
  link->index = header->ifi_index;
  link->lower_index = header->ifi_index;
  link->type = header->ifi_type;
  // What the device itself has: the rest of ifi_flags is derived from its state.
  link->flags = header->ifi_flags & ~(unsigned int)(0x40 | 0x10000 | 0x20000);
  int remaining = (int)IFLA_PAYLOAD(message);
  for (const struct rtattr *attribute = IFLA_RTA(header); RTA_OK(attribute, remaining);
       attribute = RTA_NEXT(attribute, remaining)) {
    switch (attribute->rta_type & NLA_TYPE_MASK) {
      case IFLA_IFNAME: copy_text(link->name, sizeof link->name, attribute); break;
      case IFLA_IFALIAS: copy_text(link->alias, sizeof link->alias, attribute); break;
      case IFLA_ADDRESS: link->address_length = copy_address(link->address, attribute); break;
      case IFLA_BROADCAST: link->broadcast_length = copy_address(link->broadcast, attribute); break;
      case IFLA_LINK: link->lower_index = (int)number(attribute); break;
      case IFLA_MTU: link->mtu = number(attribute); break;
      case IFLA_TXQLEN: link->queue_length = number(attribute); break;
      case IFLA_GROUP: link->group = number(attribute); break;
      case IFLA_LINKMODE: link->link_mode = number(attribute); break;
      case IFLA_OPERSTATE: link->operational_state = number(attribute); break;
      case IFLA_CARRIER: link->has_carrier = number(attribute); break;
      case IFLA_CARRIER_CHANGES: link->carrier_changes = number(attribute); break;
      case IFLA_CARRIER_UP_COUNT: link->carrier_up = number(attribute); break;
      case IFLA_CARRIER_DOWN_COUNT: link->carrier_down = number(attribute); break;
      case IFLA_PROMISCUITY:
        if (number(attribute) > 0) link->flags |= 0x100;
        break;
      case IFLA_STATS64: {
        struct rtnl_link_stats64 statistics = {0};
        size_t length = RTA_PAYLOAD(attribute);
        memcpy(&statistics, RTA_DATA(attribute), length < sizeof statistics ? length : sizeof statistics);
        link->unhandled_packets = statistics.rx_nohandler;
        break;
      }
    }
  }
}

int watchkeeper_netlink_links(
  int descriptor, void *buffer, size_t size, struct watchkeeper_link *links, int links_max) {
  struct {
    struct nlmsghdr header;
    struct ifinfomsg body;
  } request = {.header = {.nlmsg_len = sizeof request, .nlmsg_type = RTM_GETLINK}};
  struct link_list list = {.links = links, .limit = links_max};
  int result = dump(descriptor, buffer, size, &request.header, read_link, &list);
  return result < 0 ? result : list.count;
}

static int dump_sockets(
  int descriptor, void *buffer, size_t size, int family, int protocol, unsigned int states, message_reader read,
  void *context) {
  struct {
    struct nlmsghdr header;
    struct inet_diag_req_v2 body;
  } request = {
    .header = {.nlmsg_len = sizeof request, .nlmsg_type = SOCK_DIAG_BY_FAMILY},
    .body = {
      .sdiag_family = (unsigned char)family, .sdiag_protocol = (unsigned char)protocol, .idiag_states = states},
  };
  return dump(descriptor, buffer, size, &request.header, read, context);
}

static const struct inet_diag_msg *socket_of(const struct nlmsghdr *message) {
  if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY) return NULL;
  if (message->nlmsg_len < NLMSG_LENGTH(sizeof(struct inet_diag_msg))) return NULL;
  return NLMSG_DATA(message);
}

static void add_socket(const struct nlmsghdr *message, void *context) {
  struct watchkeeper_socket_totals *totals = context;
  const struct inet_diag_msg *found = socket_of(message);
  if (!found) return;
  totals->receive_queue += found->idiag_rqueue;
  totals->send_queue += found->idiag_wqueue;
  if (found->idiag_state < 16) totals->by_state[found->idiag_state]++;
}

int watchkeeper_netlink_totals(
  int descriptor, void *buffer, size_t size, int family, int protocol, unsigned int states,
  struct watchkeeper_socket_totals *totals) {
  memset(totals, 0, sizeof *totals);
  return dump_sockets(descriptor, buffer, size, family, protocol, states, add_socket, totals);
}

struct listener_list {
  struct watchkeeper_listener *listeners;
  int count;
  int limit;
};

static void read_listener(const struct nlmsghdr *message, void *context) {
  struct listener_list *list = context;
  const struct inet_diag_msg *found = socket_of(message);
  if (!found || list->count >= list->limit || found->id.idiag_dport != 0 || found->id.idiag_sport == 0) return;
  struct watchkeeper_listener *listener = &list->listeners[list->count++];
  memcpy(listener->address, found->id.idiag_src, sizeof listener->address);
  listener->port = ntohs(found->id.idiag_sport);
  listener->queue = found->idiag_rqueue;
  listener->queue_max = found->idiag_wqueue;
  listener->user = found->idiag_uid;
  listener->inode = found->idiag_inode;
}

int watchkeeper_netlink_listeners(
  int descriptor, void *buffer, size_t size, int family, int protocol, struct watchkeeper_listener *listeners,
  int listeners_max) {
  struct listener_list list = {.listeners = listeners, .limit = listeners_max};
  // TCP_LISTEN (10); a datagram socket without a peer is in TCP_CLOSE (7).
  unsigned int states = protocol == IPPROTO_TCP ? 1u << 10 : 1u << 7;
  int result = dump_sockets(descriptor, buffer, size, family, protocol, states, read_listener, &list);
  return result < 0 ? result : list.count;
}
