/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a window: claim, open, wait, close. */
#include "workstation/window.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/web/web_local.h"
#include "workstation/vault/home.h"

static bool path_in(const char *folder, const char *name, char path[WINDOW_PATH_BYTES])
{
	int n = snprintf(path, WINDOW_PATH_BYTES, "%s/%s", folder, name);
	return n > 0 && n < WINDOW_PATH_BYTES;
}

/* The browser learns a file's name only; what is in the file it posts itself. */
static void browse(const struct window *window)
{
	char *arguments[] = {(char[]){"xdg-open"}, (char *)(uintptr_t)window->open_file, NULL};
	pid_t pid;
	if (window->has_browser)
		(void)posix_spawnp(&pid, "xdg-open", NULL, NULL, arguments, environ);
}

int window_claim(struct window *window)
{
	char run[WINDOW_PATH_BYTES], lock[WINDOW_PATH_BYTES];
	struct home home;
	window->lock_fd = -1;
	if (!path_in(window->home, "run", run) || !path_in(run, "lock", lock) ||
	    !path_in(run, "open.html", window->open_file))
		return WINDOW_HOME_UNUSABLE;
	if (home_find(window->home, &home) || home_make(&home) || home_folder_make(&home, "run"))
		return WINDOW_HOME_UNUSABLE;
	window->lock_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (window->lock_fd < 0)
		return WINDOW_HOME_UNUSABLE;
	if (flock(window->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	browse(window);
	return WINDOW_ELSEWHERE;
}

int window_open(struct window *window, const struct station_config *config)
{
	int r = station_create(&window->station, config);
	if (r < 0)
		return PASS(r);
	const struct web_local_options options = {.app = &station_app,
						  .ctx = window->station,
						  .log = config->log,
						  .uid = geteuid(),
						  .body_bytes_max = STATION_BODY_BYTES_MAX,
						  .open_file = window->open_file};
	r = web_local_create(&window->door, &options);
	if (r < 0)
		return PASS(r);
	LOG(config->log, page_started, log_int("port", web_local_port(window->door)));
	browse(window);
	return 0;
}

static void signals_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
}

void window_signals_take(void)
{
	sigset_t set;
	signals_set(&set);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGCHLD, SIG_IGN); /* the browser is nobody's child */
}

void window_wait(void)
{
	sigset_t set;
	int number;
	signals_set(&set);
	(void)sigwait(&set, &number);
}

void window_close(struct window *window)
{
	web_local_destroy(window->door);
	station_destroy(window->station);
	window->door = NULL;
	window->station = NULL;
	if (window->lock_fd >= 0)
		close(window->lock_fd);
	window->lock_fd = -1;
}
