#ifndef WATCHKEEPER_CTLS_SESSION_H
#define WATCHKEEPER_CTLS_SESSION_H

#include <openssl/ssl.h>

#include "CTLSCertificate.h"

enum { watchkeeper_problems_most = 16 };

struct watchkeeper_tls {
  SSL *ssl;
  struct watchkeeper_certificate certificate;
  int problem_count;
  struct watchkeeper_stream_problem problems[watchkeeper_problems_most];
};

/// A context for clients or for servers, by the method; no version, no ciphers and no certificates are set yet.
/// - Returns: NULL when the library cannot be used.
SSL_CTX *watchkeeper_context_new(const SSL_METHOD *method);
/// - Returns: NULL, or what is wrong.
const char *watchkeeper_context_limit(SSL_CTX *context, int version_min, int version_max, int security_level);
/// A key that wants a password is refused; nobody sits at a terminal.
int watchkeeper_no_password(char *buffer, int size, int is_write, void *context);
/// What the library gives as the cause of its last failure.
const char *watchkeeper_last_error(const char *otherwise);
/// A session over a socket, of a client or of a server as the caller then says. - Returns: NULL without memory.
struct watchkeeper_tls *watchkeeper_session_new(SSL_CTX *context, int descriptor);

#endif
