/* SPDX-License-Identifier: Apache-2.0 */
/* A thread that waits for the signals, so that nothing runs inside a signal handler. */
#include "lib/terminal/interruption.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "lib/terminal/say.h"

enum {
	GRACE_MS = 5000,
	STOP_EVERY_MS = 100, /* a stop between two calls stops neither: it is said again */
};

static sigset_t signals_of_an_end(void)
{
	sigset_t signals;
	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGTERM);
	return signals;
}

/* Tell what works to stop; false: nothing works. */
static bool stop_tell(struct interruption *interruption)
{
	(void)pthread_mutex_lock(&interruption->lock);
	bool works = interruption->stop != NULL;
	if (works)
		interruption->stop(interruption->ctx);
	(void)pthread_mutex_unlock(&interruption->lock);
	return works;
}

static void *interruption_run(void *ctx)
{
	static const struct timespec pause = {0, STOP_EVERY_MS * 1000000L};
	struct interruption *interruption = ctx;
	const sigset_t signals = signals_of_an_end();
	int got = 0;
	(void)sigwait(&signals, &got);
	for (int ms = 0; ms < GRACE_MS && stop_tell(interruption); ms += STOP_EVERY_MS)
		if (sigtimedwait(&signals, NULL, &pause) > 0)
			break;
	if (interruption->has_terminal)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &interruption->terminal);
	(void)fputc('\n', stderr);
	_exit(say_trouble(interruption->program, SAY_CANCELLED, NULL));
}

void interruption_watch(struct interruption *interruption, const char *program)
{
	pthread_t thread;
	const sigset_t signals = signals_of_an_end();
	*interruption = (struct interruption){.program = program};
	interruption->has_terminal = tcgetattr(STDIN_FILENO, &interruption->terminal) == 0;
	(void)pthread_mutex_init(&interruption->lock, NULL);
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
	if (pthread_create(&thread, NULL, interruption_run, interruption) == 0)
		(void)pthread_detach(thread);
	else
		(void)pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
}

void interruption_stop_set(struct interruption *interruption, void (*stop)(void *ctx), void *ctx)
{
	(void)pthread_mutex_lock(&interruption->lock);
	interruption->stop = stop;
	interruption->ctx = ctx;
	(void)pthread_mutex_unlock(&interruption->lock);
}
