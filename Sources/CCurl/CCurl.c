#include "CCurl.h"

#include <limits.h>
#include <openssl/bn.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

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
CURLcode watchkeeper_curl_set_blob(CURL *handle, CURLoption option, const void *bytes, size_t count) {
  struct curl_blob blob = {.data = (void *)bytes, .len = count, .flags = CURL_BLOB_COPY};
  return curl_easy_setopt(handle, option, &blob);
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
CURLcode watchkeeper_curl_get_list(CURL *handle, CURLINFO info, struct curl_slist **value) {
  return curl_easy_getinfo(handle, info, value);
}
int watchkeeper_curl_knows_http3(void) {
  const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
  return info && (info->features & CURL_VERSION_HTTP3) != 0;
}
CURLMcode watchkeeper_curl_multi_set_long(CURLM *handle, CURLMoption option, long value) {
  return curl_multi_setopt(handle, option, value);
}

// A TLS context carries its observer and that one's context, so that the session's callback finds them.
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int observer_index = -1, context_index = -1;

static void make_indexes(void) {
  observer_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
  context_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

static void session_changed(const SSL *session, int where, int result) {
  (void)result;
  if (!(where & SSL_CB_HANDSHAKE_DONE)) return;
  SSL_CTX *tls = SSL_get_SSL_CTX(session);
  const watchkeeper_tls_observer *observer = SSL_CTX_get_ex_data(tls, observer_index);
  if (!observer) return;
  // Once: a ticket that comes later ends a handshake as well, and whoever asked may be gone by then.
  SSL_CTX_set_ex_data(tls, observer_index, NULL);
  observer->established(SSL_CTX_get_ex_data(tls, context_index), session);
}

static CURLcode connection_stands(CURL *handle, void *tls, void *context) {
  const watchkeeper_tls_observer *observer = NULL;
  if (curl_easy_getinfo(handle, CURLINFO_PRIVATE, &observer) != CURLE_OK || !observer) return CURLE_OK;
  SSL_CTX_set_ex_data(tls, observer_index, (void *)observer);
  SSL_CTX_set_ex_data(tls, context_index, context);
  SSL_CTX_set_info_callback(tls, session_changed);
  observer->began(context);
  return CURLE_OK;
}

CURLcode watchkeeper_curl_observe_tls(CURL *handle, const watchkeeper_tls_observer *observer, void *context) {
  pthread_once(&once, make_indexes);
  curl_easy_setopt(handle, CURLOPT_PRIVATE, observer);
  CURLcode code = curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, context);
  return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, connection_stands);
}

const char *watchkeeper_tls_version(const void *session) { return SSL_get_version(session); }
const char *watchkeeper_tls_cipher(const void *session) { return SSL_get_cipher_name((const SSL *)session); }

static X509 *certificate_at(const void *session, int verified, int index) {
  STACK_OF(X509) *chain = verified ? SSL_get0_verified_chain(session) : SSL_get_peer_cert_chain(session);
  return chain && index < sk_X509_num(chain) ? sk_X509_value(chain, index) : NULL;
}

static long long seconds(const ASN1_TIME *time) {
  struct tm parts;
  return time && ASN1_TIME_to_tm(time, &parts) == 1 ? (long long)timegm(&parts) : LLONG_MIN;
}

int watchkeeper_tls_certificate(const void *session, int verified, int index, watchkeeper_certificate *certificate) {
  X509 *source = certificate_at(session, verified, index);
  unsigned int count = sizeof certificate->fingerprint;
  if (!source || X509_digest(source, EVP_sha256(), certificate->fingerprint, &count) != 1) return 0;
  certificate->not_before = seconds(X509_get0_notBefore(source));
  certificate->not_after = seconds(X509_get0_notAfter(source));
  return 1;
}

static void write_names(BIO *out, X509 *source) {
  GENERAL_NAMES *names = X509_get_ext_d2i(source, NID_subject_alt_name, NULL, NULL);
  for (int index = 0; index < sk_GENERAL_NAME_num(names); index++) {
    if (index > 0) BIO_write(out, "\n", 1);
    GENERAL_NAME_print(out, sk_GENERAL_NAME_value(names, index));
  }
  GENERAL_NAMES_free(names);
}

static void write_value(BIO *out, const unsigned char *text, int length) {
  for (int at = 0; at < length; at++) {
    int is_edge_blank = text[at] == ' ' && (at == 0 || at == length - 1);
    if (is_edge_blank || (text[at] == '#' && at == 0) || strchr(",+\"\\<>;", text[at])) BIO_write(out, "\\", 1);
    BIO_write(out, text + at, 1);
  }
}

// Parts of other kinds come last, as `1.2.3=#13…`: the value's DER, a PrintableString or else a UTF8String.
static void write_other(BIO *out, const ASN1_OBJECT *kind, const unsigned char *text, int length) {
  char number[128];
  OBJ_obj2txt(number, sizeof number, kind, 1);
  int is_printable = 1;
  for (int at = 0; at < length; at++) {
    unsigned char byte = text[at];
    if (!(byte >= 'a' && byte <= 'z') && !(byte >= 'A' && byte <= 'Z') && !(byte >= '0' && byte <= '9') &&
        (byte == 0 || !strchr(" '()+,-./:=?", byte)))
      is_printable = 0;
  }
  BIO_printf(out, "%s=#%02x", number, is_printable ? 0x13 : 0x0c);
  if (length < 128) BIO_printf(out, "%02x", length);
  else if (length < 256) BIO_printf(out, "81%02x", length);
  else BIO_printf(out, "82%04x", length & 0xffff);
  for (int at = 0; at < length; at++) BIO_printf(out, "%02x", text[at]);
}

// Dashboards know names as Go writes them: the known parts in one order, whatever order the certificate has.
static void write_name(BIO *out, const X509_NAME *name) {
  static const struct { int kind; const char *text; } parts[] = {
    {NID_serialNumber, "SERIALNUMBER"}, {NID_commonName, "CN"}, {NID_postalCode, "POSTALCODE"},
    {NID_streetAddress, "STREET"}, {NID_stateOrProvinceName, "ST"}, {NID_localityName, "L"},
    {NID_organizationalUnitName, "OU"}, {NID_organizationName, "O"}, {NID_countryName, "C"}, {0, NULL},
  };
  int written = 0;
  for (int part = 0; part < 10; part++) {
    int repeated = 0;
    for (int index = 0; index < X509_NAME_entry_count(name); index++) {
      const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, index);
      int kind = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)), is_known = 0;
      for (int other = 0; parts[other].text; other++) is_known |= parts[other].kind == kind;
      if (parts[part].text ? parts[part].kind != kind : is_known) continue;
      unsigned char *text = NULL;
      int length = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));
      if (length < 0) continue;
      if (written++) BIO_write(out, repeated && parts[part].text ? "+" : ",", 1);
      repeated = 1;
      if (parts[part].text) {
        BIO_printf(out, "%s=", parts[part].text);
        write_value(out, text, length);
      } else {
        write_other(out, X509_NAME_ENTRY_get_object(entry), text, length);
      }
      OPENSSL_free(text);
    }
  }
}

static void write_serial(BIO *out, X509 *source) {
  BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(source), NULL);
  char *digits = number ? BN_bn2hex(number) : NULL;
  for (char *digit = digits; digit && *digit; digit++) {
    if (*digit >= 'A' && *digit <= 'F') *digit += 'a' - 'A';
  }
  if (digits) BIO_puts(out, digits);
  OPENSSL_free(digits);
  BN_free(number);
}

size_t watchkeeper_tls_certificate_text(const void *session, int index, int part, char *text, size_t capacity) {
  X509 *source = certificate_at(session, 0, index);
  BIO *out = source ? BIO_new(BIO_s_mem()) : NULL;
  if (!out) return 0;
  switch (part) {
  case 0: write_name(out, X509_get_subject_name(source)); break;
  case 1: write_name(out, X509_get_issuer_name(source)); break;
  case 2: write_serial(out, source); break;
  case 3: write_names(out, source); break;
  }
  char *bytes;
  long written = BIO_get_mem_data(out, &bytes);
  size_t count = written > 0 ? (size_t)written : 0;
  if (count > capacity) count = capacity;
  if (count > 0) memcpy(text, bytes, count);
  BIO_free(out);
  return count;
}
