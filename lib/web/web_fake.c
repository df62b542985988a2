/* SPDX-License-Identifier: Apache-2.0 */
/* The app may finish on any thread: the caller waits under a lock of its own. */
#include "lib/web/web_fake.h"

#include <pthread.h>

enum { ARENA_BYTES_MAX = 8 * 1024 * 1024 };

struct wait {
	pthread_mutex_t lock;
	pthread_cond_t done_wake;
	bool done;
};

static void fake_finish(struct web_exchange *exchange)
{
	struct wait *wait = exchange->adapter_data;
	pthread_mutex_lock(&wait->lock);
	wait->done = true;
	pthread_cond_signal(&wait->done_wake);
	pthread_mutex_unlock(&wait->lock);
}

void web_fake_call(const struct web_app *app, void *ctx, const struct web_request *request,
		   struct web_exchange *ret_exchange)
{
	struct wait wait = {.lock = PTHREAD_MUTEX_INITIALIZER,
			    .done_wake = PTHREAD_COND_INITIALIZER};
	*ret_exchange = (struct web_exchange){.request = *request,
					      .finish = fake_finish,
					      .adapter_data = &wait};
	if (!ret_exchange->request.request_id[0])
		memset(ret_exchange->request.request_id, '0', WEB_REQUEST_ID_BYTES - 1);
	arena_init(&ret_exchange->arena, ARENA_BYTES_MAX);
	app->handle(ctx, ret_exchange);
	pthread_mutex_lock(&wait.lock);
	while (!wait.done)
		pthread_cond_wait(&wait.done_wake, &wait.lock);
	pthread_mutex_unlock(&wait.lock);
	pthread_cond_destroy(&wait.done_wake);
	pthread_mutex_destroy(&wait.lock);
	ret_exchange->adapter_data = NULL;
}

void web_fake_clear(struct web_exchange *exchange)
{
	arena_clear(&exchange->arena);
	*exchange = (struct web_exchange){0};
}
