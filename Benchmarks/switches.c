// Switches for Benchmarks/snmp: every address 127.a.b.c is one, all in this process behind one UDP socket.
//
//   switches PORT PORTS DELAY_MS REPLY_BYTES_MAX DEAD_PERCENT
//
// Each has the system group and IF-MIB's two tables, with counters that move. It answers GET, GETNEXT and GETBULK of
// versions 1 and 2c, for any community; a device whose number is among the dead percent answers nothing.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { INTEGER = 0x02, OCTETS = 0x04, NUL = 0x05, NAME = 0x06, SEQUENCE = 0x30 };
enum { COUNTER32 = 0x41, GAUGE32 = 0x42, TICKS = 0x43, COUNTER64 = 0x46 };
enum { GET = 0xa0, GET_NEXT = 0xa1, RESPONSE = 0xa2, GET_BULK = 0xa5 };
enum { NO_SUCH_INSTANCE = 0x81, END_OF_VIEW = 0x82 };
enum { NAMES_MAX = 128, DEPTH_MAX = 32, MESSAGE_MAX = 65507, OWED_MAX = 1 << 16 };

// --- What a switch has -------------------------------------------------------------------------------------------

struct object {
  uint32_t name[DEPTH_MAX];
  int depth;
  uint8_t encoded[64];
  int length;
  uint8_t type;
  int table;  // 2 for ifTable, 31 for ifXTable, 0 for scalars
  int column;
  int port;
};

static struct object *objects;
static int object_count;
static struct timespec started;

static int encode_number(uint32_t number, uint8_t *to) {
  uint8_t reversed[5];
  int count = 0;
  do {
    reversed[count++] = number & 0x7f;
    number >>= 7;
  } while (number);
  for (int index = 0; index < count; index++) to[index] = reversed[count - 1 - index] | (index + 1 < count ? 0x80 : 0);
  return count;
}

static void add(const uint32_t *prefix, int prefix_depth, const uint32_t *rest, int rest_depth, uint8_t type, int table) {
  objects = realloc(objects, sizeof *objects * (size_t)(object_count + 1));
  struct object *object = &objects[object_count++];
  memset(object, 0, sizeof *object);
  memcpy(object->name, prefix, sizeof *prefix * (size_t)prefix_depth);
  memcpy(object->name + prefix_depth, rest, sizeof *rest * (size_t)rest_depth);
  object->depth = prefix_depth + rest_depth;
  object->length = encode_number(object->name[0] * 40 + object->name[1], object->encoded);
  for (int index = 2; index < object->depth; index++)
    object->length += encode_number(object->name[index], object->encoded + object->length);
  object->type = type;
  object->table = table;
  object->column = table ? (int)rest[0] : 0;
  object->port = table ? (int)rest[1] : 0;
}

static void add_table(const uint32_t *prefix, int depth, const uint8_t *types, int columns, int ports, int table) {
  for (int column = 1; column <= columns; column++)
    for (int port = 1; port <= ports; port++)
      add(prefix, depth, (uint32_t[]){(uint32_t)column, (uint32_t)port}, 2, types[column - 1], table);
}

// In the order of the tree, which is that of a table of columns.
static void build(int ports) {
  static const uint32_t system_group[] = {1, 3, 6, 1, 2, 1, 1}, interfaces[] = {1, 3, 6, 1, 2, 1, 2, 1};
  static const uint32_t if_table[] = {1, 3, 6, 1, 2, 1, 2, 2, 1}, if_x_table[] = {1, 3, 6, 1, 2, 1, 31, 1, 1, 1};
  static const uint32_t last_change[] = {1, 3, 6, 1, 2, 1, 31, 1, 5};
  static const uint8_t system_types[] = {OCTETS, NAME, TICKS, OCTETS, OCTETS, OCTETS, INTEGER};
  static const uint8_t if_types[] = {INTEGER,   OCTETS,    INTEGER,   INTEGER,   GAUGE32,   OCTETS,    INTEGER,  INTEGER,
                                     TICKS,     COUNTER32, COUNTER32, COUNTER32, COUNTER32, COUNTER32, COUNTER32, COUNTER32,
                                     COUNTER32, COUNTER32, COUNTER32, COUNTER32, GAUGE32,   NAME};
  static const uint8_t if_x_types[] = {OCTETS,    COUNTER32, COUNTER32, COUNTER32, COUNTER32, COUNTER64, COUNTER64,
                                       COUNTER64, COUNTER64, COUNTER64, COUNTER64, COUNTER64, COUNTER64, INTEGER,
                                       GAUGE32,   INTEGER,   INTEGER,   OCTETS,    TICKS};
  for (uint32_t number = 1; number <= 7; number++)
    add(system_group, 7, (uint32_t[]){number, 0}, 2, system_types[number - 1], 0);
  add(interfaces, 8, (uint32_t[]){0}, 1, INTEGER, 0);
  add_table(if_table, 9, if_types, 22, ports, 2);
  add_table(if_x_table, 10, if_x_types, 19, ports, 31);
  add(last_change, 9, (uint32_t[]){0}, 1, TICKS, 0);
}

static int compare(const uint32_t *one, int one_depth, const uint32_t *other, int other_depth) {
  int shared = one_depth < other_depth ? one_depth : other_depth;
  for (int index = 0; index < shared; index++)
    if (one[index] != other[index]) return one[index] < other[index] ? -1 : 1;
  return one_depth - other_depth;
}

// The first object that is not before the name.
static int place(const uint32_t *name, int depth) {
  int low = 0, high = object_count;
  while (low < high) {
    int middle = (low + high) / 2;
    if (compare(objects[middle].name, objects[middle].depth, name, depth) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

static uint64_t microseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)(now.tv_sec - started.tv_sec) * 1000000u + (uint64_t)(now.tv_nsec / 1000) + 3600000000u;
}

// --- Encoding ----------------------------------------------------------------------------------------------------

struct writer {
  uint8_t *next;
  uint8_t *end;
};

static void put(struct writer *writer, uint8_t type, const void *bytes, int count) {
  *writer->next++ = type;
  *writer->next++ = (uint8_t)count;
  memcpy(writer->next, bytes, (size_t)count);
  writer->next += count;
}

static void put_number(struct writer *writer, uint8_t type, uint64_t number) {
  uint8_t bytes[9];
  int start = 9;
  do {
    bytes[--start] = number & 0xff;
    number >>= 8;
  } while (number);
  if (bytes[start] & 0x80) bytes[--start] = 0;
  put(writer, type, bytes + start, 9 - start);
}

// Room for a length that is known later: three octets, which any decoder takes.
static uint8_t *open_group(struct writer *writer, uint8_t type) {
  *writer->next = type;
  writer->next += 4;
  return writer->next;
}

static void close_group(struct writer *writer, uint8_t *content) {
  size_t length = (size_t)(writer->next - content);
  content[-3] = 0x82;
  content[-2] = (uint8_t)(length >> 8);
  content[-1] = (uint8_t)length;
}

static void put_text(struct writer *writer, const struct object *object, uint32_t device) {
  char text[64];
  if (object->table == 2 && object->column == 6) {
    uint8_t address[] = {2, (uint8_t)(device >> 16), (uint8_t)(device >> 8), (uint8_t)device, 0, (uint8_t)object->port};
    return put(writer, OCTETS, address, sizeof address);
  }
  if (object->table == 31 && object->column == 18)
    snprintf(text, sizeof text, "to host %d of rack %u", object->port, device);
  else if (object->table)
    snprintf(text, sizeof text, "Ethernet1/%d", object->port);
  else
    snprintf(text, sizeof text, "switch-%u", device);
  put(writer, OCTETS, text, (int)strlen(text));
}

static void put_value(struct writer *writer, const struct object *object, uint32_t device, uint64_t now) {
  uint64_t rate = 1000 + (uint64_t)object->port * 37 + device % 101 * 11 + (uint64_t)object->column;
  int is_x = object->table == 31;
  switch (object->type) {
  case OCTETS: return put_text(writer, object, device);
  case NAME:
    if (object->table) return put(writer, NAME, "\0", 1);
    return put(writer, NAME, "\x2b\x06\x01\x04\x01\x82\xed\x1c\x01", 9);
  case INTEGER: {
    int is_index = object->table == 2 && object->column == 1, is_type = object->table == 2 && object->column == 3;
    int is_number = object->depth == 9 && object->name[7] == 1 && !object->table;
    int value = is_index ? object->port : is_type ? 6 : is_number ? objects[object_count - 2].port : 1;
    return put_number(writer, INTEGER, (uint64_t)value);
  }
  case TICKS: return put_number(writer, TICKS, object->table || object->name[6] == 31 ? 100 : now / 10000 & 0xffffffff);
  case GAUGE32: return put_number(writer, GAUGE32, is_x ? 1000 : object->column == 5 ? 1000000000 : 0);
  case COUNTER32: return put_number(writer, COUNTER32, now / 1000 * rate & 0xffffffff);
  default: return put_number(writer, COUNTER64, now / 1000 * rate * 125);
  }
}

// --- Decoding ----------------------------------------------------------------------------------------------------

struct reader {
  const uint8_t *next;
  const uint8_t *end;
};

// The next element's content; a reader at nowhere when there is none.
static struct reader element(struct reader *reader, uint8_t *type) {
  struct reader nothing = {NULL, NULL};
  if (!reader->next || reader->end - reader->next < 2) return nothing;
  *type = reader->next[0];
  size_t length = reader->next[1];
  reader->next += 2;
  if (length & 0x80) {
    int octets = length & 0x7f;
    if (octets < 1 || octets > 3 || reader->end - reader->next < octets) return nothing;
    length = 0;
    while (octets--) length = length << 8 | *reader->next++;
  }
  if ((size_t)(reader->end - reader->next) < length) return nothing;
  struct reader content = {reader->next, reader->next + length};
  reader->next += length;
  return content;
}

static int number(struct reader *reader) {
  uint8_t type;
  struct reader content = element(reader, &type);
  int value = 0;
  while (content.next < content.end) value = value << 8 | *content.next++;
  return value;
}

static int name(struct reader content, uint32_t *to) {
  int depth = 0;
  uint32_t value = 0;
  while (content.next < content.end && depth < DEPTH_MAX - 2) {
    value = value << 7 | (*content.next & 0x7f);
    if (*content.next++ & 0x80) continue;
    if (depth == 0) {
      to[0] = value < 80 ? value / 40 : 2;
      value -= to[0] * 40;
      depth = 1;
    }
    to[depth++] = value;
    value = 0;
  }
  return depth;
}

// --- Answering ---------------------------------------------------------------------------------------------------

struct asked {
  struct reader encoded;
  int at;  // the object that is given next
};

// Writes one binding; 0 when the answer has no room for it.
static int bind_object(struct writer *writer, const struct asked *asked, int at, uint8_t absent, uint32_t device, uint64_t now) {
  if (writer->end - writer->next < 160) return 0;
  uint8_t *start = writer->next;
  writer->next += 2;
  if (at >= 0 && at < object_count) {
    put(writer, NAME, objects[at].encoded, objects[at].length);
    put_value(writer, &objects[at], device, now);
  } else {
    put(writer, NAME, asked->encoded.next, (int)(asked->encoded.end - asked->encoded.next));
    put(writer, absent, "", 0);
  }
  start[0] = SEQUENCE;
  start[1] = (uint8_t)(writer->next - start - 2);
  return 1;
}

// - Returns: the octets of the answer; 0 when there is none.
static size_t answer(const uint8_t *request, size_t count, uint8_t *to, size_t most, uint32_t device) {
  struct reader whole = {request, request + count};
  uint8_t type, kind;
  struct reader message = element(&whole, &type);
  if (!message.next || type != SEQUENCE) return 0;
  int version = number(&message);
  struct reader community = element(&message, &type);
  struct reader unit = element(&message, &kind);
  if (version > 1 || !community.next || !unit.next) return 0;
  int request_id = number(&unit), once = number(&unit), repetitions = number(&unit);
  struct reader list = element(&unit, &type);
  if (!list.next || (kind != GET && kind != GET_NEXT && kind != GET_BULK)) return 0;

  static struct asked asked[NAMES_MAX];
  int names = 0;
  while (list.next < list.end && names < NAMES_MAX) {
    struct reader binding = element(&list, &type);
    struct reader encoded = element(&binding, &type);
    if (!encoded.next || type != NAME || encoded.end - encoded.next > 60) return 0;
    uint32_t numbers[DEPTH_MAX];
    int depth = name(encoded, numbers), at = place(numbers, depth);
    int is_there = at < object_count && compare(objects[at].name, objects[at].depth, numbers, depth) == 0;
    if (kind == GET && !is_there) at = -1;
    asked[names++] = (struct asked){encoded, kind == GET ? at : at + is_there};
  }
  if (kind != GET_BULK) once = names, repetitions = 0;

  struct writer writer = {to, to + most};
  uint64_t now = microseconds();
  uint8_t *outer = open_group(&writer, SEQUENCE);
  put_number(&writer, INTEGER, (uint64_t)version);
  put(&writer, OCTETS, community.next, (int)(community.end - community.next));
  uint8_t *inner = open_group(&writer, RESPONSE);
  put_number(&writer, INTEGER, (uint64_t)request_id);
  uint8_t *status = writer.next;
  put_number(&writer, INTEGER, 0);
  put_number(&writer, INTEGER, 0);
  uint8_t *bindings = open_group(&writer, SEQUENCE);
  uint8_t absent = kind == GET ? NO_SUCH_INSTANCE : END_OF_VIEW;
  int has_room = 1;
  for (int index = 0; index < names && index < once && has_room; index++) {
    int is_absent = asked[index].at < 0 || asked[index].at >= object_count;
    if (is_absent && version == 0) {
      status[2] = 2;  // noSuchName
      status[5] = (uint8_t)(index + 1);
    }
    has_room = bind_object(&writer, &asked[index], asked[index].at, version == 0 ? NUL : absent, device, now);
  }
  for (int repetition = 0; repetition < repetitions && has_room; repetition++)
    for (int index = once; index < names && has_room; index++)
      has_room = bind_object(&writer, &asked[index], asked[index].at++, END_OF_VIEW, device, now);
  close_group(&writer, bindings);
  close_group(&writer, inner);
  close_group(&writer, outer);
  return (size_t)(writer.next - to);
}

// --- The socket --------------------------------------------------------------------------------------------------

struct owed {
  uint64_t due;
  struct sockaddr_in to;
  struct in_addr from;
  size_t count;
  uint8_t *bytes;
};

static void send_from(int descriptor, const struct owed *owed) {
  struct iovec piece = {owed->bytes, owed->count};
  union {
    char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
    struct cmsghdr alignment;
  } control = {0};
  struct sockaddr_in to = owed->to;
  struct msghdr header = {.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &piece, .msg_iovlen = 1,
                          .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  struct cmsghdr *source = CMSG_FIRSTHDR(&header);
  source->cmsg_level = IPPROTO_IP;
  source->cmsg_type = IP_PKTINFO;
  source->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
  struct in_pktinfo information = {.ipi_spec_dst = owed->from};
  memcpy(CMSG_DATA(source), &information, sizeof information);
  sendmsg(descriptor, &header, 0);
}

// - Returns: the octets of a request; 0 when none waits.
static size_t receive(int descriptor, uint8_t *bytes, size_t most, struct owed *owed) {
  struct iovec piece = {bytes, most};
  union {
    char bytes[128];
    struct cmsghdr alignment;
  } control;
  struct msghdr header = {.msg_name = &owed->to, .msg_namelen = sizeof owed->to, .msg_iov = &piece, .msg_iovlen = 1,
                          .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  ssize_t count = recvmsg(descriptor, &header, MSG_DONTWAIT);
  if (count <= 0) return 0;
  for (struct cmsghdr *part = CMSG_FIRSTHDR(&header); part; part = CMSG_NXTHDR(&header, part))
    if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO)
      owed->from = ((struct in_pktinfo *)CMSG_DATA(part))->ipi_addr;
  return (size_t)count;
}

int main(int count, char **arguments) {
  if (count != 6) {
    fprintf(stderr, "usage: switches PORT PORTS DELAY_MS REPLY_BYTES_MAX DEAD_PERCENT\n");
    return 2;
  }
  int port = atoi(arguments[1]), ports = atoi(arguments[2]), dead = atoi(arguments[5]);
  uint64_t delay = (uint64_t)atoi(arguments[3]) * 1000;
  size_t most = (size_t)atoi(arguments[4]);
  if (ports < 1 || ports > 1000 || most < 484 || most > MESSAGE_MAX) return 2;
  clock_gettime(CLOCK_MONOTONIC, &started);
  build(ports);

  int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), yes = 1, room = 32 << 20;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  setsockopt(descriptor, IPPROTO_IP, IP_PKTINFO, &yes, sizeof yes);
  if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room))
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  if (bind(descriptor, (struct sockaddr *)&address, sizeof address)) {
    perror("switches: bind");
    return 1;
  }

  static struct owed queue[OWED_MAX];
  static uint8_t request[4096], reply[MESSAGE_MAX + 256];
  unsigned first = 0, last = 0;
  for (;;) {
    int patience = -1;
    if (first != last) {
      uint64_t now = microseconds(), due = queue[first % OWED_MAX].due;
      patience = due > now ? (int)((due - now + 999) / 1000) : 0;
    }
    struct pollfd waiting = {descriptor, POLLIN, 0};
    if (poll(&waiting, 1, patience) < 0 && errno != EINTR) return 1;
    for (uint64_t now = microseconds(); first != last && queue[first % OWED_MAX].due <= now; first++) {
      send_from(descriptor, &queue[first % OWED_MAX]);
      free(queue[first % OWED_MAX].bytes);
    }
    struct owed owed = {0};
    size_t length;
    for (int turn = 0; turn < 256 && (length = receive(descriptor, request, sizeof request, &owed)); turn++) {
      uint32_t device = ntohl(owed.from.s_addr);
      // Only this host's own addresses; the dead are spread over all.
      if (device >> 24 != 127 || (int)((device & 0xffffff) * 37 % 100) < dead) continue;
      owed.count = answer(request, length, reply, most, device & 0xffffff);
      if (owed.count == 0) continue;
      if (delay == 0) {
        owed.bytes = reply;
        send_from(descriptor, &owed);
      } else if (last - first < OWED_MAX) {
        owed.due = microseconds() + delay;
        owed.bytes = malloc(owed.count);
        if (!owed.bytes) return 1;
        memcpy(owed.bytes, reply, owed.count);
        queue[last++ % OWED_MAX] = owed;
      }
    }
  }
}
