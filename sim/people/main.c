/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shikaku-sim-people: people that nobody is, one line of the operator's import each.
 */
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/number.h"
#include "lib/base/period.h"
#include "sim/people/print.h"

enum {
	EXIT_USAGE = 2,
	COUNT_DEFAULT = INVENT_KINDS,
	FILE_BYTES_MAX = 16 * 1024 * 1024,
	ARENA_BYTES = 48 * 1024 * 1024,
	LINE_ARENA_BYTES = 256 * 1024,
};

struct options {
	struct invent_options invent;
	unsigned count;	 /* 0: as many as there are cards, at least COUNT_DEFAULT */
	unsigned change; /* 0: nobody's insurer changes */
	const char *certificates;
};

static const struct option long_options[] = {
	{"seed", required_argument, NULL, 's'},
	{"count", required_argument, NULL, 'c'},
	{"certificates", required_argument, NULL, 'f'},
	{"now", required_argument, NULL, 'n'},
	{"change-insurer", required_argument, NULL, 'x'},
	{"help", no_argument, NULL, 'h'},
	{0},
};

static int usage(FILE *stream, int status)
{
	fputs("usage: shikaku-sim-people [--seed N] [--count N] [--certificates FILE]\n"
	      "                          [--now yyyyMMddHHmmss] [--change-insurer PERSON]\n"
	      "Write invented people as JSON Lines for shikaku-admin import. FILE has \"aki "
	      "serial\"\n"
	      "or \"name aki serial\" a line. With --change-insurer only PERSON (P0001) is "
	      "written,\n"
	      "with a new insurer from today.\n",
	      stream);
	return status;
}

static bool number_take(struct str value, int64_t min, int64_t max, unsigned *ret_number)
{
	int64_t number;
	if (number_parse(value, min, max, &number))
		return false;
	*ret_number = (unsigned)number;
	return true;
}

/* "P0001" */
static bool person_take(struct str value, unsigned *ret_number)
{
	if (!str_starts(value, STR("P")) || value.len < 5 || value.len > 7)
		return false;
	value = (struct str){value.ptr + 1, value.len - 1};
	if (!number_is_digits(value, value.len))
		return false;
	int64_t number = number_of_digits(value);
	*ret_number = (unsigned)number;
	return number >= 1 && number <= INVENT_PEOPLE_MAX;
}

static bool option_take(struct options *options, int letter, struct str value)
{
	int64_t seed;
	switch (letter) {
	case 's':
		if (number_parse(value, 0, INT64_MAX, &seed))
			return false;
		options->invent.seed = (uint64_t)seed;
		return true;
	case 'c': return number_take(value, 1, INVENT_PEOPLE_MAX, &options->count);
	case 'f': options->certificates = value.ptr; return true;
	case 'n': return period_datetime_parse(value, &options->invent.now_ms) == 0;
	case 'x': return person_take(value, &options->change);
	default: return false;
	}
}

static int file_read(struct arena *arena, const char *path, struct str *ret_text)
{
	char *text = arena_alloc(arena, FILE_BYTES_MAX);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (!text || fd < 0) {
		int r = text ? RAISE(errno) : RAISE(ENOMEM);
		if (fd >= 0)
			close(fd);
		return r;
	}
	size_t used = 0;
	ssize_t n = 1;
	while (n > 0 && used < FILE_BYTES_MAX) {
		n = read(fd, text + used, FILE_BYTES_MAX - used);
		used += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	if (n != 0)
		return RAISE(n < 0 ? EIO : EFBIG);
	*ret_text = (struct str){text, used};
	return 0;
}

static int person_write(const struct options *options, unsigned number,
			const struct certificates *certificates)
{
	struct arena arena AUTO(arena_clear) = {0};
	struct invent_options invent = options->invent;
	struct invent_person person;
	struct str line;
	arena_init(&arena, LINE_ARENA_BYTES);
	invent.number = number;
	invent.insurer_changed = number == options->change;
	int r = invent_person(&arena, &invent, &person);
	if (r == 0)
		r = person_print(&arena, &person, number, certificates, &line);
	if (r < 0)
		return PASS(r);
	return printf("%.*s\n", STR_ARG(line)) < 0 ? RAISE(EIO) : 0;
}

static int people_write(const struct options *options, const struct certificates *certificates)
{
	unsigned first = 1, last = options->count;
	if (!last)
		last = certificates->people > COUNT_DEFAULT ? certificates->people : COUNT_DEFAULT;
	if (options->change)
		first = last = options->change;
	for (unsigned number = first; number <= last; number++) {
		int r = person_write(options, number, certificates);
		if (r < 0)
			return PASS(r);
	}
	return fflush(stdout) ? RAISE(EIO) : 0;
}

static int run(const struct options *options)
{
	struct arena arena AUTO(arena_clear) = {0};
	struct certificates certificates = {0};
	struct str text = {0};
	arena_init(&arena, ARENA_BYTES);
	int r = options->certificates ? file_read(&arena, options->certificates, &text) : 0;
	if (r == 0)
		r = certificates_read(&arena, text, &certificates);
	if (r == 0)
		r = people_write(options, &certificates);
	return r < 0 ? PASS(r) : r;
}

int main(int argc, char **argv)
{
	struct options options = {.invent = {.seed = 1}};
	options.invent.now_ms = clock_now_ms(&clock_system);
	for (;;) {
		int letter = getopt_long(argc, argv, "", long_options, NULL);
		if (letter == -1)
			break;
		if (letter == 'h')
			return usage(stdout, 0);
		if (!option_take(&options, letter, str_of(optarg)))
			return usage(stderr, EXIT_USAGE);
	}
	if (optind != argc)
		return usage(stderr, EXIT_USAGE);
	int r = run(&options);
	char trace[256];
	if (r > 0)
		fprintf(stderr, "shikaku-sim-people: %s: not a list of certificates\n",
			options.certificates);
	if (r < 0)
		fprintf(stderr, "shikaku-sim-people: %s (%s)\n", strerror(-r),
			fault_trace(trace, sizeof trace));
	return r ? 1 : 0;
}
