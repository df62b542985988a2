/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over the bytes for all needles: only where two bytes begin one are they compared. */
#include "tests/acceptance/canary/canary.h"

#include <dirent.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { TOLD_MAX = 10, PATH_BYTES = 1024 };

static void needle_add(struct canaries *canaries, const char *form, const unsigned char *bytes,
		       size_t len)
{
	if (len < CANARY_BYTES_MIN)
		return;
	assert_true(len <= CANARY_BYTES_MAX && canaries->count < CANARY_NEEDLES_MAX);
	struct canary_needle *needle = &canaries->list[canaries->count++];
	*needle = (struct canary_needle){.form = form, .len = len};
	memcpy(needle->bytes, bytes, len);
	canaries->first[bytes[0] << 8 | bytes[1]] = 1;
}

static void charset_add(struct canaries *canaries, const char *charset, const char *text)
{
	unsigned char bytes[CANARY_BYTES_MAX];
	char *from = (char *)(uintptr_t)text, *to = (char *)bytes;
	size_t from_len = strlen(text), to_len = sizeof bytes;
	iconv_t converter = iconv_open(charset, "UTF-8");
	assert_true(converter != (iconv_t)-1);
	size_t r = iconv(converter, &from, &from_len, &to, &to_len);
	iconv_close(converter);
	assert_true(r != (size_t)-1);
	needle_add(canaries, charset, bytes, sizeof bytes - to_len);
}

static void hex_add(struct canaries *canaries, const char *text, const char *digits)
{
	unsigned char bytes[CANARY_BYTES_MAX];
	size_t len = strlen(text);
	for (size_t i = 0; i < len; i++) {
		bytes[2 * i] = (unsigned char)digits[(unsigned char)text[i] >> 4];
		bytes[2 * i + 1] = (unsigned char)digits[(unsigned char)text[i] & 15];
	}
	needle_add(canaries, "hex", bytes, 2 * len);
}

/* Six bits from bit on, of phase unknown bytes and then text. */
static unsigned sextet(const char *text, size_t phase, size_t bit)
{
	unsigned value = 0;
	for (size_t i = bit; i < bit + 6; i++) {
		unsigned byte = (unsigned char)text[i / 8 - phase];
		value = value << 1 | (byte >> (7 - i % 8) & 1);
	}
	return value;
}

/* The digits that depend on the text alone, whatever stands before and behind it. */
static void base64_add(struct canaries *canaries, const char *text, size_t phase,
		       const char *last_two)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	unsigned char bytes[CANARY_BYTES_MAX];
	size_t len = 0, end = (phase + strlen(text)) * 8;
	for (size_t bit = (phase * 8 + 5) / 6 * 6; bit + 6 <= end; bit += 6) {
		unsigned value = sextet(text, phase, bit);
		bytes[len++] = (unsigned char)(value < 62 ? digits[value] : last_two[value - 62]);
	}
	needle_add(canaries, "base64", bytes, len);
}

void canaries_add(struct canaries *canaries, const char *text)
{
	static const char *const charsets[] = {"UTF-8", "UTF-16LE", "UTF-16BE", "CP932", "EUC-JP"};
	for (size_t i = 0; i < sizeof charsets / sizeof charsets[0]; i++)
		charset_add(canaries, charsets[i], text);
	hex_add(canaries, text, "0123456789abcdef");
	hex_add(canaries, text, "0123456789ABCDEF");
	for (size_t phase = 0; phase < 3; phase++) {
		base64_add(canaries, text, phase, "+/");
		base64_add(canaries, text, phase, "-_");
	}
}

void canaries_add_bytes(struct canaries *canaries, struct str bytes)
{
	needle_add(canaries, "bytes", (const unsigned char *)bytes.ptr, bytes.len);
}

static void place_look(struct canaries *canaries, const unsigned char *bytes, size_t left,
		       const char *where)
{
	for (size_t i = 0; i < canaries->count; i++) {
		struct canary_needle *needle = &canaries->list[i];
		if (needle->len > left || memcmp(needle->bytes, bytes, needle->len) != 0)
			continue;
		needle->hits++;
		if (canaries->hits++ < TOLD_MAX)
			print_message("# canary %zu as %s in %s\n", i, needle->form, where);
	}
}

void canaries_in_bytes(struct canaries *canaries, struct str bytes, const char *where)
{
	const unsigned char *at = (const unsigned char *)bytes.ptr;
	canaries->bytes_seen += bytes.len;
	for (size_t i = 0; i + CANARY_BYTES_MIN <= bytes.len; i++)
		if (canaries->first[at[i] << 8 | at[i + 1]])
			place_look(canaries, at + i, bytes.len - i, where);
}

void canaries_in_file(struct canaries *canaries, const char *path)
{
	FILE *file = fopen(path, "rb");
	struct stat status;
	if (!file)
		return;
	if (fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
		char *bytes = malloc((size_t)status.st_size);
		assert_non_null(bytes);
		size_t len = fread(bytes, 1, (size_t)status.st_size, file);
		canaries_in_bytes(canaries, (struct str){bytes, len}, path);
		free(bytes);
	}
	fclose(file);
}

/* Folders still to be read, as a stack of paths. */
struct folders {
	char paths[256][PATH_BYTES];
	size_t count;
};

static void folder_read(struct canaries *canaries, struct folders *folders, const char *path)
{
	DIR *dir = opendir(path);
	for (const struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
		char child[PATH_BYTES];
		struct stat status;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		int len = snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
		assert_true(len > 0 && (size_t)len < sizeof child);
		if (lstat(child, &status) < 0)
			continue;
		if (S_ISREG(status.st_mode))
			canaries_in_file(canaries, child);
		else if (S_ISDIR(status.st_mode) && folders->count < 256)
			memcpy(folders->paths[folders->count++], child, sizeof child);
	}
	if (dir)
		closedir(dir);
}

void canaries_in_tree(struct canaries *canaries, const char *path)
{
	struct folders *folders = calloc(1, sizeof *folders);
	assert_non_null(folders);
	snprintf(folders->paths[folders->count++], PATH_BYTES, "%s", path);
	while (folders->count) {
		char next[PATH_BYTES];
		memcpy(next, folders->paths[--folders->count], sizeof next);
		folder_read(canaries, folders, next);
	}
	free(folders);
}
