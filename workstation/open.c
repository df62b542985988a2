/* SPDX-License-Identifier: Apache-2.0 */
/* The program behind the page: home, log, station, door, browser. */
#include "workstation/open.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "include/shikaku/shikaku.h"
#include "lib/terminal/say.h"
#include "workstation/keeper_vault.h"
#include "workstation/window.h"

enum { LOG_BYTES_MAX = 4 * 1024 * 1024 };

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* Beside what lives as long as the page; begun anew when it has grown. -1: nowhere. */
static int log_open(const struct home *home)
{
	char path[HOME_FILE_BYTES];
	home_file(home, "run/log", path);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && lseek(fd, 0, SEEK_END) > LOG_BYTES_MAX && ftruncate(fd, 0) < 0)
		(void)fd; /* then it grows on */
	return fd;
}

static int window_serve(const char *program, struct window *window, const struct home *home,
			const struct link_options *link)
{
	AUTO(fd_close) int log_fd = log_open(home);
	const struct log log = {.fd = log_fd, .level = LOG_LEVEL_INFO, .clock = &clock_system};
	AUTO(keeper_vault_clear)
	struct keeper_vault vault = {.home = *home, .clock = &clock_system};
	const struct keeper keeper = keeper_of_vault(&vault);
	const struct couriers_options options = {.clock = &clock_system,
						 .log = &log,
						 .home = home->path,
						 .service = link->service,
						 .ca_file = link->ca_file,
						 .proxy = link->proxy,
						 .wire_profile = link->wire_profile};
	struct couriers *couriers = NULL;
	if (couriers_create(&couriers, &options) < 0)
		return say_trouble(program, SAY_UNEXPECTED, NULL);
	const struct station_config config = {.clock = &clock_system,
					      .log = &log,
					      .keeper = &keeper,
					      .version = str_of(shk_version()),
					      .couriers = couriers};
	int r = window_open(window, &config);
	if (r == 0) {
		/* A desktop that cannot start a browser, and tests, open this file themselves. */
		(void)printf("%s\n", window->open_file);
		(void)fflush(stdout);
		window_wait();
		LOG(&log, page_stopped, log_int("port", 0));
	}
	window_close(window);
	return r < 0 ? say_fault(program, SAY_FILE_UNUSABLE, home->path) : 0;
}

int open_run(const char *program, const char *given, bool has_browser,
	     const struct link_options *link)
{
	struct home home;
	if (home_find(given, &home) != 0)
		return say_trouble(program, SAY_FILE_UNUSABLE, given ? given : "HOME");
	struct window window = {.home = home.path, .has_browser = has_browser};
	window_signals_take();
	int r = window_claim(&window);
	if (r == 0)
		return window_serve(program, &window, &home, link);
	window_close(&window);
	if (r == WINDOW_HOME_UNUSABLE)
		return say_trouble(program, SAY_FILE_UNUSABLE, home.path);
	(void)printf("%s\n", window.open_file); /* another process has it: its page */
	return 0;
}
