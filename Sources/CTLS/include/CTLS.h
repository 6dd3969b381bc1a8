#ifndef WATCHKEEPER_CTLS_H
#define WATCHKEEPER_CTLS_H

#include <stddef.h>
#include <stdint.h>

/// What connections have in common: accepted authorities, versions, our own certificate.
typedef struct watchkeeper_stream_context watchkeeper_stream_context;
/// One session over a socket that somebody else owns.
typedef struct watchkeeper_tls watchkeeper_tls;
/// What is known of one certificate.
typedef struct watchkeeper_certificate watchkeeper_certificate;

struct watchkeeper_stream_options {
  /// A PEM file; NULL: the system's authorities.
  const char *authority_file;
  /// Our own certificate and its key, both PEM; NULL: none.
  const char *certificate_file;
  const char *key_file;
  /// As on the wire, 0x0301 for TLS 1.0 to 0x0304 for TLS 1.3.
  int version_min;
  int version_max;
  /// What the handshake accepts as keys and ciphers, 0 to 5; -1: the library's own.
  int security_level;
};

/// - Returns: NULL with a text in `problem`.
watchkeeper_stream_context *watchkeeper_stream_context_make(
    const struct watchkeeper_stream_options *options, char *problem, size_t capacity);
void watchkeeper_stream_context_free(watchkeeper_stream_context *context);

/// - Parameters:
///   - name: what the certificate must be for, a DNS name or an address; a DNS name is sent as SNI, too.
///   - audit_level: the security level that certificates are judged by, whatever the handshake accepts; -1: the same.
watchkeeper_tls *watchkeeper_stream_make(
    watchkeeper_stream_context *context, int descriptor, const char *name, int audit_level);
void watchkeeper_stream_free(watchkeeper_tls *session);

enum {
  WATCHKEEPER_TLS_DONE = 0,
  WATCHKEEPER_TLS_WANTS_READ = -1,
  WATCHKEEPER_TLS_WANTS_WRITE = -2,
  WATCHKEEPER_TLS_CLOSED = -3,
  WATCHKEEPER_TLS_FAILED = -4,
};

/// A certificate that cannot be trusted does not end the handshake: it is told by `watchkeeper_stream_problems`.
int watchkeeper_stream_handshake(watchkeeper_tls *session);
/// - Returns: the bytes read or written, or one of the negative values above.
long watchkeeper_stream_read(watchkeeper_tls *session, void *bytes, size_t capacity);
long watchkeeper_stream_write(watchkeeper_tls *session, const void *bytes, size_t count);
/// Tells the peer that nothing more comes, if that can be said at once.
void watchkeeper_stream_close(watchkeeper_tls *session);

enum {
  WATCHKEEPER_TLS_FAULT_OTHER,
  /// What arrived is no TLS.
  WATCHKEEPER_TLS_FAULT_PLAIN,
  /// Both sides have no version or no cipher in common.
  WATCHKEEPER_TLS_FAULT_NO_COMMON,
  /// The server wants a certificate of ours, or another one.
  WATCHKEEPER_TLS_FAULT_CLIENT_CERTIFICATE,
};

/// Why the last call failed. - Returns: one of the values above.
int watchkeeper_stream_fault(watchkeeper_tls *session, char *text, size_t capacity);

const char *watchkeeper_stream_version(watchkeeper_tls *session);
/// Under the name that IANA gives it.
const char *watchkeeper_stream_cipher(watchkeeper_tls *session);

enum {
  WATCHKEEPER_TLS_EXPIRED,
  WATCHKEEPER_TLS_NOT_YET_VALID,
  WATCHKEEPER_TLS_WRONG_NAME,
  WATCHKEEPER_TLS_SELF_SIGNED,
  WATCHKEEPER_TLS_UNKNOWN_AUTHORITY,
  WATCHKEEPER_TLS_WEAK_KEY,
  WATCHKEEPER_TLS_WEAK_SIGNATURE,
  WATCHKEEPER_TLS_BROKEN_CHAIN,
};

struct watchkeeper_stream_problem {
  /// One of the values above.
  int kind;
  /// X509_V_ERR_…
  int code;
  /// 0: the server's own certificate.
  int depth;
};
/// What is wrong with the chain. - Returns: how many were written.
int watchkeeper_stream_problems(watchkeeper_tls *session, struct watchkeeper_stream_problem *problems, int most);
const char *watchkeeper_stream_problem_text(int code);

/// The certificate at `index` of those that the server showed.
/// - Returns: what lives until the next is asked for; NULL when there is none.
const watchkeeper_certificate *watchkeeper_stream_certificate(watchkeeper_tls *session, int index);

// What listens. The sessions are read, written, closed and freed as those above.

struct watchkeeper_server_options {
  /// PEM: the server's certificate first, then those between it and its authority.
  const void *chain;
  size_t chain_count;
  /// PEM, without a password.
  const void *key;
  size_t key_count;
  /// PEM: whoever signs the certificates of clients; NULL: clients are asked for none.
  const void *authorities;
  size_t authority_count;
  /// Names of which a client's certificate must bear one, each ended by a zero byte; NULL: any name will do.
  const char *client_names;
  size_t client_names_count;
  /// Whether a client without a certificate is refused.
  int demands_certificate;
  int version_min;
  int version_max;
  int security_level;
};

enum {
  /// Not of the files: the library refuses.
  WATCHKEEPER_SERVER_FAULT_NONE,
  WATCHKEEPER_SERVER_FAULT_CHAIN,
  WATCHKEEPER_SERVER_FAULT_KEY,
  /// The key is another certificate's.
  WATCHKEEPER_SERVER_FAULT_MISMATCH,
  WATCHKEEPER_SERVER_FAULT_AUTHORITIES,
};

/// - Returns: NULL with one of the values above in `fault` and a text in `problem`.
watchkeeper_stream_context *watchkeeper_server_context_make(
    const struct watchkeeper_server_options *options, int *fault, char *problem, size_t capacity);
watchkeeper_tls *watchkeeper_server_make(watchkeeper_stream_context *context, int descriptor);

enum {
  WATCHKEEPER_REFUSAL_OTHER,
  /// The client went away in the middle.
  WATCHKEEPER_REFUSAL_CLOSED,
  WATCHKEEPER_REFUSAL_PLAIN,
  WATCHKEEPER_REFUSAL_NO_COMMON,
  WATCHKEEPER_REFUSAL_NO_CERTIFICATE,
  /// The client's certificate is not of these authorities, or not valid now.
  WATCHKEEPER_REFUSAL_BAD_CERTIFICATE,
  /// It is valid, and bears none of the names that are let in.
  WATCHKEEPER_REFUSAL_NAME,
  /// The client does not trust the server's certificate.
  WATCHKEEPER_REFUSAL_DISTRUSTED,
};
/// Why this session's handshake, the last on this thread, failed. - Returns: one of the values above.
int watchkeeper_server_refusal(const watchkeeper_tls *session);

/// The certificates in a file's bytes, in PEM, between whatever else stands there, or one in DER.
typedef struct watchkeeper_certificate_reader watchkeeper_certificate_reader;
/// - Parameter bytes: read while the reader lives. - Returns: NULL without memory.
watchkeeper_certificate_reader *watchkeeper_certificate_reader_make(const void *bytes, size_t count);
void watchkeeper_certificate_reader_free(watchkeeper_certificate_reader *reader);
/// - Returns: what lives until the next is asked for; NULL when there is none, or what stands there is broken.
const watchkeeper_certificate *watchkeeper_certificate_next(watchkeeper_certificate_reader *reader);
/// Whether the last certificate could not be read.
int watchkeeper_certificate_is_broken(const watchkeeper_certificate_reader *reader);

enum {
  /// Seconds since 1970.
  WATCHKEEPER_TLS_NOT_BEFORE,
  WATCHKEEPER_TLS_NOT_AFTER,
  WATCHKEEPER_TLS_KEY_BITS,
  WATCHKEEPER_TLS_IS_SELF_SIGNED,
};
int64_t watchkeeper_certificate_number(const watchkeeper_certificate *certificate, int which);

enum {
  WATCHKEEPER_TLS_SUBJECT,
  WATCHKEEPER_TLS_ISSUER,
  /// DNS names, with commas between them; names that do not fit are left out.
  WATCHKEEPER_TLS_NAMES,
  /// In lower-case hexadecimal digits, as the next one.
  WATCHKEEPER_TLS_SERIAL,
  /// SHA-256.
  WATCHKEEPER_TLS_FINGERPRINT,
  WATCHKEEPER_TLS_KEY,
  WATCHKEEPER_TLS_SIGNATURE,
};
/// - Returns: a text that lives as long as the certificate.
const char *watchkeeper_certificate_text(const watchkeeper_certificate *certificate, int which);
/// When the verified chain's first certificate expires, in seconds since 1970; -1 when the chain was not verified.
int64_t watchkeeper_stream_chain_expiry(watchkeeper_tls *session);

enum {
  WATCHKEEPER_TLS_STAPLE_NONE,
  WATCHKEEPER_TLS_STAPLE_GOOD,
  WATCHKEEPER_TLS_STAPLE_REVOKED,
  WATCHKEEPER_TLS_STAPLE_UNKNOWN,
  /// Not readable, not for this certificate, or not signed by whoever may say so.
  WATCHKEEPER_TLS_STAPLE_INVALID,
};
/// What the certificate's authority says through the server (OCSP stapling).
int watchkeeper_stream_staple(watchkeeper_tls *session);

// Digests for the logins of databases and mail servers. All return 0, or -1 when the library refuses.

enum { WATCHKEEPER_DIGEST_MD5, WATCHKEEPER_DIGEST_SHA1, WATCHKEEPER_DIGEST_SHA256 };
/// - Parameter result: 16, 20 or 32 bytes.
int watchkeeper_digest(int kind, const void *bytes, size_t count, uint8_t *result);
int watchkeeper_hmac(
    int kind, const void *key, size_t key_count, const void *bytes, size_t count, uint8_t *result);
/// PBKDF2 with HMAC-SHA-256.
int watchkeeper_stretch(
    const void *password, size_t count, const void *salt, size_t salt_count, int rounds, uint8_t *result32);
/// Encrypts with a public key in PEM, RSA with OAEP. - Returns: bytes written, or -1.
long watchkeeper_rsa_encrypt(
    const void *key, size_t key_count, const void *bytes, size_t count, uint8_t *result, size_t capacity);

#endif
