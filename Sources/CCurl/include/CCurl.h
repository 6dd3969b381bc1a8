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

/// Called when a TLS handshake is about to begin, which is when the TCP connection stands.
typedef CURLcode (*watchkeeper_curl_tls_function)(CURL *handle, void *tls_context, void *context);
CURLcode watchkeeper_curl_set_tls_function(CURL *handle, watchkeeper_curl_tls_function function, void *context);

CURLcode watchkeeper_curl_get_long(CURL *handle, CURLINFO info, long *value);
CURLcode watchkeeper_curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value);
CURLcode watchkeeper_curl_get_text(CURL *handle, CURLINFO info, const char **value);
CURLcode watchkeeper_curl_get_pointer(CURL *handle, CURLINFO info, void **value);
CURLcode watchkeeper_curl_get_certificates(CURL *handle, struct curl_certinfo **value);

/// The negotiated TLS protocol and cipher of a handle that is being served; NULL when there is no TLS session.
/// To be called from a callback of the transfer: libcurl detaches the connection when the transfer ends.
const char *watchkeeper_curl_tls_version(CURL *handle);
const char *watchkeeper_curl_tls_cipher(CURL *handle);

CURLMcode watchkeeper_curl_multi_set_long(CURLM *handle, CURLMoption option, long value);

#endif
