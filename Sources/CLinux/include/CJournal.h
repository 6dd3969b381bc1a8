#ifndef WATCHKEEPER_CJOURNAL_H
#define WATCHKEEPER_CJOURNAL_H

#include <stddef.h>

/// systemd's journal, read through libsystemd, which is loaded when it is first asked for.
struct watchkeeper_journal;

/// Opens the journal of this host, or the files in `directory`. - Returns: 0, or -errno; -ENOSYS without libsystemd.
int watchkeeper_journal_open(const char *directory, struct watchkeeper_journal **journal);
void watchkeeper_journal_close(struct watchkeeper_journal *journal);
/// Entries with this field and value, as `FIELD=value`; matches of one field are alternatives.
int watchkeeper_journal_match(struct watchkeeper_journal *journal, const char *match);
/// Goes behind the last entry, so that only what comes is read.
int watchkeeper_journal_seek_end(struct watchkeeper_journal *journal);
/// Goes to the entry of a cursor, which is the last one that was read. - Returns: 1 when it is still there, 0 when not.
int watchkeeper_journal_seek_cursor(struct watchkeeper_journal *journal, const char *cursor);
/// The next entry. - Returns: 1, 0 at the end, or -errno.
int watchkeeper_journal_next(struct watchkeeper_journal *journal);
/// A field of the current entry, without its name. The bytes live until the next call.
int watchkeeper_journal_field(
  struct watchkeeper_journal *journal, const char *field, const void **data, size_t *length);
/// The current entry's cursor, cut to `size`. - Returns: 0, or -errno.
int watchkeeper_journal_cursor(struct watchkeeper_journal *journal, char *cursor, size_t size);

#endif
