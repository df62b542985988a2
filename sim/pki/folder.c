/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/pki/folder.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	MODE_FOLDER = 0755,
	MODE_FILE = 0644,
	MODE_KEY = 0600,
	PATH_BYTES = 4096,
};

DEFINE_AUTO_POINTER(BIO, BIO_free)

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* Every folder above the last '/' of path, below the folder at. */
static int folders_make(int at, const char *path)
{
	char part[PATH_BYTES];
	int r = str_to_c(str_of(path), part, sizeof part);
	if (r < 0)
		return PASS(r);
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdirat(at, part, MODE_FOLDER) < 0 && errno != EEXIST)
			return RAISE(errno);
		*slash = '/';
	}
	return 0;
}

int folder_open(struct folder *folder, const char *path)
{
	int r = folders_make(AT_FDCWD, path);
	if (r < 0)
		return PASS(r);
	if (mkdir(path, MODE_FOLDER) < 0 && errno != EEXIST)
		return RAISE(errno);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return RAISE(errno);
	folder->fd = fd;
	return 0;
}

void folder_close(struct folder *folder)
{
	fd_close(&folder->fd);
	folder->fd = -1;
}

static int content_write(int fd, struct str content)
{
	while (content.len) {
		ssize_t n = write(fd, content.ptr, content.len);
		if (n < 0)
			return RAISE(errno);
		content.ptr += n;
		content.len -= (size_t)n;
	}
	return 0;
}

int folder_write(const struct folder *folder, const char *path, unsigned mode, struct str content)
{
	int r = folders_make(folder->fd, path);
	if (r < 0)
		return PASS(r);
	/* Never wider than asked, not even for a moment: an old file's mode may be. */
	unlinkat(folder->fd, path, 0);
	AUTO(fd_close)
	int fd = openat(folder->fd, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, MODE_KEY);
	if (fd < 0)
		return RAISE(errno);
	r = content_write(fd, content);
	if (r < 0)
		return PASS(r);
	return fchmod(fd, mode) == 0 ? 0 : RAISE(errno);
}

static int bio_write(const struct folder *folder, const char *path, unsigned mode, BIO *bio,
		     bool encoded)
{
	char *bytes = NULL;
	if (!encoded)
		return RAISE(EIO);
	long len = BIO_get_mem_data(bio, &bytes);
	int r = folder_write(folder, path, mode, str_bytes(bytes, (size_t)len));
	return r < 0 ? PASS(r) : 0;
}

int folder_write_certificate(const struct folder *folder, const char *path, X509 *certificate)
{
	AUTO(BIO_freep) BIO *bio = BIO_new(BIO_s_mem());
	bool encoded = bio && PEM_write_bio_X509(bio, certificate) == 1;
	int r = bio_write(folder, path, MODE_FILE, bio, encoded);
	return r < 0 ? PASS(r) : 0;
}

int folder_write_der(const struct folder *folder, const char *path, X509 *certificate)
{
	AUTO(BIO_freep) BIO *bio = BIO_new(BIO_s_mem());
	bool encoded = bio && i2d_X509_bio(bio, certificate) == 1;
	int r = bio_write(folder, path, MODE_FILE, bio, encoded);
	return r < 0 ? PASS(r) : 0;
}

int folder_write_key(const struct folder *folder, const char *path, EVP_PKEY *key)
{
	AUTO(BIO_freep) BIO *bio = BIO_new(BIO_s_mem());
	bool encoded = bio && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
	int r = bio_write(folder, path, MODE_KEY, bio, encoded);
	return r < 0 ? PASS(r) : 0;
}

int folder_write_public(const struct folder *folder, const char *path, EVP_PKEY *key)
{
	AUTO(BIO_freep) BIO *bio = BIO_new(BIO_s_mem());
	bool encoded = bio && i2d_PUBKEY_bio(bio, key) == 1;
	int r = bio_write(folder, path, MODE_FILE, bio, encoded);
	return r < 0 ? PASS(r) : 0;
}
