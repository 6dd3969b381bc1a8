#include "CCurl.h"

#include <openssl/ssl.h>

CURLcode watchkeeper_curl_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}
CURLcode watchkeeper_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}
CURLcode watchkeeper_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}
CURLcode watchkeeper_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return curl_easy_setopt(handle, option, value);
}
CURLcode watchkeeper_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(handle, option, value);
}
CURLcode watchkeeper_curl_set_data_function(CURL *handle, CURLoption option, watchkeeper_curl_data_function function) {
  return curl_easy_setopt(handle, option, function);
}
CURLcode watchkeeper_curl_set_tls_function(CURL *handle, watchkeeper_curl_tls_function function, void *context) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, context);
  return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, function);
}
CURLcode watchkeeper_curl_get_long(CURL *handle, CURLINFO info, long *value) {
  return curl_easy_getinfo(handle, info, value);
}
CURLcode watchkeeper_curl_get_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
  return curl_easy_getinfo(handle, info, value);
}
CURLcode watchkeeper_curl_get_text(CURL *handle, CURLINFO info, const char **value) {
  return curl_easy_getinfo(handle, info, value);
}
CURLcode watchkeeper_curl_get_pointer(CURL *handle, CURLINFO info, void **value) {
  return curl_easy_getinfo(handle, info, value);
}
CURLcode watchkeeper_curl_get_certificates(CURL *handle, struct curl_certinfo **value) {
  return curl_easy_getinfo(handle, CURLINFO_CERTINFO, value);
}
CURLMcode watchkeeper_curl_multi_set_long(CURLM *handle, CURLMoption option, long value) {
  return curl_multi_setopt(handle, option, value);
}

static const SSL *tls_session(CURL *handle) {
  struct curl_tlssessioninfo *session = NULL;
  if (curl_easy_getinfo(handle, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || !session) return NULL;
  return session->backend == CURLSSLBACKEND_OPENSSL ? session->internals : NULL;
}
const char *watchkeeper_curl_tls_version(CURL *handle) {
  const SSL *session = tls_session(handle);
  return session ? SSL_get_version(session) : NULL;
}
const char *watchkeeper_curl_tls_cipher(CURL *handle) {
  const SSL *session = tls_session(handle);
  return session ? SSL_get_cipher_name(session) : NULL;
}
