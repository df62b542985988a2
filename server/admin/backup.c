/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backup: the database as it stands at one moment, while the service runs. backup --keys: the key
 * folder, sealed to a public key whose private half lies in a safe. restore --keys: the folder from
 * it. The two are never in one file: docs/backup.md says why, and how to put them back.
 */
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/json/writer.h"
#include "server/admin/admin.h"

enum {
	PATH_BYTES = 4096,
	PEM_BYTES_MAX = 4096,
	BUNDLE_BYTES_MAX = 256 * 1024,
};

static int path_read(struct admin *admin, struct str text, char path[PATH_BYTES])
{
	if (str_to_c(text, path, PATH_BYTES) < 0)
		return admin_refuse(admin, ADMIN_USAGE, "ファイルの名前が長すぎます。");
	return 0;
}

static void fd_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* At most bytes_max of a file, into the arena. */
static int file_read(struct admin *admin, struct str name, size_t bytes_max, struct str *ret_bytes)
{
	char path[PATH_BYTES];
	int r = path_read(admin, name, path);
	if (r)
		return r;
	AUTO(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *bytes = arena_alloc(&admin->arena, bytes_max);
	if (!bytes)
		return RAISE(ENOMEM);
	ssize_t len = fd < 0 ? -1 : read(fd, bytes, bytes_max);
	if (len < 0 || (size_t)len == bytes_max)
		return admin_refuse(admin, ADMIN_NOT_FOUND, "ファイルを読めません。");
	*ret_bytes = (struct str){bytes, (size_t)len};
	return 0;
}

static int told(struct admin *admin, const char *what, struct str file)
{
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, what, file);
	int r = admin_line_end(admin, &writer);
	return r ? PASS(r) : ADMIN_OK;
}

static int trail_write(struct admin *admin, void *ctx)
{
	int r = admin_audit(admin, &(struct store_audit){.call = str_of(ctx)});
	return r ? PASS(r) : ADMIN_OK;
}

/* --- the database --- */

/* Ours alone, and not there before: a backup is never written over. */
static int file_make(struct admin *admin, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return admin_refuse(admin, ADMIN_CONFLICT,
				    "その名前のファイルがもうあるか、作れません。");
	close(fd);
	return 0;
}

static int file_sync(const char *path)
{
	AUTO(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 || fsync(fd) < 0 ? RAISE(EIO) : 0;
}

/* pg_dump refuses, rather than leaves out, rows that its role may not see. */
static int dump_run(struct admin *admin, const char *path)
{
	char target[PATH_BYTES], file[PATH_BYTES];
	pid_t pid;
	int status = -1;
	if (snprintf(target, sizeof target, "--dbname=%s", admin->config.store.target.ptr) >=
		    (int)sizeof target ||
	    snprintf(file, sizeof file, "--file=%s", path) >= (int)sizeof file)
		return RAISE(ENAMETOOLONG);
	char program[] = "pg_dump", form[] = "--format=custom";
	char *const argv[] = {program, form, file, target, NULL};
	if (posix_spawnp(&pid, program, NULL, NULL, argv, environ) == 0)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			continue;
	return status == 0 ? 0
			   : admin_refuse(admin, ADMIN_FAILED,
					  "pg_dump が失敗しました。上の説明を確認してください。");
}

static int database_copy(struct admin *admin, const char *path)
{
	int r = file_make(admin, path);
	if (r)
		return r;
	if (admin->config.store.engine == CONFIG_ENGINE_POSTGRES)
		r = dump_run(admin, path);
	else
		r = db_copy(admin->db, path);
	if (r == 0)
		r = file_sync(path);
	if (r)
		unlink(path);
	return r < 0 ? PASS(r) : r;
}

static int database_backup(struct admin *admin)
{
	char path[PATH_BYTES], call[] = "admin_backup";
	int r = path_read(admin, admin->options.file, path);
	if (r == 0)
		r = admin_transaction(admin, trail_write, call);
	if (r == 0)
		r = database_copy(admin, path);
	if (r)
		return r < 0 ? PASS(r) : r;
	return told(admin, "backup", admin->options.file);
}

/* --- the keys --- */

static int bundle_write(struct admin *admin)
{
	char path[PATH_BYTES], call[] = "admin_backup_keys";
	struct str pem;
	int r = path_read(admin, admin->options.file, path);
	if (r == 0)
		r = file_read(admin, admin->options.recipient, PEM_BYTES_MAX, &pem);
	if (r == 0)
		r = admin_transaction(admin, trail_write, call);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = keys_bundle_write(admin->config.keys.dir.ptr, pem, path);
	if (r < 0)
		return PASS(r);
	if (r)
		return admin_refuse(admin, ADMIN_REFUSED,
				    "公開鍵（X25519のPEM）か、鍵のフォルダーを使えません。");
	return told(admin, "keys", admin->options.file);
}

int admin_backup(struct admin *admin)
{
	if (admin->options.keys.ptr && !admin->options.recipient.ptr)
		return admin_refuse(admin, ADMIN_USAGE,
				    "--recipient に、封をする公開鍵のファイルを指定してください。");
	int r = admin->options.keys.ptr ? bundle_write(admin) : database_backup(admin);
	return r < 0 ? PASS(r) : r;
}

int admin_restore(struct admin *admin)
{
	struct str pem, bundle;
	int r = file_read(admin, admin->options.private_key, PEM_BYTES_MAX, &pem);
	if (r == 0)
		r = file_read(admin, admin->options.file, BUNDLE_BYTES_MAX, &bundle);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = keys_bundle_open(admin->config.keys.dir.ptr, pem, bundle);
	explicit_bzero((char *)(uintptr_t)pem.ptr, pem.len);
	if (r < 0)
		return PASS(r);
	if (r == KEYS_THERE)
		return admin_refuse(admin, ADMIN_CONFLICT,
				    "鍵のフォルダーがもうあります。上書きはしません。");
	if (r)
		return admin_refuse(admin, ADMIN_REFUSED,
				    "この秘密鍵では開かないか、ファイルが壊れています。");
	return told(admin, "keys", STR("restored"));
}
