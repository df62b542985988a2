/* SPDX-License-Identifier: Apache-2.0 */
/* Folders of this user alone. */
#include "workstation/vault/home.h"

#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

DEFINE_AUTO_POINTER(DIR, closedir)

static bool path_put(struct home *home, const char *base, const char *rest)
{
	int len = snprintf(home->path, sizeof home->path, "%s%s", base, rest);
	return len > 0 && (size_t)len < sizeof home->path;
}

int home_find(const char *given, struct home *ret_home)
{
	const char *data = getenv("XDG_DATA_HOME"), *user = getenv("HOME");
	bool fits;
	if (given)
		fits = path_put(ret_home, given, "");
	else if (data && data[0] == '/')
		fits = path_put(ret_home, data, "/shikaku");
	else
		fits = path_put(ret_home, user ? user : ".", "/.local/share/shikaku");
	return fits ? 0 : HOME_UNUSABLE;
}

/* What is there already must be ours alone. */
static int folder_make(const char *path)
{
	struct stat facts;
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return HOME_UNUSABLE;
	if (lstat(path, &facts) < 0 || !S_ISDIR(facts.st_mode))
		return HOME_UNUSABLE;
	return facts.st_uid == geteuid() && !(facts.st_mode & 077) ? 0 : HOME_EXPOSED;
}

/* Those above it are made where they are missing; whose they are is not ours to judge. */
int home_make(const struct home *home)
{
	struct home above = *home;
	for (char *slash = strchr(above.path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(above.path, 0700) < 0 && errno != EEXIST)
			return HOME_UNUSABLE;
		*slash = '/';
	}
	return folder_make(home->path);
}

void home_file(const struct home *home, const char *name, char ret_path[HOME_FILE_BYTES])
{
	int len = snprintf(ret_path, HOME_FILE_BYTES, "%s/%s", home->path, name);
	assert(len > 0 && len < HOME_FILE_BYTES);
	(void)len;
}

int home_folder_make(const struct home *home, const char *name)
{
	char path[HOME_FILE_BYTES];
	home_file(home, name, path);
	return folder_make(path);
}

/* --- facilities --- */

/* Nothing that could lead out of the home, and nothing else that lies in it. */
bool home_code_is_good(struct str code)
{
	bool registered = str_starts(code, STR("協")) || str_starts(code, STR("契"));
	size_t from = registered ? strlen("協") : 0;
	for (size_t i = from; i < code.len; i++) {
		char c = code.ptr[i];
		if (!(c >= '0' && c <= '9') && (registered || !(c >= 'A' && c <= 'Z')))
			return false;
	}
	return code.len >= from + 7 && code.len <= from + (registered ? 11 : 12);
}

int home_facility_make(const struct home *home, struct str code)
{
	char name[HOME_CODE_BYTES];
	if (!home_code_is_good(code) || str_to_c(code, name, sizeof name) < 0)
		return HOME_CODE_REFUSED;
	return home_folder_make(home, name);
}

static int code_compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

int home_facilities(const struct home *home, struct home_facilities *ret_facilities)
{
	AUTO(closedirp) DIR *folder = opendir(home->path);
	struct home_facilities found = {0};
	if (!folder)
		return HOME_UNUSABLE;
	for (struct dirent *entry; (entry = readdir(folder));) {
		if (!home_code_is_good(str_of(entry->d_name)))
			continue;
		if (found.count == HOME_FACILITIES_MAX)
			return HOME_UNUSABLE;
		(void)snprintf(found.codes[found.count++], HOME_CODE_BYTES, "%s", entry->d_name);
	}
	qsort(found.codes, found.count, sizeof *found.codes, code_compare);
	*ret_facilities = found;
	return 0;
}

int home_facility_choose(const struct home *home, const char *wanted,
			 char ret_code[HOME_CODE_BYTES])
{
	struct home_facilities found;
	size_t place = 0;
	int r = home_facilities(home, &found);
	if (r)
		return r;
	if (!wanted && found.count > 1)
		return HOME_FACILITY_WHICH;
	while (wanted && place < found.count && strcmp(found.codes[place], wanted) != 0)
		place++;
	if (place >= found.count)
		return HOME_FACILITY_UNKNOWN;
	memcpy(ret_code, found.codes[place], sizeof found.codes[place]);
	return 0;
}

void home_facility_file(const struct home *home, struct str code, const char *name,
			char ret_path[HOME_FILE_BYTES])
{
	int len =
		snprintf(ret_path, HOME_FILE_BYTES, "%s/%.*s/%s", home->path, STR_ARG(code), name);
	assert(home_code_is_good(code) && len > 0 && len < HOME_FILE_BYTES);
	(void)len;
}
