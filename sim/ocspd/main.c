/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shikaku-sim-ocspd: what the authority says about its certificates, honestly or as a test wants.
 * Prints its port, one line, and runs until SIGTERM or SIGINT.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>

#include "lib/base/number.h"
#include "sim/ocspd/responder.h"

enum { EXIT_USAGE = 2 };

static const struct option long_options[] = {
	{"dir", required_argument, NULL, 'd'},
	{"port", required_argument, NULL, 'p'},
	{"script", required_argument, NULL, 's'},
	{"help", no_argument, NULL, 'h'},
	{0},
};

static int usage(FILE *stream, int status)
{
	fputs("usage: shikaku-sim-ocspd --dir DIR [--port PORT] [--script FILE]\n"
	      "Answer OCSP on 127.0.0.1 for a world made by shikaku-sim-pki.\n",
	      stream);
	return status;
}

static bool option_take(struct responder_options *options, int letter, const char *value)
{
	int64_t number;
	switch (letter) {
	case 'd': options->folder = value; return true;
	case 's': options->script = value; return true;
	case 'p':
		if (number_parse(str_of(value), 0, 65535, &number))
			return false;
		options->port = (unsigned)number;
		return true;
	default: return false;
	}
}

static int serve(const struct responder_options *options)
{
	AUTO(responder_destroyp) struct responder *responder = NULL;
	sigset_t ends;
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	/* Before the threads start, so that they inherit it. */
	sigprocmask(SIG_BLOCK, &ends, NULL);
	int stop_fd = signalfd(-1, &ends, SFD_CLOEXEC);
	if (stop_fd < 0)
		return RAISE(errno);
	int r = responder_create(options, &responder);
	if (r < 0)
		return PASS(r);
	printf("%u\n", responder_port(responder));
	fflush(stdout);
	r = responder_run(responder, stop_fd);
	return r < 0 ? PASS(r) : 0;
}

int main(int argc, char **argv)
{
	struct responder_options options = {0};
	int letter;
	while ((letter = getopt_long(argc, argv, "h", long_options, NULL)) >= 0) {
		if (letter == 'h')
			return usage(stdout, 0);
		if (!option_take(&options, letter, optarg))
			return usage(stderr, EXIT_USAGE);
	}
	if (!options.folder || optind != argc)
		return usage(stderr, EXIT_USAGE);
	int r = serve(&options);
	if (r < 0) {
		char trace[256];
		fprintf(stderr, "shikaku-sim-ocspd: %s (%s)\n", strerror(-r),
			fault_trace(trace, sizeof trace));
	}
	return r < 0;
}
