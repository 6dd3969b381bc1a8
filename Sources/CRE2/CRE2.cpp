#include "CRE2.h"

#include <re2/re2.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

struct watchkeeper_re2 {
  re2::RE2 pattern;
  std::map<int, std::string> names;

  watchkeeper_re2(const re2::StringPiece &text, const re2::RE2::Options &options)
      : pattern(text, options), names(pattern.ok() ? pattern.CapturingGroupNames() : std::map<int, std::string>()) {}
};

static char *copy_text(const std::string &text) {
  char *copy = static_cast<char *>(malloc(text.size() + 1));
  if (copy) memcpy(copy, text.c_str(), text.size() + 1);
  return copy;
}

extern "C" {

watchkeeper_re2 *watchkeeper_re2_compile(const char *text, size_t length, size_t memory_limit, char **error) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(true);
  options.set_max_mem(static_cast<int64_t>(memory_limit));
  auto *compiled = new watchkeeper_re2(re2::StringPiece(text, length), options);
  if (compiled->pattern.ok()) return compiled;
  *error = copy_text(compiled->pattern.error());
  delete compiled;
  return nullptr;
}

void watchkeeper_re2_free(watchkeeper_re2 *pattern) { delete pattern; }

void watchkeeper_re2_free_text(char *text) { free(text); }

int watchkeeper_re2_full_match(const watchkeeper_re2 *pattern, const char *text, size_t length) {
  return pattern->pattern.Match(re2::StringPiece(text, length), 0, length, re2::RE2::ANCHOR_BOTH, nullptr, 0) ? 1 : 0;
}

int watchkeeper_re2_program_size(const watchkeeper_re2 *pattern) { return pattern->pattern.ProgramSize(); }

int watchkeeper_re2_group_count(const watchkeeper_re2 *pattern) {
  return pattern->pattern.NumberOfCapturingGroups();
}

int watchkeeper_re2_match(const watchkeeper_re2 *pattern, const char *text, size_t length, size_t start, int anchored,
                          ptrdiff_t *starts, ptrdiff_t *ends, int capacity) {
  int groups = pattern->pattern.NumberOfCapturingGroups() + 1;
  if (groups > capacity) groups = capacity;
  std::vector<re2::StringPiece> parts(groups);
  auto anchor = anchored ? re2::RE2::ANCHOR_BOTH : re2::RE2::UNANCHORED;
  if (!pattern->pattern.Match(re2::StringPiece(text, length), start, length, anchor, parts.data(), groups)) return 0;
  for (int index = 0; index < groups; index++) {
    bool took_part = parts[index].data() != nullptr;
    starts[index] = took_part ? parts[index].data() - text : -1;
    ends[index] = took_part ? starts[index] + static_cast<ptrdiff_t>(parts[index].size()) : -1;
  }
  return groups;
}

const char *watchkeeper_re2_group_name(const watchkeeper_re2 *pattern, int index) {
  auto found = pattern->names.find(index);
  return found == pattern->names.end() ? nullptr : found->second.c_str();
}

}
