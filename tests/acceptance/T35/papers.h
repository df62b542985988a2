/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of servers, right and wrong. */
#pragma once

#include <stdbool.h>

#include <openssl/x509.h>

struct paper {
	EVP_PKEY *key;
	X509 *certificate;
};

struct paper_plan {
	const char *name;	   /* CN */
	const char *alt;	   /* subjectAltName as in openssl.cnf; NULL: none */
	int from_days, until_days; /* from today */
	unsigned rsa_bits;	   /* 0: P-256 */
	const char *digest;	   /* NULL: SHA256 */
	bool is_ca;
	const char *constraints; /* nameConstraints as in openssl.cnf; NULL: none */
};

/* issuer NULL: self-signed. */
void paper_make(const struct paper_plan *plan, const struct paper *issuer, struct paper *ret_paper);
void paper_clear(struct paper *paper);
/* As PEM, the only one in the file. */
void paper_write(const struct paper *paper, const char *path);
/* DER of an OCSP response, good or revoked, by the certificate's issuer; OPENSSL_free it. */
int paper_staple(const struct paper *paper, const struct paper *issuer, bool revoked,
		 unsigned char **ret_der);
