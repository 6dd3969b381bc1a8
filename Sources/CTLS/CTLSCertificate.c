#define _GNU_SOURCE  // memmem
#include "CTLSCertificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void copy(char *place, size_t capacity, const char *text) { snprintf(place, capacity, "%s", text ? text : ""); }

static void print_entries(BIO *memory, X509_NAME *name, int kind) {
  const char *before = BIO_pending(memory) > 0 ? "," : "";
  for (int index = -1; (index = X509_NAME_get_index_by_NID(name, kind, index)) >= 0; before = "+") {
    BIO_printf(memory, "%s%s=", before, kind == NID_serialNumber ? "SERIALNUMBER" : OBJ_nid2sn(kind));
    ASN1_STRING *text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index));
    ASN1_STRING_print_ex(memory, text, ASN1_STRFLGS_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  }
}

/// In the order of Go's library, by which blackbox_exporter names certificates: the order in the certificate is lost.
static void copy_name(char *place, size_t capacity, X509_NAME *name) {
  static const int kinds[] = {
      NID_serialNumber, NID_commonName,           NID_postalCode,       NID_streetAddress, NID_stateOrProvinceName,
      NID_localityName, NID_organizationalUnitName, NID_organizationName, NID_countryName,   NID_domainComponent,
      NID_pkcs9_emailAddress,
  };
  BIO *memory = BIO_new(BIO_s_mem());
  if (!memory) return;
  for (size_t index = 0; index < sizeof kinds / sizeof *kinds; index++) print_entries(memory, name, kinds[index]);
  int count = BIO_read(memory, place, (int)capacity - 1);
  place[count > 0 ? count : 0] = 0;
  BIO_free(memory);
}

static void copy_names(char *place, size_t capacity, X509 *certificate) {
  GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
  size_t used = 0;
  for (int index = 0; index < sk_GENERAL_NAME_num(names); index++) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
    if (name->type != GEN_DNS) continue;
    size_t length = (size_t)ASN1_STRING_length(name->d.dNSName);
    if (used + length + 2 > capacity) break;
    if (used > 0) place[used++] = ',';
    memcpy(place + used, ASN1_STRING_get0_data(name->d.dNSName), length);
    used += length;
  }
  place[used] = 0;
  GENERAL_NAMES_free(names);
}

static void copy_digits(char *place, size_t capacity, const unsigned char *bytes, size_t count) {
  place[0] = 0;
  for (size_t index = 0; index < count && 2 * index + 2 < capacity; index++) {
    snprintf(place + 2 * index, 3, "%02x", bytes[index]);
  }
}

int64_t watchkeeper_certificate_seconds(const ASN1_TIME *time) {
  ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
  int days = 0, rest = 0;
  int is_known = epoch && ASN1_TIME_diff(&days, &rest, epoch, time);
  ASN1_TIME_free(epoch);
  return is_known ? (int64_t)days * 86400 + rest : 0;
}

void watchkeeper_certificate_read(watchkeeper_certificate *result, X509 *certificate) {
  memset(result, 0, sizeof *result);
  result->numbers[WATCHKEEPER_TLS_NOT_BEFORE] = watchkeeper_certificate_seconds(X509_get0_notBefore(certificate));
  result->numbers[WATCHKEEPER_TLS_NOT_AFTER] = watchkeeper_certificate_seconds(X509_get0_notAfter(certificate));
  result->numbers[WATCHKEEPER_TLS_IS_SELF_SIGNED] = X509_self_signed(certificate, 0) == 1;
  EVP_PKEY *key = X509_get0_pubkey(certificate);
  if (key) {
    result->numbers[WATCHKEEPER_TLS_KEY_BITS] = EVP_PKEY_get_bits(key);
    copy(result->key, sizeof result->key, EVP_PKEY_get0_type_name(key));
  }
  copy(result->signature, sizeof result->signature, OBJ_nid2sn(X509_get_signature_nid(certificate)));
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned count = 0;
  if (X509_digest(certificate, EVP_sha256(), bytes, &count)) {
    copy_digits(result->fingerprint, sizeof result->fingerprint, bytes, count);
  }
  const ASN1_INTEGER *serial = X509_get0_serialNumber(certificate);
  copy_digits(
      result->serial, sizeof result->serial, ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial));
  copy_name(result->subject, sizeof result->subject, X509_get_subject_name(certificate));
  copy_name(result->issuer, sizeof result->issuer, X509_get_issuer_name(certificate));
  copy_names(result->names, sizeof result->names, certificate);
}

int64_t watchkeeper_certificate_number(const watchkeeper_certificate *certificate, int which) {
  return certificate->numbers[which];
}

const char *watchkeeper_certificate_text(const watchkeeper_certificate *certificate, int which) {
  switch (which) {
    case WATCHKEEPER_TLS_SUBJECT: return certificate->subject;
    case WATCHKEEPER_TLS_ISSUER: return certificate->issuer;
    case WATCHKEEPER_TLS_NAMES: return certificate->names;
    case WATCHKEEPER_TLS_SERIAL: return certificate->serial;
    case WATCHKEEPER_TLS_FINGERPRINT: return certificate->fingerprint;
    case WATCHKEEPER_TLS_KEY: return certificate->key;
    default: return certificate->signature;
  }
}

// MARK: Files

struct watchkeeper_certificate_reader {
  BIO *bytes;
  int is_text;
  int has_read;
  int is_broken;
  watchkeeper_certificate certificate;
};

watchkeeper_certificate_reader *watchkeeper_certificate_reader_make(const void *bytes, size_t count) {
  watchkeeper_certificate_reader *reader = calloc(1, sizeof *reader);
  BIO *source = BIO_new_mem_buf(bytes, (int)count);
  if (!reader || !source) {
    free(reader);
    BIO_free(source);
    return NULL;
  }
  reader->bytes = source;
  reader->is_text = memmem(bytes, count, "-----BEGIN ", 11) != NULL;
  return reader;
}

void watchkeeper_certificate_reader_free(watchkeeper_certificate_reader *reader) {
  BIO_free(reader->bytes);
  free(reader);
}

const watchkeeper_certificate *watchkeeper_certificate_next(watchkeeper_certificate_reader *reader) {
  ERR_clear_error();
  X509 *certificate =
      reader->is_text ? PEM_read_bio_X509(reader->bytes, NULL, NULL, NULL) : d2i_X509_bio(reader->bytes, NULL);
  if (!certificate) {
    int is_end = reader->is_text ? ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE
                                 : reader->has_read && BIO_pending(reader->bytes) == 0;
    reader->is_broken = !is_end;
    ERR_clear_error();
    return NULL;
  }
  watchkeeper_certificate_read(&reader->certificate, certificate);
  X509_free(certificate);
  reader->has_read = 1;
  return &reader->certificate;
}

int watchkeeper_certificate_is_broken(const watchkeeper_certificate_reader *reader) { return reader->is_broken; }
