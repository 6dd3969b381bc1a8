#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "CTLS.h"

static const EVP_MD *digest_of(int kind) {
  return kind == WATCHKEEPER_DIGEST_MD5 ? EVP_md5() : kind == WATCHKEEPER_DIGEST_SHA1 ? EVP_sha1() : EVP_sha256();
}

int watchkeeper_digest(int kind, const void *bytes, size_t count, uint8_t *result) {
  return EVP_Digest(bytes, count, result, NULL, digest_of(kind), NULL) == 1 ? 0 : -1;
}

int watchkeeper_hmac(int kind, const void *key, size_t key_count, const void *bytes, size_t count, uint8_t *result) {
  return HMAC(digest_of(kind), key, (int)key_count, bytes, count, result, NULL) ? 0 : -1;
}

int watchkeeper_stretch(
    const void *password, size_t count, const void *salt, size_t salt_count, int rounds, uint8_t *result32) {
  return PKCS5_PBKDF2_HMAC(password, (int)count, salt, (int)salt_count, rounds, EVP_sha256(), 32, result32) == 1 ? 0
                                                                                                                : -1;
}

long watchkeeper_rsa_encrypt(
    const void *key, size_t key_count, const void *bytes, size_t count, uint8_t *result, size_t capacity) {
  BIO *memory = BIO_new_mem_buf(key, (int)key_count);
  EVP_PKEY *public_key = memory ? PEM_read_bio_PUBKEY(memory, NULL, NULL, NULL) : NULL;
  EVP_PKEY_CTX *context = public_key ? EVP_PKEY_CTX_new(public_key, NULL) : NULL;
  size_t written = capacity;
  int is_done = context && EVP_PKEY_encrypt_init(context) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
                EVP_PKEY_encrypt(context, result, &written, bytes, count) == 1;
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(public_key);
  BIO_free(memory);
  return is_done ? (long)written : -1;
}
