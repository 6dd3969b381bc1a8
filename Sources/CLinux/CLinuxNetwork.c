#define _GNU_SOURCE
#include "CLinuxNetwork.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

static uint64_t number(const unsigned char *bytes) {
  uint64_t value = 0;
  for (int index = 0; index < 8; index++) value = value << 8 | bytes[index];
  return value;
}

static void put(uint64_t value, unsigned char *bytes) {
  for (int index = 7; index >= 0; index--, value >>= 8) bytes[index] = (unsigned char)value;
}

static int from_sockaddr(const struct sockaddr_storage *address, struct watchkeeper_endpoint *endpoint) {
  memset(endpoint, 0, sizeof *endpoint);
  if (address->ss_family == AF_INET) {
    const struct sockaddr_in *v4 = (const void *)address;
    endpoint->low = ntohl(v4->sin_addr.s_addr);
    endpoint->port = ntohs(v4->sin_port);
    endpoint->version = 4;
    return 0;
  }
  if (address->ss_family != AF_INET6) return -1;
  const struct sockaddr_in6 *v6 = (const void *)address;
  endpoint->high = number(v6->sin6_addr.s6_addr);
  endpoint->low = number(v6->sin6_addr.s6_addr + 8);
  endpoint->port = ntohs(v6->sin6_port);
  endpoint->scope = v6->sin6_scope_id;
  endpoint->version = 6;
  return 0;
}

static socklen_t to_sockaddr(const struct watchkeeper_endpoint *endpoint, struct sockaddr_storage *address) {
  memset(address, 0, sizeof *address);
  if (endpoint->version == 4) {
    struct sockaddr_in *v4 = (void *)address;
    v4->sin_family = AF_INET;
    v4->sin_addr.s_addr = htonl((uint32_t)endpoint->low);
    v4->sin_port = htons(endpoint->port);
    return sizeof *v4;
  }
  struct sockaddr_in6 *v6 = (void *)address;
  v6->sin6_family = AF_INET6;
  put(endpoint->high, v6->sin6_addr.s6_addr);
  put(endpoint->low, v6->sin6_addr.s6_addr + 8);
  v6->sin6_port = htons(endpoint->port);
  v6->sin6_scope_id = endpoint->scope;
  return sizeof *v6;
}

int watchkeeper_endpoint_parse(const char *text, struct watchkeeper_endpoint *endpoint) {
  struct sockaddr_storage address;
  memset(&address, 0, sizeof address);
  struct sockaddr_in *v4 = (void *)&address;
  struct sockaddr_in6 *v6 = (void *)&address;
  char bare[INET6_ADDRSTRLEN];
  const char *scope = strchr(text, '%');
  size_t length = scope ? (size_t)(scope - text) : strlen(text);
  if (length >= sizeof bare) return -1;
  memcpy(bare, text, length);
  bare[length] = 0;
  if (!scope && inet_pton(AF_INET, bare, &v4->sin_addr) == 1) {
    address.ss_family = AF_INET;
  } else if (inet_pton(AF_INET6, bare, &v6->sin6_addr) == 1) {
    address.ss_family = AF_INET6;
    if (scope) {
      v6->sin6_scope_id = if_nametoindex(scope + 1);
      if (v6->sin6_scope_id == 0) v6->sin6_scope_id = (uint32_t)strtoul(scope + 1, NULL, 10);
      if (v6->sin6_scope_id == 0) return -1;
    }
  } else {
    return -1;
  }
  return from_sockaddr(&address, endpoint);
}

int watchkeeper_endpoint_text(const struct watchkeeper_endpoint *endpoint, char *text, size_t capacity) {
  struct sockaddr_storage address;
  to_sockaddr(endpoint, &address);
  const void *bytes = endpoint->version == 4 ? (const void *)&((struct sockaddr_in *)&address)->sin_addr
                                             : (const void *)&((struct sockaddr_in6 *)&address)->sin6_addr;
  if (!inet_ntop(endpoint->version == 4 ? AF_INET : AF_INET6, bytes, text, (socklen_t)capacity)) return -1;
  if (endpoint->scope != 0) {
    char name[IF_NAMESIZE];
    size_t length = strlen(text);
    if (if_indextoname(endpoint->scope, name)) {
      snprintf(text + length, capacity - length, "%%%s", name);
    } else {
      snprintf(text + length, capacity - length, "%%%u", endpoint->scope);
    }
  }
  return 0;
}

int watchkeeper_resolve(const char *host, int version, struct watchkeeper_endpoint *endpoints, int most) {
  struct addrinfo hints;
  memset(&hints, 0, sizeof hints);
  hints.ai_family = version == 4 ? AF_INET : version == 6 ? AF_INET6 : AF_UNSPEC;
  hints.ai_socktype = SOCK_DGRAM;
  struct addrinfo *list = NULL;
  int code = getaddrinfo(host, NULL, &hints, &list);
  if (code != 0) return code < 0 ? code : -code;
  int count = 0;
  for (const struct addrinfo *entry = list; entry && count < most; entry = entry->ai_next) {
    struct sockaddr_storage address;
    memset(&address, 0, sizeof address);
    memcpy(&address, entry->ai_addr, entry->ai_addrlen);
    if (from_sockaddr(&address, &endpoints[count]) == 0) count++;
  }
  freeaddrinfo(list);
  return count;
}

const char *watchkeeper_resolve_problem(int code) { return gai_strerror(code); }

int watchkeeper_socket(int version, int type, int protocol) {
  return socket(version == 6 ? AF_INET6 : AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
}

int watchkeeper_bind(int descriptor, const struct watchkeeper_endpoint *endpoint) {
  struct sockaddr_storage address;
  socklen_t length = to_sockaddr(endpoint, &address);
  return bind(descriptor, (const struct sockaddr *)&address, length);
}

int watchkeeper_connect(int descriptor, const struct watchkeeper_endpoint *endpoint) {
  struct sockaddr_storage address;
  socklen_t length = to_sockaddr(endpoint, &address);
  return connect(descriptor, (const struct sockaddr *)&address, length);
}

int watchkeeper_path_socket(void) { return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

int watchkeeper_connect_path(int descriptor, const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(address.sun_path, path);
  return connect(descriptor, (const struct sockaddr *)&address, sizeof address);
}

long watchkeeper_send(int descriptor, const void *bytes, size_t count) {
  return send(descriptor, bytes, count, MSG_NOSIGNAL);
}

int watchkeeper_accept(int descriptor, struct watchkeeper_endpoint *from) {
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  memset(&address, 0, sizeof address);
  int accepted = accept4(descriptor, (struct sockaddr *)&address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (accepted >= 0) from_sockaddr(&address, from);
  return accepted;
}

int watchkeeper_local_endpoint(int descriptor, struct watchkeeper_endpoint *endpoint) {
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  if (getsockname(descriptor, (struct sockaddr *)&address, &length) != 0) return -1;
  return from_sockaddr(&address, endpoint);
}

int watchkeeper_socket_error(int descriptor) {
  int value = 0;
  socklen_t length = sizeof value;
  return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &value, &length) == 0 ? value : errno;
}

int watchkeeper_socket_option(int descriptor, int level, int option, int value) {
  return setsockopt(descriptor, level, option, &value, sizeof value);
}

long watchkeeper_send_to(
    int descriptor, const void *bytes, size_t count, const struct watchkeeper_endpoint *endpoint) {
  struct sockaddr_storage address;
  socklen_t length = to_sockaddr(endpoint, &address);
  return sendto(descriptor, bytes, count, MSG_NOSIGNAL, (const struct sockaddr *)&address, length);
}

static void read_control(struct msghdr *header, struct watchkeeper_datagram *datagram) {
  for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control; control = CMSG_NXTHDR(header, control)) {
    if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_TIMESTAMPNS) {
      struct timespec time;
      memcpy(&time, CMSG_DATA(control), sizeof time);
      datagram->nanoseconds = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
    } else if (
        (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_TTL) ||
        (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_HOPLIMIT)) {
      int hops;
      memcpy(&hops, CMSG_DATA(control), sizeof hops);
      datagram->hops = (int16_t)hops;
    }
  }
}

int watchkeeper_receive_many(
    int descriptor, void *buffer, size_t each, struct watchkeeper_datagram *datagrams, int most) {
  enum { places = 64 };
  struct mmsghdr headers[places];
  struct iovec pieces[places];
  struct sockaddr_storage addresses[places];
  union {
    char bytes[128];
    struct cmsghdr alignment;
  } controls[places];
  if (most > places) most = places;
  for (int index = 0; index < most; index++) {
    pieces[index] = (struct iovec){(char *)buffer + each * (size_t)index, each};
    headers[index].msg_hdr = (struct msghdr){
        .msg_name = &addresses[index],
        .msg_namelen = sizeof addresses[index],
        .msg_iov = &pieces[index],
        .msg_iovlen = 1,
        .msg_control = controls[index].bytes,
        .msg_controllen = sizeof controls[index].bytes,
    };
  }
  int count = recvmmsg(descriptor, headers, (unsigned)most, MSG_DONTWAIT, NULL);
  for (int index = 0; index < count; index++) {
    struct watchkeeper_datagram *datagram = &datagrams[index];
    memset(datagram, 0, sizeof *datagram);
    from_sockaddr(&addresses[index], &datagram->from);
    datagram->offset = (uint32_t)(each * (size_t)index);
    datagram->count = headers[index].msg_len;
    datagram->is_cut = (headers[index].msg_hdr.msg_flags & MSG_TRUNC) != 0;
    datagram->hops = -1;
    read_control(&headers[index].msg_hdr, datagram);
  }
  return count;
}

static void append_control(struct msghdr *header, int level, int type, const void *value, size_t size) {
  struct cmsghdr *control = (void *)((char *)header->msg_control + header->msg_controllen);
  control->cmsg_level = level;
  control->cmsg_type = type;
  control->cmsg_len = CMSG_LEN(size);
  memcpy(CMSG_DATA(control), value, size);
  header->msg_controllen += CMSG_SPACE(size);
}

static void append_source(struct msghdr *header, const struct watchkeeper_endpoint *source) {
  struct sockaddr_storage address;
  to_sockaddr(source, &address);
  if (source->version == 4) {
    struct in_pktinfo information = {.ipi_spec_dst = ((struct sockaddr_in *)&address)->sin_addr};
    append_control(header, IPPROTO_IP, IP_PKTINFO, &information, sizeof information);
  } else {
    struct in6_pktinfo information = {
        .ipi6_addr = ((struct sockaddr_in6 *)&address)->sin6_addr, .ipi6_ifindex = source->scope};
    append_control(header, IPPROTO_IPV6, IPV6_PKTINFO, &information, sizeof information);
  }
}

long watchkeeper_send_packet(
    int descriptor, const void *bytes, size_t count, const struct watchkeeper_endpoint *to,
    const struct watchkeeper_packet_manner *manner) {
  struct sockaddr_storage address;
  struct iovec piece = {(void *)bytes, count};
  union {
    char bytes[192];
    struct cmsghdr alignment;
  } control;
  memset(&control, 0, sizeof control);
  struct msghdr header = {
      .msg_name = &address, .msg_namelen = to_sockaddr(to, &address), .msg_iov = &piece, .msg_iovlen = 1,
      .msg_control = control.bytes};
  int is_v4 = to->version == 4;
  int level = is_v4 ? IPPROTO_IP : IPPROTO_IPV6;
  if (manner->source.version != 0) append_source(&header, &manner->source);
  int hops = manner->hops, class = manner->traffic_class;
  if (hops > 0) append_control(&header, level, is_v4 ? IP_TTL : IPV6_HOPLIMIT, &hops, sizeof hops);
  if (class >= 0) append_control(&header, level, is_v4 ? IP_TOS : IPV6_TCLASS, &class, sizeof class);
  if (header.msg_controllen == 0) header.msg_control = NULL;
  return sendmsg(descriptor, &header, MSG_NOSIGNAL);
}

int watchkeeper_receive_error(int descriptor, void *buffer, size_t size, struct watchkeeper_packet_error *error) {
  struct sockaddr_storage address;
  struct iovec piece = {buffer, size};
  union {
    char bytes[512];
    struct cmsghdr alignment;
  } control;
  memset(&address, 0, sizeof address);
  memset(error, 0, sizeof *error);
  struct msghdr header = {
      .msg_name = &address, .msg_namelen = sizeof address, .msg_iov = &piece, .msg_iovlen = 1,
      .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  long count = recvmsg(descriptor, &header, MSG_ERRQUEUE | MSG_DONTWAIT);
  if (count < 0) return -1;
  error->count = (uint32_t)count;
  from_sockaddr(&address, &error->to);
  for (struct cmsghdr *entry = CMSG_FIRSTHDR(&header); entry; entry = CMSG_NXTHDR(&header, entry)) {
    int is_told = (entry->cmsg_level == IPPROTO_IP && entry->cmsg_type == IP_RECVERR) ||
                  (entry->cmsg_level == IPPROTO_IPV6 && entry->cmsg_type == IPV6_RECVERR);
    if (!is_told) continue;
    const struct sock_extended_err *told = (const void *)CMSG_DATA(entry);
    error->error = (int)told->ee_errno;
    if (told->ee_errno == EMSGSIZE) error->size_max = told->ee_info;
    if (told->ee_origin != SO_EE_ORIGIN_ICMP && told->ee_origin != SO_EE_ORIGIN_ICMP6) continue;
    error->type = told->ee_type;
    error->code = told->ee_code;
    struct sockaddr_storage offender;
    memset(&offender, 0, sizeof offender);
    size_t room = entry->cmsg_len - CMSG_LEN(sizeof *told);
    memcpy(&offender, SO_EE_OFFENDER(told), room < sizeof offender ? room : sizeof offender);
    from_sockaddr(&offender, &error->by);
  }
  return 0;
}

int watchkeeper_filter_echo_replies(int descriptor, int version, uint16_t identifier) {
  // The type alone is looked at before the kernel copies the packet, the identifier after it.
  struct sock_filter v4[] = {
      BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
      BPF_STMT(BPF_LD | BPF_H | BPF_IND, 4),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, identifier, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  struct sock_filter v6[] = {
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, identifier, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  struct sock_fprog program = {
      .len = version == 4 ? sizeof v4 / sizeof *v4 : sizeof v6 / sizeof *v6, .filter = version == 4 ? v4 : v6};
  if (setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0) return -1;
  if (version == 4) {
    // linux/icmp.h, where ICMP_FILTER stands, and net/if.h cannot be read together. Bit 0 is the echo reply.
    uint32_t types = ~1u;
    return setsockopt(descriptor, SOL_RAW, 1, &types, sizeof types);
  }
  struct icmp6_filter types;
  ICMP6_FILTER_SETBLOCKALL(&types);
  ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &types);
  return setsockopt(descriptor, IPPROTO_ICMPV6, ICMP6_FILTER, &types, sizeof types);
}

uint64_t watchkeeper_random(void) {
  uint64_t value = 0;
  // Up to 256 bytes come whole once the kernel's pool is filled, which was at boot.
  while (getrandom(&value, sizeof value, 0) != (ssize_t)sizeof value) {}
  return value;
}

int watchkeeper_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t data) {
  struct epoll_event event = {.events = events, .data = {.u64 = data}};
  return epoll_ctl(epoll, operation, descriptor, &event);
}

int watchkeeper_epoll_wait(int epoll, uint64_t *data, uint32_t *events, int most, int milliseconds) {
  struct epoll_event found[256];
  if (most > 256) most = 256;
  int count = epoll_wait(epoll, found, most, milliseconds);
  for (int index = 0; index < count; index++) {
    data[index] = found[index].data.u64;
    events[index] = found[index].events;
  }
  return count;
}
