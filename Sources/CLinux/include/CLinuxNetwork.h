#ifndef WATCHKEEPER_CLINUX_NETWORK_H
#define WATCHKEEPER_CLINUX_NETWORK_H

#include <stddef.h>
#include <stdint.h>

/// An IP address and a port. An IPv4 address is the low 32 bits of `low`; both halves are numbers, not network order.
struct watchkeeper_endpoint {
  uint64_t high;
  uint64_t low;
  /// The number of the interface that a link-local address belongs to; 0 for any other.
  uint32_t scope;
  uint16_t port;
  /// 4 or 6.
  uint8_t version;
};

/// Reads a numeric address, with `%interface` where it is link-local.
/// - Returns: 0, or -1 when the text is none.
int watchkeeper_endpoint_parse(const char *text, struct watchkeeper_endpoint *endpoint);

/// Writes the numeric address without the port; `capacity` of at least 64 holds any.
int watchkeeper_endpoint_text(const struct watchkeeper_endpoint *endpoint, char *text, size_t capacity);

/// Asks the system's resolver, which may block for many seconds.
/// - Parameter version: 4, 6, or 0 for either.
/// - Returns: how many addresses were written, in the system's order of preference, or a negative EAI_… code.
int watchkeeper_resolve(const char *host, int version, struct watchkeeper_endpoint *endpoints, int most);

/// What a code of `watchkeeper_resolve` means.
const char *watchkeeper_resolve_problem(int code);

/// Opens a socket that neither blocks nor is inherited.
/// - Parameter type: SOCK_DGRAM, SOCK_STREAM or SOCK_RAW.
/// - Returns: a descriptor, or -1 with errno.
int watchkeeper_socket(int version, int type, int protocol);

int watchkeeper_bind(int descriptor, const struct watchkeeper_endpoint *endpoint);
int watchkeeper_connect(int descriptor, const struct watchkeeper_endpoint *endpoint);

/// A stream socket of this host alone, which neither blocks nor is inherited.
int watchkeeper_path_socket(void);
int watchkeeper_connect_path(int descriptor, const char *path);

/// Sends on a connected stream. A peer that has gone is an error, never a signal.
/// - Returns: bytes sent, or -1 with errno.
long watchkeeper_send(int descriptor, const void *bytes, size_t count);
/// Takes a connection that waits; it neither blocks nor is inherited.
/// - Returns: its descriptor, or -1 with errno.
int watchkeeper_accept(int descriptor, struct watchkeeper_endpoint *from);

/// The socket's own address.
int watchkeeper_local_endpoint(int descriptor, struct watchkeeper_endpoint *endpoint);

/// How a connection attempt ended: 0, or the error number.
int watchkeeper_socket_error(int descriptor);

/// Sets an option that is a number. - Returns: 0, or -1 with errno.
int watchkeeper_socket_option(int descriptor, int level, int option, int value);

/// - Returns: bytes sent, or -1 with errno.
long watchkeeper_send_to(
    int descriptor, const void *bytes, size_t count, const struct watchkeeper_endpoint *endpoint);

/// Where one datagram of `watchkeeper_receive_many` lies.
struct watchkeeper_datagram {
  struct watchkeeper_endpoint from;
  /// At this many bytes from the buffer's start.
  uint32_t offset;
  uint32_t count;
  /// Whether it was longer than its place; what is there is its start.
  uint8_t is_cut;
  /// The hop limit of the packet, or -1 when the socket does not tell (IP_RECVTTL, IPV6_RECVHOPLIMIT).
  int16_t hops;
  /// When the kernel took it in, in nanoseconds since 1970; 0 when the socket does not tell (SO_TIMESTAMPNS).
  int64_t nanoseconds;
};

/// Takes the datagrams that wait, at most `most` (64), each in a place of `each` bytes.
/// - Returns: how many, or -1 with errno.
int watchkeeper_receive_many(
    int descriptor, void *buffer, size_t each, struct watchkeeper_datagram *datagrams, int most);

/// How one packet is sent where that differs from its socket's way.
struct watchkeeper_packet_manner {
  /// The address of this host that it comes from; version 0 leaves the choice to the kernel.
  struct watchkeeper_endpoint source;
  /// The hop limit; 0 for the kernel's own.
  int16_t hops;
  /// The type of service or traffic class; -1 for the kernel's own.
  int16_t traffic_class;
};

/// - Returns: bytes sent, or -1 with errno.
long watchkeeper_send_packet(
    int descriptor, const void *bytes, size_t count, const struct watchkeeper_endpoint *to,
    const struct watchkeeper_packet_manner *manner);

/// What the network said about a packet of ours (IP_RECVERR).
struct watchkeeper_packet_error {
  struct watchkeeper_endpoint to;
  /// Who said it; version 0 when it was this host.
  struct watchkeeper_endpoint by;
  int error;
  /// Of the ICMP message; 0 when there was none.
  uint8_t type;
  uint8_t code;
  /// The greatest packet that may pass, when the error is EMSGSIZE.
  uint32_t size_max;
  /// Bytes of our packet that came back, from its ICMP or UDP header on.
  uint32_t count;
};

/// Takes one error that waits. - Returns: 0, or -1 with errno.
int watchkeeper_receive_error(int descriptor, void *buffer, size_t size, struct watchkeeper_packet_error *error);

/// Lets a raw ICMP socket have only the echo replies with this identifier.
/// - Returns: 0, or -1 with errno.
int watchkeeper_filter_echo_replies(int descriptor, int version, uint16_t identifier);

/// An unpredictable number from the kernel, for what nobody may guess or forge.
uint64_t watchkeeper_random(void);

/// An epoll instance is told of `events` at `descriptor` from now on; `events` 0 ends it.
/// - Parameter operation: EPOLL_CTL_ADD, EPOLL_CTL_MOD or EPOLL_CTL_DEL.
int watchkeeper_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t data);

/// - Returns: how many of the most 256 events were written, or -1 with errno.
int watchkeeper_epoll_wait(int epoll, uint64_t *data, uint32_t *events, int most, int milliseconds);

#endif
