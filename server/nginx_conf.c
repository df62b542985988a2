/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What nginx must do for us before a byte reaches the app: TLS 1.2 and 1.3 with forward secrecy and
 * AEAD only, whole heads within five seconds, bodies in one buffer, a cap for each address, and its
 * own refusals handed to the app, so that every reply is ours. One worker: caches, lockout and
 * wake-ups stay in one process (facts of the adapter in lib/web/web_nginx.h).
 */
#include "server/nginx_conf.h"

#include <inttypes.h>

#include "server/setting.h"

bool nginx_conf_takes(const char *path)
{
	return setting_is_path(str_of(path));
}

static const char *error_level(int level)
{
	switch ((enum log_level)level) {
	case LOG_LEVEL_DEBUG: return "info";
	case LOG_LEVEL_INFO: return "notice";
	case LOG_LEVEL_WARNING: return "warn";
	case LOG_LEVEL_ERROR: break;
	}
	return "error";
}

static void process_write(FILE *out, const struct config *config,
			  const struct nginx_conf_place *place)
{
	if (place->root)
		fputs("user root;\n", out);
	fprintf(out,
		"daemon off;\n"
		"worker_processes 1;\n"
		"worker_shutdown_timeout 30s;\n"
		"pid \"%s/nginx.pid\";\n"
		"lock_file \"%s/nginx.lock\";\n"
		"error_log stderr %s;\n"
		"load_module \"%s\";\n"
		"events {\n"
		"\tworker_connections %" PRId64 ";\n"
		"}\n",
		place->run_dir, place->run_dir, error_level(config->log.level), place->module,
		config->limits.connections_max);
}

static void folders_write(FILE *out, const struct nginx_conf_place *place)
{
	static const char *const uses[] = {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"};
	for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++)
		fprintf(out, "\t%s_temp_path \"%s/%s\";\n", uses[i], place->run_dir, uses[i]);
}

static void limits_write(FILE *out, const struct config *config)
{
	fprintf(out,
		"\tshikaku_body_timeout %" PRId64 "ms;\n"
		"\tshikaku_reply_timeout %" PRId64 "ms;\n"
		"\tclient_header_timeout %" PRId64 "ms;\n"
		"\tclient_max_body_size %" PRId64 ";\n"
		"\tclient_body_buffer_size %" PRId64 ";\n"
		"\tlimit_conn address %" PRId64 ";\n",
		config->limits.body_timeout_ms, config->limits.reply_timeout_ms,
		config->limits.head_timeout_ms, config->limits.body_bytes_max,
		config->limits.body_bytes_max, config->limits.connections_per_address_max);
	fputs("\tlimit_conn_zone $binary_remote_addr zone=address:2m;\n"
	      "\tlimit_conn_status 503;\n"
	      "\tclient_body_timeout 5s;\n"
	      "\tsend_timeout 10s;\n"
	      "\tkeepalive_timeout 75s;\n"
	      "\tkeepalive_requests 100000;\n"
	      "\tlarge_client_header_buffers 4 8k;\n"
	      "\treset_timedout_connection on;\n"
	      "\taccess_log off;\n"
	      "\tserver_tokens off;\n"
	      "\tmerge_slashes off;\n"
	      "\ttcp_nodelay on;\n",
	      out);
}

static void tls_write(FILE *out, const struct config *config)
{
	fprintf(out,
		"\tssl_certificate \"%s\";\n"
		"\tssl_certificate_key \"%s\";\n",
		config->service.certificate.ptr, config->service.certificate_key.ptr);
	fputs("\tssl_protocols TLSv1.2 TLSv1.3;\n"
	      "\tssl_conf_command Ciphersuites "
	      "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256;\n"
	      "\tssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
	      "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
	      "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256;\n"
	      "\tssl_ecdh_curve X25519:prime256v1:secp384r1;\n"
	      "\tssl_prefer_server_ciphers on;\n"
	      "\tssl_session_cache shared:tls:4m;\n"
	      "\tssl_session_timeout 10m;\n"
	      "\tssl_session_tickets off;\n"
	      "\tssl_early_data off;\n",
	      out);
}

/* Every status that nginx itself may answer with. */
static void errors_write(FILE *out)
{
	fputs("\terror_page 400 401 402 403 404 405 406 408 409 411 412 413 414 415 416 421 429 "
	      "500 501 502 503 504 505 507 /e;\n"
	      "\terror_page 494 =431 /e;\n"
	      "\terror_page 495 496 497 =400 /e;\n",
	      out);
}

static void name_write(FILE *out, struct str host)
{
	bool v6 = memchr(host.ptr, ':', host.len);
	fprintf(out, v6 ? " [%.*s]" : " %.*s", STR_ARG(host));
}

/* The names by which clients may call us: the origin's host, and the address we listen on. */
static void names_write(FILE *out, const struct config *config)
{
	struct str origin = {0}, address;
	int64_t port;
	fputs("\t\tserver_name", out);
	if (setting_origin_split(config->service.origin, &origin, &port))
		name_write(out, origin);
	if (setting_address_split(config->service.listen, &address, &port) &&
	    !str_equal(origin, address))
		name_write(out, address);
	fputs(";\n", out);
}

/* Ours, and before it the one that takes and refuses every other name. */
static void servers_write(FILE *out, const struct config *config,
			  const struct nginx_conf_place *place)
{
	const char *listen = config->service.listen.ptr;
	fprintf(out,
		"\tserver {\n"
		"\t\tlisten %s ssl default_server;\n"
		"\t\tserver_name \"\";\n"
		"\t\tlocation / { return 400; }\n"
		"\t\tlocation = /e { internal; shikaku \"%s\"; }\n"
		"\t}\n"
		"\tserver {\n"
		"\t\tlisten %s ssl;\n",
		listen, place->settings, listen);
	names_write(out, config);
	fprintf(out,
		"\t\tlocation / { shikaku \"%s\"; }\n"
		"\t\tlocation = /e { internal; shikaku \"%s\"; }\n"
		"\t}\n",
		place->settings, place->settings);
}

int nginx_conf_write(FILE *out, const struct config *config, const struct nginx_conf_place *place)
{
	fputs("# Made by shikakud from its settings at each start; changes here are lost.\n", out);
	process_write(out, config, place);
	fputs("http {\n", out);
	folders_write(out, place);
	limits_write(out, config);
	tls_write(out, config);
	errors_write(out);
	servers_write(out, config, place);
	fputs("}\n", out);
	return fflush(out) != 0 || ferror(out) ? RAISE(EIO) : 0;
}
