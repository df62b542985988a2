/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every command over the public header does alike (shikaku, shikaku-workstation): make the
 * client, take up and keep its session between two commands, say its error.
 */
#pragma once

#include "include/shikaku/shikaku.h"
#include "lib/base/secret.h"
#include "lib/terminal/command_line.h"
#include "lib/terminal/interruption.h"

enum { LINK_PATH_BYTES = 4096 };

/* Part of the program's options; texts are those of argv, NULL: not given. */
struct link_options {
	const char *service, *ca_file, *proxy, *session, *wire_profile;
	int secret_fd; /* where password and passcode are read */
};

/* The rows of the six, for a struct holder with the member link. */
#define LINK_OPTION_ROWS(holder, link)                                                     \
	{.name = "--service", .offset = offsetof(holder, link.service)},                   \
		{.name = "--ca", .offset = offsetof(holder, link.ca_file)},                \
		{.name = "--proxy", .offset = offsetof(holder, link.proxy)},               \
		{.name = "--session", .offset = offsetof(holder, link.session)},           \
		{.name = "--wire-profile", .offset = offsetof(holder, link.wire_profile)}, \
	{                                                                                  \
		.name = "--password-fd", .offset = offsetof(holder, link.secret_fd),       \
		.kind = OPTION_NUMBER, .number_max = 1023                                  \
	}

struct link {
	const char *program; /* "shikaku" */
	const struct link_options *options;
	struct interruption *interruption;
	shk_client *client;
	char session[LINK_PATH_BYTES];
};

/* Each answers the exit status; what is not 0 has been said. */

/* session_name: of the session file in the home folder, when --session is not given. */
int link_open(struct link *link, const char *session_name);
/* Accepts a zeroed link. */
void link_close(struct link *link);

int link_session_take(struct link *link);
/* Writes it, or removes the file when the session is over. */
int link_session_keep(struct link *link);
/* link_session_keep whatever the call answered; the call's status when that is not 0. */
int link_session_kept(struct link *link, int status);

int link_secret(const struct link *link, const char *what, struct secret *secret);
/* The password step, then the passcode; between them the session is kept. */
int link_login(struct link *link, const char *facility, const char *login_id);
int link_passcode(struct link *link);
int link_refresh(struct link *link);
/* The present password, then the new one - at a terminal twice, for nobody sees it. */
int link_password(struct link *link);
int link_logout(struct link *link);

/*
 * code of a call: 0, or the client's error said, with what to do next and whom to ask.
 * about  the arguments or the file it was about, named when those are wrong; NULL: none
 */
int link_status(const struct link *link, int32_t code, const char *about);

/* about, for a call with a period. */
extern const char link_period[];

/* path: given, or name in the home folder. False: too long. */
bool link_path(const char *given, const char *name, char path[LINK_PATH_BYTES]);

/* Nothing for some seconds; Ctrl-C ends the program at once meanwhile. */
void link_pause(const struct link *link, int seconds);

/* The progress bar for shk_download, where somebody watches; else NULL. */
shk_progress link_progress(void);
