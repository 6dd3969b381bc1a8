#define _GNU_SOURCE
#include "CJournal.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct sd_journal sd_journal;

static struct {
  int (*open)(sd_journal **, int);
  int (*open_directory)(sd_journal **, const char *, int);
  void (*close)(sd_journal *);
  int (*add_match)(sd_journal *, const void *, size_t);
  int (*seek_head)(sd_journal *);
  int (*seek_tail)(sd_journal *);
  int (*seek_cursor)(sd_journal *, const char *);
  int (*test_cursor)(sd_journal *, const char *);
  int (*previous)(sd_journal *);
  int (*next)(sd_journal *);
  int (*get_fd)(sd_journal *);
  int (*process)(sd_journal *);
  int (*get_data)(sd_journal *, const char *, const void **, size_t *);
  int (*get_cursor)(sd_journal *, char **);
  int (*set_data_threshold)(sd_journal *, size_t);
  int is_complete;
} library;

static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void load_library(void) {
  void *handle = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!handle) return;
  const struct {
    const char *name;
    void *target;
  } symbols[] = {
    {"sd_journal_open", &library.open},
    {"sd_journal_open_directory", &library.open_directory},
    {"sd_journal_close", &library.close},
    {"sd_journal_add_match", &library.add_match},
    {"sd_journal_seek_head", &library.seek_head},
    {"sd_journal_seek_tail", &library.seek_tail},
    {"sd_journal_seek_cursor", &library.seek_cursor},
    {"sd_journal_test_cursor", &library.test_cursor},
    {"sd_journal_previous", &library.previous},
    {"sd_journal_next", &library.next},
    {"sd_journal_get_fd", &library.get_fd},
    {"sd_journal_process", &library.process},
    {"sd_journal_get_data", &library.get_data},
    {"sd_journal_get_cursor", &library.get_cursor},
    {"sd_journal_set_data_threshold", &library.set_data_threshold},
  };
  for (size_t index = 0; index < sizeof symbols / sizeof symbols[0]; index++) {
    void *found = dlsym(handle, symbols[index].name);
    if (!found) return;
    memcpy(symbols[index].target, &found, sizeof found);
  }
  library.is_complete = 1;
}

struct watchkeeper_journal {
  sd_journal *journal;
};

int watchkeeper_journal_open(const char *directory, struct watchkeeper_journal **journal) {
  pthread_once(&library_once, load_library);
  if (!library.is_complete) return -ENOSYS;
  struct watchkeeper_journal *made = calloc(1, sizeof *made);
  if (!made) return -ENOMEM;
  // 1: only what this machine's own journal holds.
  int result = directory ? library.open_directory(&made->journal, directory, 0) : library.open(&made->journal, 1);
  if (result < 0) {
    free(made);
    return result;
  }
  library.set_data_threshold(made->journal, 64 << 10);
  // From now on the library hears of new and rotated files.
  library.get_fd(made->journal);
  *journal = made;
  return 0;
}

void watchkeeper_journal_close(struct watchkeeper_journal *journal) {
  library.close(journal->journal);
  free(journal);
}

int watchkeeper_journal_match(struct watchkeeper_journal *journal, const char *match) {
  return library.add_match(journal->journal, match, strlen(match));
}

int watchkeeper_journal_seek_end(struct watchkeeper_journal *journal) {
  int result = library.seek_tail(journal->journal);
  if (result < 0) return result;
  result = library.previous(journal->journal);
  // An empty journal has no last entry: its first will be the next.
  return result == 0 ? library.seek_head(journal->journal) : result;
}

int watchkeeper_journal_seek_cursor(struct watchkeeper_journal *journal, const char *cursor) {
  int result = library.seek_cursor(journal->journal, cursor);
  if (result < 0) return result;
  result = library.next(journal->journal);
  if (result <= 0) return result;
  if (library.test_cursor(journal->journal, cursor) > 0) return 1;
  // The entry is gone, and this is the first after it: it is to be read next.
  library.previous(journal->journal);
  return 0;
}

int watchkeeper_journal_next(struct watchkeeper_journal *journal) {
  int result = library.next(journal->journal);
  if (result != 0) return result;
  // Files may have been added or rotated since.
  library.process(journal->journal);
  return library.next(journal->journal);
}

int watchkeeper_journal_field(
  struct watchkeeper_journal *journal, const char *field, const void **data, size_t *length) {
  int result = library.get_data(journal->journal, field, data, length);
  if (result < 0) return result;
  size_t skipped = strlen(field) + 1;
  if (*length < skipped) return -EBADMSG;
  *data = (const char *)*data + skipped;
  *length -= skipped;
  return 0;
}

int watchkeeper_journal_cursor(struct watchkeeper_journal *journal, char *cursor, size_t size) {
  char *text = NULL;
  int result = library.get_cursor(journal->journal, &text);
  if (result < 0) return result;
  if (strlen(text) >= size) {
    free(text);
    return -E2BIG;
  }
  strcpy(cursor, text);
  free(text);
  return 0;
}
