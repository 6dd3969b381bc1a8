#ifndef WATCHKEEPER_CCURL_H
#define WATCHKEEPER_CCURL_H

#include <curl/curl.h>

// curl_easy_setopt and curl_easy_getinfo are variadic, which Swift cannot call: one typed door each.
CURLcode watchkeeper_curl_set_long(CURL *handle, CURLoption option, long value);
CURLcode watchkeeper_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value);
CURLcode watchkeeper_curl_set_text(CURL *handle, CURLoption option, const char *value);
CURLcode watchkeeper_curl_set_pointer(CURL *handle, CURLoption option, void *value);
CURLcode watchkeeper_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value);

/// Called with each piece of a body or each header line; returns the number of bytes taken.
typedef size_t (*watchkeeper_curl_data_function)(char *bytes, size_t size, size_t count, void *context);
CURLcode watchkeeper_curl_set_data_function(CURL *handle, CURLoption option, watchkeeper_curl_data_function function);

CURLcode watchkeeper_curl_get_long(CURL *handle, CURLINFO info, long *value);
CURLcode watchkeeper_curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value);
CURLcode watchkeeper_curl_get_text(CURL *handle, CURLINFO info, const char **value);
CURLcode watchkeeper_curl_get_pointer(CURL *handle, CURLINFO info, void **value);
CURLcode watchkeeper_curl_get_certificates(CURL *handle, struct curl_certinfo **value);

CURLMcode watchkeeper_curl_multi_set_long(CURLM *handle, CURLMoption option, long value);

#endif
