/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roots of three generations bear the same name, so nothing here is looked up by name alone:
 * OpenSSL's store chooses by key identifier and decides by signature.
 *
 * Root and leaf times are kept apart: a leaf is accepted for months after its expiry, when its root
 * may have expired too. So the store does not look at the clock and certificate.c does.
 */
#include "lib/pki/inside.h"

#include <dirent.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	ROOTS_MAX = 32, /* certificates in one file */
	PATH_BYTES = 4096,
	OID_BYTES = 128,
	AUTH_LEVEL = 2, /* at least 112 bits, no SHA-1 */
};

DEFINE_AUTO_POINTER(X509, X509_free)
DEFINE_AUTO_POINTER(FILE, fclose)
DEFINE_AUTO_POINTER(DIR, closedir)

X509_STORE *pki_store_create(void)
{
	X509_STORE *store = X509_STORE_new();
	if (!store)
		return NULL;
	X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_NO_CHECK_TIME);
	X509_VERIFY_PARAM_set_auth_level(param, AUTH_LEVEL);
	return store;
}

void pki_anchors_destroy(struct pki_anchors *anchors)
{
	if (!anchors)
		return;
	for (size_t i = 0; i < anchors->policies_count; i++)
		ASN1_OBJECT_free(anchors->policies[i]);
	X509_STORE_free(anchors->store);
	free(anchors);
}

static bool is_root(X509 *root)
{
	return X509_check_ca(root) == 1 && (X509_get_extension_flags(root) & EXFLAG_SS) &&
	       (X509_get_key_usage(root) & KU_KEY_CERT_SIGN);
}

/* The test hierarchy calls its organisation JPKI-TEST. */
static bool is_of_test(const X509 *root)
{
	const X509_NAME *name = X509_get_subject_name(root);
	int at = X509_NAME_get_index_by_NID(name, NID_organizationName, -1);
	if (at < 0)
		return false;
	const ASN1_STRING *value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
	return memmem(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value), "TEST", 4);
}

static int root_add(struct pki_anchors *anchors, enum pki_environment environment, X509 *root)
{
	if (!is_root(root))
		return RAISE(EINVAL);
	if (environment == PKI_PRODUCTION && is_of_test(root))
		return RAISE(EPERM);
	return X509_STORE_add_cert(anchors->store, root) == 1 ? 0 : RAISE(ENOMEM);
}

static int roots_read(struct pki_anchors *anchors, enum pki_environment environment,
		      const char *path)
{
	AUTO(fclosep) FILE *file = fopen(path, "re");
	int count = 0;
	if (!file)
		return RAISE(errno);
	while (count < ROOTS_MAX) {
		AUTO(X509_freep) X509 *root = PEM_read_X509(file, NULL, NULL, NULL);
		if (!root)
			break;
		int r = root_add(anchors, environment, root);
		if (r < 0)
			return PASS(r);
		count++;
	}
	/* "No start line" is how the end of the file looks; anything else is a broken one. */
	bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
	ERR_clear_error();
	return count && ended ? 0 : RAISE(EINVAL);
}

static int path_make(const char *folder, const char *name, char path[PATH_BYTES])
{
	int n = snprintf(path, PATH_BYTES, "%s/%s", folder, name);
	return n > 0 && n < PATH_BYTES ? 0 : RAISE(ENAMETOOLONG);
}

static int roots_load(struct pki_anchors *anchors, enum pki_environment environment,
		      const char *folder)
{
	AUTO(closedirp) DIR *dir = opendir(folder);
	const struct dirent *entry;
	bool found = false;
	if (!dir)
		return RAISE(errno);
	while ((entry = readdir(dir))) {
		char path[PATH_BYTES];
		if (entry->d_name[0] == '.' || !str_ends(str_of(entry->d_name), STR(".pem")))
			continue;
		int r = path_make(folder, entry->d_name, path);
		if (r == 0)
			r = roots_read(anchors, environment, path);
		if (r < 0)
			return PASS(r);
		found = true;
	}
	return found ? 0 : RAISE(ENOENT);
}

static int policy_add(struct pki_anchors *anchors, struct str line)
{
	char text[OID_BYTES];
	if (anchors->policies_count == PKI_POLICIES_MAX || str_to_c(line, text, sizeof text) < 0)
		return RAISE(EINVAL);
	ASN1_OBJECT *policy = OBJ_txt2obj(text, 1);
	if (!policy) {
		ERR_clear_error();
		return RAISE(EINVAL);
	}
	anchors->policies[anchors->policies_count++] = policy;
	return 0;
}

static int policies_load(struct pki_anchors *anchors, const char *folder)
{
	char path[PATH_BYTES], line[OID_BYTES + 2];
	int r = path_make(folder, "policies.txt", path);
	if (r < 0)
		return PASS(r);
	AUTO(fclosep) FILE *file = fopen(path, "re");
	if (!file)
		return RAISE(errno);
	while (fgets(line, sizeof line, file)) {
		struct str text = str_trim(str_of(line));
		if (!text.len || text.ptr[0] == '#')
			continue;
		r = policy_add(anchors, text);
		if (r < 0)
			return PASS(r);
	}
	return anchors->policies_count ? 0 : RAISE(ENOENT);
}

int pki_anchors_load(const char *folder, enum pki_environment environment,
		     struct pki_anchors **ret_anchors)
{
	AUTO(pki_anchors_destroyp) struct pki_anchors *anchors = calloc(1, sizeof *anchors);
	if (!anchors || !(anchors->store = pki_store_create()))
		return RAISE(ENOMEM);
	int r = roots_load(anchors, environment, folder);
	if (r == 0)
		r = policies_load(anchors, folder);
	if (r < 0)
		return PASS(r);
	*ret_anchors = anchors;
	anchors = NULL;
	return 0;
}
