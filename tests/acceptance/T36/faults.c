/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/acceptance/T36/faults.h"

#include <pthread.h>

#include "server/alarm/alarm.h"
#include "server/revocation/cache.h"
#include "server/revocation/silence.h"

struct faults faults;

int __real_pki_ocsp_check(const struct pki_certificate *certificate, struct str der,
			  struct str nonce, int64_t at_ms, struct pki_ocsp_answer *ret_answer);
int __wrap_pki_ocsp_check(const struct pki_certificate *certificate, struct str der,
			  struct str nonce, int64_t at_ms, struct pki_ocsp_answer *ret_answer);
int __wrap_pki_ocsp_check(const struct pki_certificate *certificate, struct str der,
			  struct str nonce, int64_t at_ms, struct pki_ocsp_answer *ret_answer)
{
	int r = __real_pki_ocsp_check(certificate, der, nonce, at_ms, ret_answer);
	return r > 0 && faults.believes_all ? 0 : r;
}

const struct cache_entry *__real_cache_find(const struct cache *cache,
					    const struct pki_facts *facts, int64_t mono_ms);
const struct cache_entry *__wrap_cache_find(const struct cache *cache,
					    const struct pki_facts *facts, int64_t mono_ms);
const struct cache_entry *__wrap_cache_find(const struct cache *cache,
					    const struct pki_facts *facts, int64_t mono_ms)
{
	return __real_cache_find(cache, facts, faults.never_forgets ? 0 : mono_ms);
}

bool __real_silence_allows(const struct silence *silence);
bool __wrap_silence_allows(const struct silence *silence);
bool __wrap_silence_allows(const struct silence *silence)
{
	return faults.all_may_ask || __real_silence_allows(silence);
}

bool __real_wake_wait(pthread_cond_t *wake, pthread_mutex_t *lock, int64_t until_ms);
bool __wrap_wake_wait(pthread_cond_t *wake, pthread_mutex_t *lock, int64_t until_ms);
bool __wrap_wake_wait(pthread_cond_t *wake, pthread_mutex_t *lock, int64_t until_ms)
{
	if (!faults.followers_wait)
		return __real_wake_wait(wake, lock, until_ms);
	pthread_cond_wait(wake, lock);
	return true;
}

void __real_alarm_inbox_put(struct alarm_inbox *inbox, enum alarm_kind kind, int64_t facility_no,
			    int64_t account_no);
void __wrap_alarm_inbox_put(struct alarm_inbox *inbox, enum alarm_kind kind, int64_t facility_no,
			    int64_t account_no);
void __wrap_alarm_inbox_put(struct alarm_inbox *inbox, enum alarm_kind kind, int64_t facility_no,
			    int64_t account_no)
{
	if (!faults.alarms_unhooked)
		__real_alarm_inbox_put(inbox, kind, facility_no, account_no);
}
