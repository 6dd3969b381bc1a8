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

/// Bytes that libcurl copies.
CURLcode watchkeeper_curl_set_blob(CURL *handle, CURLoption option, const void *bytes, size_t count);

/// What is told of a TLS connection: first that the handshake is about to begin, which is when the TCP connection
/// stands, then that it has ended well.
typedef struct {
  void (*began)(void *context);
  /// `session` lives as long as the call.
  void (*established)(void *context, const void *session);
} watchkeeper_tls_observer;
/// `observer` is kept by address.
CURLcode watchkeeper_curl_observe_tls(CURL *handle, const watchkeeper_tls_observer *observer, void *context);

/// The negotiated protocol and cipher of a session.
const char *watchkeeper_tls_version(const void *session);
const char *watchkeeper_tls_cipher(const void *session);

/// Of a presented certificate. Times are seconds since 1970; LLONG_MIN when they cannot be read.
typedef struct {
  unsigned char fingerprint[32];
  long long not_before;
  long long not_after;
} watchkeeper_certificate;
/// The certificate at `index` of the presented chain, the server's own first; for a session that was verified,
/// `verified` != 0 means the chain that was built to a trusted authority. Returns 0 behind the last one.
int watchkeeper_tls_certificate(const void *session, int verified, int index, watchkeeper_certificate *certificate);
/// One text of the presented certificate at `index`: 0 its subject, 1 its issuer (both as Go writes them), 2 its serial
/// number in lower-case hexadecimal, 3 its alternative names, one a line (`DNS:a`). Returns its bytes, at most `capacity`.
size_t watchkeeper_tls_certificate_text(const void *session, int index, int part, char *text, size_t capacity);

CURLcode watchkeeper_curl_get_long(CURL *handle, CURLINFO info, long *value);
CURLcode watchkeeper_curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value);
CURLcode watchkeeper_curl_get_text(CURL *handle, CURLINFO info, const char **value);
CURLcode watchkeeper_curl_get_pointer(CURL *handle, CURLINFO info, void **value);
CURLcode watchkeeper_curl_get_list(CURL *handle, CURLINFO info, struct curl_slist **value);

/// Whether the installed libcurl speaks HTTP/3.
int watchkeeper_curl_knows_http3(void);

CURLMcode watchkeeper_curl_multi_set_long(CURLM *handle, CURLMoption option, long value);

#endif
