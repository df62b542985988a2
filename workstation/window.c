/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a window: claim, open, wait, close. */
#include "workstation/window.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/web/web_local.h"

bool window_home(const char *given, char home[WINDOW_PATH_BYTES])
{
	const char *data = getenv("XDG_DATA_HOME"), *user = getenv("HOME");
	int n = -1;
	if (given)
		n = snprintf(home, WINDOW_PATH_BYTES, "%s", given);
	else if (data && data[0] == '/')
		n = snprintf(home, WINDOW_PATH_BYTES, "%s/shikaku", data);
	else if (user && user[0] == '/')
		n = snprintf(home, WINDOW_PATH_BYTES, "%s/.local/share/shikaku", user);
	return n > 0 && n < WINDOW_PATH_BYTES;
}

/* A folder of this user alone; one that others can look into is refused, not mended. */
static bool folder_make(const char *path)
{
	struct stat facts;
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return false;
	return lstat(path, &facts) == 0 && S_ISDIR(facts.st_mode) && facts.st_uid == geteuid() &&
	       !(facts.st_mode & 077);
}

/* The folders above it, as a desktop would have made them. */
static void parents_make(const char *path)
{
	char part[WINDOW_PATH_BYTES];
	(void)snprintf(part, sizeof part, "%s", path);
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(part, 0700);
		*slash = '/';
	}
}

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
	window->lock_fd = -1;
	if (!path_in(window->home, "run", run) || !path_in(run, "lock", lock) ||
	    !path_in(run, "open.html", window->open_file))
		return WINDOW_HOME_UNUSABLE;
	parents_make(window->home);
	if (!folder_make(window->home) || !folder_make(run))
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
