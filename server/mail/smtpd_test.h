/* SPDX-License-Identifier: Apache-2.0 */
/* The real SMTP server of tests/stack/smtpd.py, as a process with a folder of its own. */
#pragma once

#include "lib/base/test.h"

#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/arena.h"
#include "server/config.h"

enum { SMTPD_MAIL_BYTES = 16384 };

struct smtpd {
	const char *python, *script;
	char dir[64];
	char server[32], ca[96], password[96];
	pid_t pid;
};

static inline void smtpd_file_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* port "0": any. */
static inline void smtpd_start(struct smtpd *smtpd, const char *port)
{
	char line[16] = "";
	int ends[2];
	posix_spawn_file_actions_t actions;
	char *const argv[] = {(char *)(uintptr_t)smtpd->python, (char *)(uintptr_t)smtpd->script,
			      smtpd->dir, (char *)(uintptr_t)port, NULL};
	assert_int_equal(pipe(ends), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	assert_int_equal(posix_spawn(&smtpd->pid, argv[0], &actions, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	FILE *out = fdopen(ends[0], "r");
	assert_non_null(fgets(line, sizeof line, out));
	fclose(out);
	line[strcspn(line, "\n")] = '\0';
	snprintf(smtpd->server, sizeof smtpd->server, "127.0.0.1:%s", line);
}

static inline void smtpd_stop(struct smtpd *smtpd)
{
	int status;
	kill(smtpd->pid, SIGTERM);
	assert_int_equal(waitpid(smtpd->pid, &status, 0), smtpd->pid);
}

static inline void smtpd_open(struct smtpd *smtpd, const char *python, const char *script)
{
	*smtpd = (struct smtpd){.python = python, .script = script};
	snprintf(smtpd->dir, sizeof smtpd->dir, "/tmp/shikaku-smtp-XXXXXX");
	assert_non_null(mkdtemp(smtpd->dir));
	snprintf(smtpd->ca, sizeof smtpd->ca, "%s/cert.pem", smtpd->dir);
	snprintf(smtpd->password, sizeof smtpd->password, "%s/password", smtpd->dir);
	smtpd_file_write(smtpd->password, "correct horse\n");
	smtpd_start(smtpd, "0");
}

static inline int smtpd_entry_remove(const char *path, const struct stat *status, int kind,
				     struct FTW *walk)
{
	(void)status, (void)kind, (void)walk;
	return remove(path);
}

/* It runs. */
static inline void smtpd_close(struct smtpd *smtpd)
{
	smtpd_stop(smtpd);
	nftw(smtpd->dir, smtpd_entry_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* The settings' mail goes there. */
static inline void smtpd_configure(struct smtpd *smtpd, struct config *config)
{
	config->mail.server = str_of(smtpd->server);
	config->mail.ca_file = str_of(smtpd->ca);
	config->mail.user = STR("shikaku");
	config->mail.password_file = str_of(smtpd->password);
}

static inline void smtpd_mode(struct smtpd *smtpd, const char *mode)
{
	char path[96];
	snprintf(path, sizeof path, "%s/mode", smtpd->dir);
	smtpd_file_write(path, mode);
}

/* The n-th mail the server has; absent when it has not so many. */
static inline struct str smtpd_mail(struct smtpd *smtpd, struct arena *arena, int n)
{
	char path[128], *bytes = arena_alloc(arena, SMTPD_MAIL_BYTES);
	snprintf(path, sizeof path, "%s/%d.eml", smtpd->dir, n);
	FILE *file = fopen(path, "r");
	if (!file)
		return (struct str){0};
	size_t len = fread(bytes, 1, SMTPD_MAIL_BYTES, file);
	fclose(file);
	return str_bytes(bytes, len);
}
