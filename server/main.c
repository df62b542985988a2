/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shikakud, the launcher: it checks the settings, brings the store up to date, writes nginx's
 * configuration and becomes nginx (the same process goes on, so that whoever started us supervises
 * nginx itself). A start that cannot succeed fails here, with one clear line, before a port is
 * open.
 *
 * --reload does the same up to the configuration, for a service that runs, and tells its nginx: new
 * connections meet a new generation with the new settings and certificate, what the old one has
 * begun it finishes. What cannot be loaded changes nothing.
 */
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/arena.h"
#include "lib/base/number.h"
#include "lib/db/db.h"
#include "lib/base/secret.h"
#include "lib/log/log.h"
#include "server/config.h"
#include "server/nginx_conf.h"
#include "server/store/store.h"
#include "server/wire_profile.h"

#define NGINX "/usr/sbin/nginx"

enum {
	EXIT_REFUSED = 1, /* the settings or the store do not allow a start */
	EXIT_USAGE = 2,
	ARENA_BYTES_MAX = 1 << 20,
	PATH_BYTES_MAX = 2048,
	STORE_BUSY_MS = 10000, /* an older generation may still be writing */
	FILES_BESIDE = 512,    /* descriptors besides connections: store, threads, logs */
};

struct launch {
	const char *settings; /* as given */
	bool check_only, reload;
	char settings_path[PATH_BYTES_MAX]; /* absolute */
	char module[PATH_BYTES_MAX];
	char run_dir[PATH_BYTES_MAX];
	char conf[PATH_BYTES_MAX];
	char conf_new[PATH_BYTES_MAX]; /* becomes conf when nginx has taken it */
	char pid[PATH_BYTES_MAX];
	struct arena arena;
	struct config config;
	struct log log;
};

static void launch_clear(struct launch *launch)
{
	arena_clear(&launch->arena);
}

/* Tell the operator, Japanese first. */
static int refuse(const char *ja, const char *en, const char *what)
{
	fprintf(stderr, "shikakud: %s: %s\nshikakud: %s: %s\n", what, ja, what, en);
	return EXIT_REFUSED;
}

static int usage(void)
{
	fputs("使い方: shikakud --config 設定ファイル [--check | --reload]\n"
	      "usage: shikakud --config FILE [--check | --reload]\n"
	      "  --check    only check the settings\n"
	      "  --reload   let the running service take them up, without losing a request\n",
	      stderr);
	return EXIT_USAGE;
}

static int arguments_read(int argc, char **argv, struct launch *launch)
{
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"check", no_argument, NULL, 'k'},
		{"reload", no_argument, NULL, 'r'},
		{NULL, 0, NULL, 0},
	};
	int option;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'c': launch->settings = optarg; break;
		case 'k': launch->check_only = true; break;
		case 'r': launch->reload = true; break;
		default: return usage();
		}
	}
	bool both = launch->check_only && launch->reload;
	return launch->settings && optind == argc && !both ? 0 : usage();
}

static int settings_read(struct launch *launch)
{
	struct config *config = &launch->config;
	char absolute[PATH_MAX];
	int r = config_read(launch->settings, &launch->arena, stderr, config);
	if (r == 0)
		r = config_check(launch->settings, config, stderr);
	struct wire_profile profile;
	if (r == 0)
		r = service_profile_read(config, &launch->arena, stderr, &profile);
	if (r < 0)
		return refuse("メモリーが足りません。", "out of memory.", launch->settings);
	if (r)
		return EXIT_REFUSED;
	if (!realpath(launch->settings, absolute) ||
	    str_to_c(str_of(absolute), launch->settings_path, PATH_BYTES_MAX) < 0 ||
	    !nginx_conf_takes(absolute))
		return refuse("この名前の設定ファイルは使えません。",
			      "a settings file cannot have this name.", launch->settings);
	launch->log.level = (enum log_level)config->log.level;
	return 0;
}

/* snprintf into one of launch's paths; false: too long. */
__attribute__((format(printf, 2, 3))) static bool path_print(char path[PATH_BYTES_MAX],
							     const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int len = vsnprintf(path, PATH_BYTES_MAX, format, args);
	va_end(args);
	return len >= 0 && len < PATH_BYTES_MAX;
}

/* The module that the settings name, else the one beside this program. */
static bool module_find(struct launch *launch)
{
	char program[PATH_MAX];
	if (launch->config.service.module.len)
		return path_print(launch->module, "%s", launch->config.service.module.ptr);
	ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);
	if (len <= 0)
		return false;
	program[len] = '\0';
	char *slash = strrchr(program, '/');
	return slash && path_print(launch->module, "%.*s/shikakud_module.so",
				   (int)(slash - program), program);
}

static int places_find(struct launch *launch)
{
	const char *state_dir = launch->config.service.state_dir.ptr;
	if (!module_find(launch) || !nginx_conf_takes(launch->module) ||
	    access(launch->module, R_OK) < 0)
		return refuse("モジュールを読めません。", "the module cannot be read.",
			      launch->module);
	if (!path_print(launch->run_dir, "%s/run", state_dir) ||
	    !path_print(launch->conf, "%s/run/nginx.conf", state_dir) ||
	    !path_print(launch->conf_new, "%s/run/nginx.conf.new", state_dir) ||
	    !path_print(launch->pid, "%s/run/nginx.pid", state_dir) ||
	    (mkdir(launch->run_dir, 0700) < 0 && errno != EEXIST))
		return refuse("フォルダーを作れません。", "the folder cannot be made.",
			      launch->run_dir);
	return 0;
}

static int conf_write(const struct launch *launch)
{
	const struct nginx_conf_place place = {
		.settings = launch->settings_path,
		.module = launch->module,
		.run_dir = launch->run_dir,
		.root = geteuid() == 0,
	};
	int fd = open(launch->conf_new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!out)
		return refuse("ファイルを書けません。", "the file cannot be written.",
			      launch->conf_new);
	int r = nginx_conf_write(out, &launch->config, &place);
	if (fclose(out) != 0 || r < 0)
		return refuse("ファイルを書けません。", "the file cannot be written.",
			      launch->conf_new);
	return 0;
}

/* nginx -t: certificate and key fit, the module loads. nginx says on stderr what is wrong. */
static int conf_test(const struct launch *launch)
{
	char *const argv[] = {NGINX,
			      "-t",
			      "-q",
			      "-p",
			      (char *)(uintptr_t)launch->run_dir,
			      "-e",
			      "stderr",
			      "-c",
			      (char *)(uintptr_t)launch->conf_new,
			      NULL};
	pid_t pid;
	int status = -1;
	if (posix_spawn(&pid, NGINX, NULL, NULL, argv, environ) == 0)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			continue;
	if (status != 0)
		return refuse("nginx がこの設定を受け付けません。",
			      "nginx refuses this configuration.", launch->conf_new);
	if (rename(launch->conf_new, launch->conf) < 0)
		return refuse("ファイルを書けません。", "the file cannot be written.",
			      launch->conf);
	return 0;
}

/* As many descriptors as the connections need, if the system allows it. */
static void files_allow(const struct launch *launch)
{
	struct rlimit files;
	rlim_t need = (rlim_t)launch->config.limits.connections_max + FILES_BESIDE;
	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur >= need)
		return;
	files.rlim_cur = files.rlim_max < need ? files.rlim_max : need;
	setrlimit(RLIMIT_NOFILE, &files);
}

static int store_make_ready(const struct config *config)
{
	AUTO(db_closep) struct db *db = NULL;
	const struct db_options options = {
		.engine = config->store.engine == CONFIG_ENGINE_SQLITE ? DB_SQLITE : DB_POSTGRES,
		.target = config->store.target.ptr,
		.busy_ms = STORE_BUSY_MS,
	};
	int r = db_open(&db, &options);
	if (r < 0)
		return PASS(r);
	r = store_migrate(db);
	return r ? FOLD(r) : 0;
}

static int store_migrate_log(const struct launch *launch)
{
	int r = store_make_ready(&launch->config);
	if (r == 0) {
		LOG(&launch->log, store_migrated, log_text("target", launch->config.store.target));
		return 0;
	}
	LOG(&launch->log, launch_failed, log_fault(r));
	return refuse("データベースを準備できません。", "the store cannot be made ready.",
		      launch->config.store.target.ptr);
}

static int nginx_become(const struct launch *launch)
{
	char *const argv[] = {NGINX,	"-p", (char *)(uintptr_t)launch->run_dir, "-e",
			      "stderr", "-c", (char *)(uintptr_t)launch->conf,	  NULL};
	files_allow(launch);
	LOG(&launch->log, launch, log_text("listen", launch->config.service.listen),
	    log_int("pid", getpid()));
	execv(NGINX, argv);
	return refuse("起動できません。", "cannot be started.", NGINX);
}

/* The master's number, if it is nginx that has it: after a crash it may be anybody's. */
static bool master_find(const struct launch *launch, pid_t *ret_pid)
{
	char text[32], link[64], program[PATH_MAX];
	int64_t pid;
	FILE *file = fopen(launch->pid, "re");
	bool read = file && fgets(text, sizeof text, file);
	if (file)
		fclose(file);
	if (!read || number_parse(str_trim(str_of(text)), 1, INT_MAX, &pid))
		return false;
	snprintf(link, sizeof link, "/proc/%d/exe", (int)pid);
	ssize_t len = readlink(link, program, sizeof program - 1);
	if (len <= 0)
		return false;
	program[len] = '\0';
	*ret_pid = (pid_t)pid;
	return str_starts(str_of(program), STR(NGINX));
}

static int master_tell(const struct launch *launch)
{
	pid_t pid;
	if (!master_find(launch, &pid) || kill(pid, SIGHUP) < 0)
		return refuse("動いているサービスがありません。", "no service is running.",
			      launch->pid);
	LOG(&launch->log, reload, log_int("pid", pid));
	return 0;
}

static int launch_run(struct launch *launch)
{
	int r = settings_read(launch);
	if (r || launch->check_only)
		return r;
	r = places_find(launch);
	if (r == 0 && !launch->reload)
		r = store_migrate_log(launch);
	if (r == 0)
		r = conf_write(launch);
	if (r == 0)
		r = conf_test(launch);
	if (r)
		return r;
	return launch->reload ? master_tell(launch) : nginx_become(launch);
}

int main(int argc, char **argv)
{
	AUTO(launch_clear)
	struct launch launch = {
		.log = {.fd = STDERR_FILENO, .level = LOG_LEVEL_INFO, .clock = &clock_system}};
	secret_process_guard();
	umask(077); /* the store's files are the service's alone */
	arena_init(&launch.arena, ARENA_BYTES_MAX);
	int r = arguments_read(argc, argv, &launch);
	return r ? r : launch_run(&launch);
}
