#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "CTLSSession.h"

/// Whether the last certificate was followed by no other, rather than by a broken one.
static int is_at_end(void) {
  int is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (is_end) ERR_clear_error();
  return is_end;
}

static int use_chain(SSL_CTX *context, BIO *file) {
  X509 *own = PEM_read_bio_X509_AUX(file, NULL, watchkeeper_no_password, NULL);
  int is_used = own && SSL_CTX_use_certificate(context, own) == 1;
  X509_free(own);
  if (!is_used) return 0;
  X509 *next;
  while ((next = PEM_read_bio_X509(file, NULL, watchkeeper_no_password, NULL))) {
    if (SSL_CTX_add0_chain_cert(context, next) != 1) {
      X509_free(next);
      return 0;
    }
  }
  return is_at_end();
}

static int use_key(SSL_CTX *context, BIO *file) {
  EVP_PKEY *key = PEM_read_bio_PrivateKey(file, NULL, watchkeeper_no_password, NULL);
  if (!key) return WATCHKEEPER_SERVER_FAULT_KEY;
  int fault = WATCHKEEPER_SERVER_FAULT_NONE;
  // A key of another kind than the certificate's would be taken for that of a certificate that is still to come.
  if (X509_check_private_key(SSL_CTX_get0_certificate(context), key) != 1) {
    fault = WATCHKEEPER_SERVER_FAULT_MISMATCH;
  } else if (SSL_CTX_use_PrivateKey(context, key) != 1) {
    fault = WATCHKEEPER_SERVER_FAULT_KEY;
  }
  EVP_PKEY_free(key);
  return fault;
}

static int use_authorities(SSL_CTX *context, BIO *file) {
  X509 *authority;
  int count = 0;
  while ((authority = PEM_read_bio_X509(file, NULL, watchkeeper_no_password, NULL))) {
    int is_used = X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority) == 1 &&
                  SSL_CTX_add_client_CA(context, authority) == 1;
    X509_free(authority);
    if (!is_used) return 0;
    count++;
  }
  return is_at_end() && count > 0;
}

// MARK: The names of clients

/// What a context keeps: the bytes of all names, each ended by a zero.
struct client_names {
  size_t count;
  char bytes[];
};

static void names_free(void *parent, void *names, CRYPTO_EX_DATA *data, int index, long number, void *pointer) {
  (void)parent, (void)data, (void)index, (void)number, (void)pointer;
  OPENSSL_free(names);
}

static int kept_index = -1;

static void make_index(void) { kept_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, names_free); }

static int names_index(void) {
  static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;
  CRYPTO_THREAD_run_once(&once, make_index);
  return kept_index;
}

/// Whether a name of the certificate is this one: a DNS name in any case, an address by its bytes, others to the letter.
/// A wildcard in the certificate stands for itself.
static int is_named(const GENERAL_NAME *borne, const char *wanted) {
  const ASN1_STRING *text = NULL;
  switch (borne->type) {
    case GEN_DNS: text = borne->d.dNSName; break;
    case GEN_EMAIL: text = borne->d.rfc822Name; break;
    case GEN_URI: text = borne->d.uniformResourceIdentifier; break;
    case GEN_IPADD: {
      ASN1_OCTET_STRING *address = a2i_IPADDRESS(wanted);
      if (!address) ERR_clear_error();
      int is_same = address && ASN1_OCTET_STRING_cmp(address, borne->d.iPAddress) == 0;
      ASN1_OCTET_STRING_free(address);
      return is_same;
    }
    default: return 0;
  }
  const char *bytes = (const char *)ASN1_STRING_get0_data(text);
  size_t count = (size_t)ASN1_STRING_length(text);
  if (count != strlen(wanted) || memchr(bytes, 0, count)) return 0;
  return (borne->type == GEN_DNS ? OPENSSL_strncasecmp(bytes, wanted, count) : memcmp(bytes, wanted, count)) == 0;
}

static int bears_name(X509 *certificate, const struct client_names *names) {
  GENERAL_NAMES *borne = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
  int is_found = 0;
  for (int index = 0; index < sk_GENERAL_NAME_num(borne) && !is_found; index++) {
    for (size_t at = 0; at < names->count && !is_found; at += strlen(names->bytes + at) + 1) {
      is_found = is_named(sk_GENERAL_NAME_value(borne, index), names->bytes + at);
    }
  }
  GENERAL_NAMES_free(borne);
  return is_found;
}

static int verify_name(int is_valid, X509_STORE_CTX *store) {
  if (!is_valid || X509_STORE_CTX_get_error_depth(store) > 0) return is_valid;
  const SSL *session = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
  const struct client_names *names = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), names_index());
  if (names && bears_name(X509_STORE_CTX_get_current_cert(store), names)) return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
  return 0;
}

static int use_names(SSL_CTX *context, const char *bytes, size_t count) {
  struct client_names *names = OPENSSL_malloc(sizeof *names + count);
  if (!names) return 0;
  names->count = count;
  memcpy(names->bytes, bytes, count);
  if (names_index() >= 0 && SSL_CTX_set_ex_data(context, names_index(), names) == 1) return 1;
  OPENSSL_free(names);
  return 0;
}

static int use_certificates(SSL_CTX *context, const struct watchkeeper_server_options *options) {
  BIO *chain = BIO_new_mem_buf(options->chain, (int)options->chain_count);
  int is_used = chain && use_chain(context, chain);
  BIO_free(chain);
  if (!is_used) return WATCHKEEPER_SERVER_FAULT_CHAIN;
  BIO *key = BIO_new_mem_buf(options->key, (int)options->key_count);
  int fault = key ? use_key(context, key) : WATCHKEEPER_SERVER_FAULT_KEY;
  BIO_free(key);
  if (fault != WATCHKEEPER_SERVER_FAULT_NONE || !options->authorities) return fault;
  BIO *authorities = BIO_new_mem_buf(options->authorities, (int)options->authority_count);
  is_used = authorities && use_authorities(context, authorities);
  BIO_free(authorities);
  if (!is_used) return WATCHKEEPER_SERVER_FAULT_AUTHORITIES;
  int demand = options->demands_certificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
  if (options->client_names && !use_names(context, options->client_names, options->client_names_count)) {
    return WATCHKEEPER_SERVER_FAULT_AUTHORITIES;
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | demand, options->client_names ? verify_name : NULL);
  return WATCHKEEPER_SERVER_FAULT_NONE;
}

watchkeeper_stream_context *watchkeeper_server_context_make(
    const struct watchkeeper_server_options *options, int *fault, char *problem, size_t capacity) {
  SSL_CTX *context = watchkeeper_context_new(TLS_server_method());
  *fault = WATCHKEEPER_SERVER_FAULT_NONE;
  const char *text = context ? watchkeeper_context_limit(
                                   context, options->version_min, options->version_max, options->security_level)
                             : "the library cannot be used";
  if (!text) {
    // Sessions are not taken up again: a client that is refused now must not come in by an older handshake.
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    // One call takes one record, so that a peer that sends nothing but key updates gives others their turn.
    SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
    *fault = use_certificates(context, options);
    if (*fault == WATCHKEEPER_SERVER_FAULT_NONE) return (watchkeeper_stream_context *)context;
  }
  snprintf(problem, capacity, "%s", text ? text : watchkeeper_last_error("there is none in it"));
  ERR_clear_error();
  SSL_CTX_free(context);
  return NULL;
}

watchkeeper_tls *watchkeeper_server_make(watchkeeper_stream_context *context, int descriptor) {
  struct watchkeeper_tls *session = watchkeeper_session_new((SSL_CTX *)context, descriptor);
  if (session) SSL_set_accept_state(session->ssl);
  return session;
}

int watchkeeper_server_refusal(const watchkeeper_tls *session) {
  unsigned long error = ERR_peek_last_error();
  if (error == 0) return WATCHKEEPER_REFUSAL_CLOSED;
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return WATCHKEEPER_REFUSAL_OTHER;
  switch (ERR_GET_REASON(error)) {
    case SSL_R_UNEXPECTED_EOF_WHILE_READING: return WATCHKEEPER_REFUSAL_CLOSED;
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_BAD_RECORD_TYPE:
    case SSL_R_UNEXPECTED_MESSAGE: return WATCHKEEPER_REFUSAL_PLAIN;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SUITABLE_GROUPS:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY: return WATCHKEEPER_REFUSAL_NO_COMMON;
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: return WATCHKEEPER_REFUSAL_NO_CERTIFICATE;
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      return SSL_get_verify_result(session->ssl) == X509_V_ERR_HOSTNAME_MISMATCH ? WATCHKEEPER_REFUSAL_NAME
                                                                                 : WATCHKEEPER_REFUSAL_BAD_CERTIFICATE;
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN: return WATCHKEEPER_REFUSAL_DISTRUSTED;
    default: return WATCHKEEPER_REFUSAL_OTHER;
  }
}
