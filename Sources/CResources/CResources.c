#include "CResources.h"

/* One block for each file in Files/ and one line in the table; a test compares both with the folder. */
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char app_js[] = {
#embed "Files/app.js"
};
static const unsigned char favicon_svg[] = {
#embed "Files/favicon.svg"
};
static const unsigned char layout_mustache[] = {
#embed "Files/layout.mustache"
};
static const unsigned char need_mustache[] = {
#embed "Files/need.mustache"
};
static const unsigned char overview_mustache[] = {
#embed "Files/overview.mustache"
};
static const unsigned char phrase_mustache[] = {
#embed "Files/phrase.mustache"
};
static const unsigned char problem_mustache[] = {
#embed "Files/problem.mustache"
};
static const unsigned char spark_mustache[] = {
#embed "Files/spark.mustache"
};
static const unsigned char sprite_mustache[] = {
#embed "Files/sprite.mustache"
};
static const unsigned char watchkeeper_css[] = {
#embed "Files/watchkeeper.css"
};

static const struct {
  const char *name;
  const unsigned char *bytes;
  size_t length;
} table[] = {
    {"app.js", app_js, sizeof app_js},
    {"favicon.svg", favicon_svg, sizeof favicon_svg},
    {"layout.mustache", layout_mustache, sizeof layout_mustache},
    {"need.mustache", need_mustache, sizeof need_mustache},
    {"overview.mustache", overview_mustache, sizeof overview_mustache},
    {"phrase.mustache", phrase_mustache, sizeof phrase_mustache},
    {"problem.mustache", problem_mustache, sizeof problem_mustache},
    {"spark.mustache", spark_mustache, sizeof spark_mustache},
    {"sprite.mustache", sprite_mustache, sizeof sprite_mustache},
    {"watchkeeper.css", watchkeeper_css, sizeof watchkeeper_css},
};

int watchkeeper_resource_count(void) { return (int)(sizeof table / sizeof table[0]); }

const char *watchkeeper_resource_name(int index) {
  return index >= 0 && index < watchkeeper_resource_count() ? table[index].name : 0;
}

const unsigned char *watchkeeper_resource_bytes(int index, size_t *length) {
  if (index < 0 || index >= watchkeeper_resource_count()) {
    *length = 0;
    return 0;
  }
  *length = table[index].length;
  return table[index].bytes;
}
