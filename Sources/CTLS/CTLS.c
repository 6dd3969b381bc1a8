#include "CTLSSession.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// A connection that the peer has closed must not end this program by a signal, so the library's own socket BIO will not do.

static int send_bytes(BIO *bio, const char *bytes, int count) {
  ssize_t sent = send((int)(intptr_t)BIO_get_data(bio), bytes, (size_t)count, MSG_NOSIGNAL);
  BIO_clear_retry_flags(bio);
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return (int)sent;
}

static int receive_bytes(BIO *bio, char *bytes, int count) {
  ssize_t received = recv((int)(intptr_t)BIO_get_data(bio), bytes, (size_t)count, 0);
  BIO_clear_retry_flags(bio);
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  if (received == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return (int)received;
}

static long control(BIO *bio, int command, long number, void *pointer) {
  (void)number, (void)pointer;
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
  return 0;
}

static BIO_METHOD *socket_method;
static int session_index = -1;
static pthread_once_t prepared = PTHREAD_ONCE_INIT;

static void prepare(void) {
  session_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
  socket_method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without signals");
  if (!socket_method) return;
  BIO_meth_set_write(socket_method, send_bytes);
  BIO_meth_set_read(socket_method, receive_bytes);
  BIO_meth_set_ctrl(socket_method, control);
}

static int kind_of(int code) {
  switch (code) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return WATCHKEEPER_TLS_EXPIRED;
    case X509_V_ERR_CERT_NOT_YET_VALID: return WATCHKEEPER_TLS_NOT_YET_VALID;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return WATCHKEEPER_TLS_WRONG_NAME;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return WATCHKEEPER_TLS_SELF_SIGNED;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return WATCHKEEPER_TLS_UNKNOWN_AUTHORITY;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL: return WATCHKEEPER_TLS_WEAK_KEY;
    case X509_V_ERR_CA_MD_TOO_WEAK: return WATCHKEEPER_TLS_WEAK_SIGNATURE;
    default: return WATCHKEEPER_TLS_BROKEN_CHAIN;
  }
}

/// Goes on after each problem, so that all are known.
static int note_problem(int is_good, X509_STORE_CTX *store) {
  if (is_good) return 1;
  SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
  struct watchkeeper_tls *session = ssl ? SSL_get_ex_data(ssl, session_index) : NULL;
  if (session && session->problem_count < watchkeeper_problems_most) {
    int code = X509_STORE_CTX_get_error(store);
    session->problems[session->problem_count++] =
        (struct watchkeeper_stream_problem){kind_of(code), code, X509_STORE_CTX_get_error_depth(store)};
  }
  return 1;
}

int watchkeeper_no_password(char *buffer, int size, int is_write, void *context) {
  (void)buffer, (void)size, (void)is_write, (void)context;
  return 0;
}

static void copy(char *place, size_t capacity, const char *text) { snprintf(place, capacity, "%s", text ? text : ""); }

const char *watchkeeper_last_error(const char *otherwise) {
  const char *text = ERR_reason_error_string(ERR_peek_last_error());
  return text ? text : otherwise;
}

SSL_CTX *watchkeeper_context_new(const SSL_METHOD *method) {
  pthread_once(&prepared, prepare);
  ERR_clear_error();
  return socket_method ? SSL_CTX_new(method) : NULL;
}

const char *watchkeeper_context_limit(SSL_CTX *context, int version_min, int version_max, int security_level) {
  if (security_level >= 0) SSL_CTX_set_security_level(context, security_level);
  if (!SSL_CTX_set_min_proto_version(context, version_min) || !SSL_CTX_set_max_proto_version(context, version_max))
    return "the library does not know this version of TLS";
  if (security_level == 0 && !SSL_CTX_set_cipher_list(context, "DEFAULT:@SECLEVEL=0"))
    return "the library has no ciphers";
  return NULL;
}

static const char *set_up(SSL_CTX *context, const struct watchkeeper_stream_options *options) {
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_LEGACY_SERVER_CONNECT);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, note_problem);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_default_passwd_cb(context, watchkeeper_no_password);
  const char *fault =
      watchkeeper_context_limit(context, options->version_min, options->version_max, options->security_level);
  if (fault) return fault;
  if (options->authority_file ? !SSL_CTX_load_verify_file(context, options->authority_file)
                              : !SSL_CTX_set_default_verify_paths(context))
    return "the authorities' certificates cannot be read";
  if (!options->certificate_file) return NULL;
  if (SSL_CTX_use_certificate_chain_file(context, options->certificate_file) != 1)
    return "the client's certificate cannot be read";
  const char *key = options->key_file ? options->key_file : options->certificate_file;
  if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) return "the client's key cannot be read";
  return NULL;
}

watchkeeper_stream_context *watchkeeper_stream_context_make(
    const struct watchkeeper_stream_options *options, char *problem, size_t capacity) {
  SSL_CTX *context = watchkeeper_context_new(TLS_client_method());
  const char *fault = context ? set_up(context, options) : "the library cannot be used";
  if (!fault) return (watchkeeper_stream_context *)context;
  snprintf(problem, capacity, "%s: %s", fault, watchkeeper_last_error("no cause given"));
  SSL_CTX_free(context);
  return NULL;
}

void watchkeeper_stream_context_free(watchkeeper_stream_context *context) { SSL_CTX_free((SSL_CTX *)context); }

struct watchkeeper_tls *watchkeeper_session_new(SSL_CTX *context, int descriptor) {
  ERR_clear_error();
  struct watchkeeper_tls *session = calloc(1, sizeof *session);
  if (!session) return NULL;
  session->ssl = SSL_new(context);
  BIO *bio = session->ssl ? BIO_new(socket_method) : NULL;
  if (!bio) {
    watchkeeper_stream_free(session);
    return NULL;
  }
  BIO_set_data(bio, (void *)(intptr_t)descriptor);
  BIO_set_init(bio, 1);
  SSL_set_bio(session->ssl, bio, bio);
  SSL_set_ex_data(session->ssl, session_index, session);
  return session;
}

watchkeeper_tls *watchkeeper_stream_make(
    watchkeeper_stream_context *context, int descriptor, const char *name, int audit_level) {
  struct watchkeeper_tls *session = watchkeeper_session_new((SSL_CTX *)context, descriptor);
  if (!session) return NULL;
  SSL_set_connect_state(session->ssl);
  SSL_set_tlsext_status_type(session->ssl, TLSEXT_STATUSTYPE_ocsp);
  X509_VERIFY_PARAM *wanted = SSL_get0_param(session->ssl);
  if (audit_level >= 0) X509_VERIFY_PARAM_set_auth_level(wanted, audit_level);
  if (!X509_VERIFY_PARAM_set1_ip_asc(wanted, name)) {
    X509_VERIFY_PARAM_set1_host(wanted, name, 0);
    SSL_set_tlsext_host_name(session->ssl, name);
  }
  return session;
}

void watchkeeper_stream_free(watchkeeper_tls *session) {
  if (!session) return;
  SSL_free(session->ssl);
  free(session);
}

static long outcome(watchkeeper_tls *session, int code) {
  switch (SSL_get_error(session->ssl, code)) {
    case SSL_ERROR_WANT_READ: return WATCHKEEPER_TLS_WANTS_READ;
    case SSL_ERROR_WANT_WRITE: return WATCHKEEPER_TLS_WANTS_WRITE;
    case SSL_ERROR_ZERO_RETURN: return WATCHKEEPER_TLS_CLOSED;
    default: return WATCHKEEPER_TLS_FAILED;
  }
}

int watchkeeper_stream_handshake(watchkeeper_tls *session) {
  ERR_clear_error();
  errno = 0;
  int code = SSL_do_handshake(session->ssl);
  return code == 1 ? WATCHKEEPER_TLS_DONE : (int)outcome(session, code);
}

long watchkeeper_stream_read(watchkeeper_tls *session, void *bytes, size_t capacity) {
  ERR_clear_error();
  errno = 0;
  size_t count = 0;
  int code = SSL_read_ex(session->ssl, bytes, capacity, &count);
  return code == 1 ? (long)count : outcome(session, code);
}

long watchkeeper_stream_write(watchkeeper_tls *session, const void *bytes, size_t count) {
  ERR_clear_error();
  errno = 0;
  size_t written = 0;
  int code = SSL_write_ex(session->ssl, bytes, count, &written);
  return code == 1 ? (long)written : outcome(session, code);
}

void watchkeeper_stream_close(watchkeeper_tls *session) {
  ERR_clear_error();
  SSL_shutdown(session->ssl);
  ERR_clear_error();
}

int watchkeeper_stream_fault(watchkeeper_tls *session, char *text, size_t capacity) {
  (void)session;
  int number = errno;
  unsigned long error = ERR_peek_last_error();
  if (error == 0) {
    copy(text, capacity, number ? strerror(number) : "the server closed the connection in the handshake");
    return WATCHKEEPER_TLS_FAULT_OTHER;
  }
  copy(text, capacity, watchkeeper_last_error("the library gives no cause"));
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return WATCHKEEPER_TLS_FAULT_OTHER;
  switch (ERR_GET_REASON(error)) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_UNEXPECTED_MESSAGE: return WATCHKEEPER_TLS_FAULT_PLAIN;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    case SSL_R_DH_KEY_TOO_SMALL:
    case SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY: return WATCHKEEPER_TLS_FAULT_NO_COMMON;
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE: return WATCHKEEPER_TLS_FAULT_CLIENT_CERTIFICATE;
    default: return WATCHKEEPER_TLS_FAULT_OTHER;
  }
}

const char *watchkeeper_stream_version(watchkeeper_tls *session) { return SSL_get_version(session->ssl); }

const char *watchkeeper_stream_cipher(watchkeeper_tls *session) {
  const SSL_CIPHER *cipher = SSL_get_current_cipher(session->ssl);
  const char *name = cipher ? SSL_CIPHER_standard_name(cipher) : NULL;
  return name ? name : SSL_get_cipher_name(session->ssl);
}

int watchkeeper_stream_problems(watchkeeper_tls *session, struct watchkeeper_stream_problem *problems, int most) {
  int count = session->problem_count < most ? session->problem_count : most;
  memcpy(problems, session->problems, sizeof *problems * (size_t)count);
  return count;
}

const char *watchkeeper_stream_problem_text(int code) { return X509_verify_cert_error_string(code); }

// MARK: Certificates

const watchkeeper_certificate *watchkeeper_stream_certificate(watchkeeper_tls *session, int index) {
  STACK_OF(X509) *chain = SSL_get_peer_cert_chain(session->ssl);
  if (index >= sk_X509_num(chain)) return NULL;
  watchkeeper_certificate_read(&session->certificate, sk_X509_value(chain, index));
  return &session->certificate;
}

int64_t watchkeeper_stream_chain_expiry(watchkeeper_tls *session) {
  STACK_OF(X509) *chain = SSL_get0_verified_chain(session->ssl);
  if (session->problem_count > 0 || sk_X509_num(chain) <= 0) return -1;
  int64_t first = INT64_MAX;
  for (int index = 0; index < sk_X509_num(chain); index++) {
    int64_t end = watchkeeper_certificate_seconds(X509_get0_notAfter(sk_X509_value(chain, index)));
    if (end < first) first = end;
  }
  return first;
}

static int staple_status(OCSP_BASICRESP *answer, STACK_OF(X509) *chain, SSL *session) {
  if (sk_X509_num(chain) < 2) return WATCHKEEPER_TLS_STAPLE_INVALID;
  X509_STORE *store = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(session));
  if (OCSP_basic_verify(answer, chain, store, 0) <= 0) return WATCHKEEPER_TLS_STAPLE_INVALID;
  OCSP_CERTID *identity = OCSP_cert_to_id(NULL, sk_X509_value(chain, 0), sk_X509_value(chain, 1));
  int status = -1, reason = 0;
  ASN1_GENERALIZEDTIME *from = NULL, *until = NULL;
  int is_found = identity && OCSP_resp_find_status(answer, identity, &status, &reason, NULL, &from, &until) == 1;
  OCSP_CERTID_free(identity);
  // Five minutes of difference between the clocks are no fault of the certificate.
  if (!is_found || !OCSP_check_validity(from, until, 300, -1)) return WATCHKEEPER_TLS_STAPLE_INVALID;
  if (status == V_OCSP_CERTSTATUS_GOOD) return WATCHKEEPER_TLS_STAPLE_GOOD;
  return status == V_OCSP_CERTSTATUS_REVOKED ? WATCHKEEPER_TLS_STAPLE_REVOKED : WATCHKEEPER_TLS_STAPLE_UNKNOWN;
}

int watchkeeper_stream_staple(watchkeeper_tls *session) {
  const unsigned char *bytes = NULL;
  long count = SSL_get_tlsext_status_ocsp_resp(session->ssl, &bytes);
  if (!bytes || count <= 0) return WATCHKEEPER_TLS_STAPLE_NONE;
  OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &bytes, count);
  OCSP_BASICRESP *answer = response ? OCSP_response_get1_basic(response) : NULL;
  STACK_OF(X509) *chain = SSL_get0_verified_chain(session->ssl);
  int status = answer ? staple_status(answer, chain, session->ssl) : WATCHKEEPER_TLS_STAPLE_INVALID;
  OCSP_BASICRESP_free(answer);
  OCSP_RESPONSE_free(response);
  ERR_clear_error();
  return status;
}
