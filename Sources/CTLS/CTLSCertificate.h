#ifndef WATCHKEEPER_CTLS_CERTIFICATE_H
#define WATCHKEEPER_CTLS_CERTIFICATE_H

#include <openssl/x509v3.h>

#include "CTLS.h"

struct watchkeeper_certificate {
  int64_t numbers[4];
  char key[32];
  char signature[64];
  char fingerprint[65];
  char serial[80];
  char subject[512];
  char issuer[512];
  char names[2048];
};

void watchkeeper_certificate_read(watchkeeper_certificate *result, X509 *certificate);
/// Seconds since 1970.
int64_t watchkeeper_certificate_seconds(const ASN1_TIME *time);

#endif
