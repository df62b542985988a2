/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shikaku-sim-pki: a test world of authorities and cards in a folder. Everything in it is invented;
 * keys and PINs in it protect nothing.
 */
#include <getopt.h>
#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/base/number.h"
#include "lib/base/period.h"
#include "sim/pki/cards.h"

enum {
	EXIT_USAGE = 2,
	PEOPLE_DEFAULT = 12,
};

struct options {
	const char *path;
	const char *drawer; /* NULL: none */
	struct cards_options cards;
};

static const struct option long_options[] = {
	{"seed", required_argument, NULL, 's'}, {"people", required_argument, NULL, 'p'},
	{"now", required_argument, NULL, 'n'},	{"keys", required_argument, NULL, 'k'},
	{"help", no_argument, NULL, 'h'},	{0},
};

static int usage(FILE *stream, int status)
{
	fputs("usage: shikaku-sim-pki DIR [--people N] [--seed N] [--now yyyyMMddHHmmss]\n"
	      "                       [--keys FILE]\n"
	      "Make a test PKI and cards below DIR, of the keys in FILE as far as there are any.\n",
	      stream);
	return status;
}

static bool option_take(struct options *options, int letter, struct str value)
{
	int64_t number = 0;
	switch (letter) {
	case 's':
		if (number_parse(value, 0, INT64_MAX, &number))
			return false;
		options->cards.seed = (uint64_t)number;
		return true;
	case 'p':
		if (number_parse(value, 1, CARDS_PEOPLE_MAX, &number))
			return false;
		options->cards.people = (unsigned)number;
		return true;
	case 'k': options->drawer = value.ptr; return true;
	case 'n': return period_datetime_parse(value, &options->cards.now_ms) == 0;
	default: return false;
	}
}

static int world_make(const struct options *options)
{
	AUTO(hierarchy_clear) struct hierarchy hierarchy = {0};
	AUTO(keys_clear) struct keys keys = {0};
	AUTO(folder_close) struct folder folder = {.fd = -1};
	int r = folder_open(&folder, options->path);
	if (r == 0)
		r = keys_make(&keys, options->drawer,
			      HIERARCHY_KEYS + CARDS_KEYS + options->cards.people);
	if (r == 0)
		r = hierarchy_make(&hierarchy, &keys, &folder, options->cards.now_ms);
	if (r == 0)
		r = cards_make(&options->cards, &hierarchy, &keys, &folder);
	return r < 0 ? PASS(r) : 0;
}

int main(int argc, char **argv)
{
	struct options options = {
		.cards = {.people = PEOPLE_DEFAULT,
			  .seed = 1,
			  .now_ms = clock_now_ms(&clock_system)},
	};
	int letter;
	while ((letter = getopt_long(argc, argv, "h", long_options, NULL)) >= 0) {
		if (letter == 'h')
			return usage(stdout, 0);
		if (!option_take(&options, letter, str_of(optarg)))
			return usage(stderr, EXIT_USAGE);
	}
	if (optind != argc - 1)
		return usage(stderr, EXIT_USAGE);
	options.path = argv[optind];
	int r = world_make(&options);
	if (r < 0) {
		char trace[256];
		fprintf(stderr, "shikaku-sim-pki: %s: %s (%s)\n", options.path, strerror(-r),
			fault_trace(trace, sizeof trace));
	}
	return r < 0;
}
