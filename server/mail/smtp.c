/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a failed try means. libcurl keeps the server's last answer: 55x to a sender, a recipient or
 * a text is about this mail and final. 55x as a greeting, a refused password (53x), everything
 * temporary (4xx) and every broken connection is about the way, and the mail comes again - also
 * when the connection broke after the text, where nobody knows whether the server has it. A mail
 * that then comes twice carries the same Message-ID.
 */
#include "server/mail/smtp.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/base/secret.h"
#include "server/setting.h"

DEFINE_AUTO_POINTER(CURL, curl_easy_cleanup)

enum { REFUSED_FIRST = 550, REFUSED_LAST = 559 };

struct sending {
	struct str rest;
	bool begun; /* the server has asked for the text */
	struct curl_slist *recipients;
	struct secret password;
};

static void sending_clear(struct sending *sending)
{
	curl_slist_free_all(sending->recipients);
	secret_wipe(&sending->password);
	*sending = (struct sending){0};
}

int smtp_init(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : RAISE(EIO);
}

static size_t text_give(char *bytes, size_t size, size_t count, void *ctx)
{
	struct sending *sending = ctx;
	size_t room = size * count, take = sending->rest.len < room ? sending->rest.len : room;
	sending->begun = true;
	memcpy(bytes, sending->rest.ptr, take);
	sending->rest = (struct str){sending->rest.ptr + take, sending->rest.len - take};
	return take;
}

/* smtp://server/name: the name is what EHLO says, our own origin's. */
static int url_make(const struct config *config, struct arena *arena, struct str *ret_url)
{
	struct str host = STR("localhost");
	int64_t port;
	bool tls = config->mail.security == CONFIG_MAIL_TLS;
	if (!setting_origin_split(config->service.origin, &host, &port))
		host = STR("localhost");
	int r = arena_print(arena, ret_url, "%s://%.*s/%.*s", tls ? "smtps" : "smtp",
			    STR_ARG(config->mail.server), STR_ARG(host));
	return r ? PASS(r) : 0;
}

static bool way_set(CURL *curl, const struct config *config, const char *url)
{
	long encryption =
		config->mail.security == CONFIG_MAIL_PLAIN ? CURLUSESSL_NONE : CURLUSESSL_ALL;
	/* After a timeout libcurl still says QUIT and waits for its answer, else for two minutes.
	 */
	long answer_s = (long)(config->mail.timeout_ms + 999) / 1000;
	if (config->mail.ca_file.len &&
	    curl_easy_setopt(curl, CURLOPT_CAINFO, config->mail.ca_file.ptr) != CURLE_OK)
		return false;
	return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_USE_SSL, encryption) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ==
		       CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, answer_s) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)config->mail.timeout_ms) ==
		       CURLE_OK;
}

static int password_read(const struct config *config, struct secret *ret_password)
{
	int fd = open(config->mail.password_file.ptr, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return RAISE(errno);
	int r = secret_read(ret_password, fd);
	close(fd);
	/* libcurl wants a C string. */
	if (r == 0 && (ret_password->len == SECRET_BYTES_MAX ||
		       memchr(ret_password->bytes, 0, ret_password->len)))
		r = RAISE(EMSGSIZE);
	return r ? PASS(r) : 0;
}

/* libcurl copies both, and forgets them with the handle. */
static int user_set(CURL *curl, const struct config *config, struct sending *sending)
{
	if (!config->mail.user.len)
		return 0;
	int r = password_read(config, &sending->password);
	if (r)
		return PASS(r);
	sending->password.bytes[sending->password.len] = '\0';
	bool set = curl_easy_setopt(curl, CURLOPT_USERNAME, config->mail.user.ptr) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_PASSWORD,
				    (const char *)sending->password.bytes) == CURLE_OK;
	return set ? 0 : RAISE(ENOMEM);
}

static int letter_set(CURL *curl, const struct config *config, struct arena *arena, struct str to,
		      struct sending *sending)
{
	struct str recipient;
	int r = arena_copy(arena, to, &recipient);
	if (r)
		return PASS(r);
	sending->recipients = curl_slist_append(NULL, recipient.ptr);
	bool set = sending->recipients &&
		   curl_easy_setopt(curl, CURLOPT_MAIL_FROM, config->mail.sender.ptr) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, sending->recipients) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_READFUNCTION, text_give) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_READDATA, sending) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE,
				    (curl_off_t)sending->rest.len) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L) == CURLE_OK;
	return set ? 0 : RAISE(ENOMEM);
}

static const char *cause_of(CURLcode code, long status)
{
	switch ((int)code) {
	case CURLE_OPERATION_TIMEDOUT: return "timeout";
	case CURLE_LOGIN_DENIED: return "login_refused";
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT: return "unreachable";
	case CURLE_USE_SSL_FAILED:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION: return "tls_refused";
	default: return status >= 400 ? "refused" : "broken";
	}
}

static bool is_final(CURLcode code, long status, bool text_begun)
{
	if (status < REFUSED_FIRST || status > REFUSED_LAST || code == CURLE_LOGIN_DENIED ||
	    code == CURLE_USE_SSL_FAILED)
		return false;
	return text_begun || code == CURLE_SEND_ERROR; /* else it was the greeting */
}

int smtp_send(void *ctx, struct arena *arena, struct str to, struct str message,
	      const char **ret_cause, long *ret_status)
{
	const struct config *config = ctx;
	AUTO(sending_clear) struct sending sending = {.rest = message};
	AUTO(curl_easy_cleanupp) CURL *curl = curl_easy_init();
	struct str url;
	long status = 0;
	int r = url_make(config, arena, &url);
	if (r)
		return PASS(r);
	if (!curl || !way_set(curl, config, url.ptr))
		return RAISE(ENOMEM);
	r = user_set(curl, config, &sending);
	if (r)
		return PASS(r);
	r = letter_set(curl, config, arena, to, &sending);
	if (r)
		return PASS(r);
	CURLcode code = curl_easy_perform(curl);
	if (code == CURLE_OK)
		return 0;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	*ret_status = status;
	*ret_cause = cause_of(code, status);
	return is_final(code, status, sending.begun) ? MAIL_NEVER : MAIL_LATER;
}
