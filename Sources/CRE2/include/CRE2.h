#ifndef WATCHKEEPER_CRE2_H
#define WATCHKEEPER_CRE2_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled RE2 pattern. Opaque to Swift so that no C++ header is ever imported there.
typedef struct watchkeeper_re2 watchkeeper_re2;

/// Compiles `pattern`; when it is refused, `*error` holds a message to be freed with `watchkeeper_re2_free_text`.
watchkeeper_re2 *watchkeeper_re2_compile(const char *pattern, size_t length, size_t memory_limit, char **error);
void watchkeeper_re2_free(watchkeeper_re2 *pattern);
void watchkeeper_re2_free_text(char *text);

/// 1 when the whole text matches, 0 when not.
int watchkeeper_re2_full_match(const watchkeeper_re2 *pattern, const char *text, size_t length);

/// Instructions of the compiled program: what it cost to make.
int watchkeeper_re2_program_size(const watchkeeper_re2 *pattern);

/// Number of capturing groups.
int watchkeeper_re2_group_count(const watchkeeper_re2 *pattern);

/// Finds the first match at or after `start`; fills `starts`/`ends` (byte offsets, -1 when a group took no part)
/// for up to `capacity` groups, group 0 first. `anchored` non-zero demands that the whole text matches.
int watchkeeper_re2_match(const watchkeeper_re2 *pattern, const char *text, size_t length, size_t start, int anchored,
                          ptrdiff_t *starts, ptrdiff_t *ends, int capacity);

/// The name of group `index`, or NULL. Valid as long as the pattern.
const char *watchkeeper_re2_group_name(const watchkeeper_re2 *pattern, int index);

#ifdef __cplusplus
}
#endif

#endif
