/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T51 password_storage: what a thief of the database has of passwords. 1,000 accounts with weak
 * passwords are stored; the stored rows are read by a parser of this test's own: Argon2id at no
 * less than 19 MiB and two passes (measured on one row: the cost of the others is cheap, so that
 * the thief may try each with the whole dictionary), a salt of 16 bytes, no two alike; the pepper
 * is nowhere in the store's files, neither raw nor as hex or base64; the thief, who knows
 * everything but the pepper, finds none of 1,000. A login makes a hash anew when the cost has
 * risen, and only then.
 *
 * Planted faults, each seen by the same checks: a hash that leaves the pepper out (1,000 of 1,000
 * are found), two rows with one salt, a pepper written into the store, a cost below the rule, and a
 * renewal that is never written.
 */
#include "server/api/service_test.h"

#include <fcntl.h>
#include <sodium.h>

#include "lib/base/number.h"

enum {
	ACCOUNTS = 1000,
	WORDS = 5, /* of the thief's dictionary */
	SALT_LETTERS = 22,
	HASH_LETTERS = 43,
	STORE_BYTES_MAX = 64 << 20,
};

static const char *const dictionary[WORDS] = {
	"password", "letmein", "sakura", "himawari1", "shikaku",
};

/* --- planted faults --- */

static bool pepper_left_out, renewal_lost;

int __real_password_hash(struct arena *arena, const struct password_input *input,
			 const struct password_cost *cost, struct str *ret_phc);
int __wrap_password_hash(struct arena *arena, const struct password_input *input,
			 const struct password_cost *cost, struct str *ret_phc);
int __wrap_password_hash(struct arena *arena, const struct password_input *input,
			 const struct password_cost *cost, struct str *ret_phc)
{
	if (!pepper_left_out)
		return __real_password_hash(arena, input, cost, ret_phc);
	char phc[crypto_pwhash_argon2id_STRBYTES];
	assert_int_equal(crypto_pwhash_argon2id_str(phc, input->password.ptr, input->password.len,
						    cost->passes, (size_t)cost->memory_kib * 1024),
			 0);
	return arena_copy(arena, str_of(phc), ret_phc);
}

int __real_password_renewal_write(struct db *db, const struct password_renewal *renewal);
int __wrap_password_renewal_write(struct db *db, const struct password_renewal *renewal);
int __wrap_password_renewal_write(struct db *db, const struct password_renewal *renewal)
{
	return renewal_lost ? 0 : __real_password_renewal_write(db, renewal);
}

/* --- what is stored --- */

/* Accounts with words of the dictionary for passwords. */
static void accounts_store(struct house *house)
{
	assert_int_equal(db_begin(house->db), 0);
	for (int i = 0; i < ACCOUNTS; i++) {
		struct store_account account = {
			.facility_no = house->here.no,
			.login_id = house_print(house, "WA%07d", 1000000 + i),
			.kind = ACCOUNT_RECEIPT,
		};
		assert_int_equal(password_adopt(&house->service->auth, &house->arena, &account,
						STR("1310000003"), str_of(dictionary[i % WORDS])),
				 0);
		assert_int_equal(store_account_add(house->db, &account, &account.no), 0);
	}
	assert_int_equal(db_commit(house->db), 0);
}

struct stolen {
	char login_id[32];
	char phc[160];
};

static struct stolen *rows_steal(struct house *house)
{
	struct stolen *rows = test_calloc(ACCOUNTS, sizeof *rows);
	AUTO(db_rows_closep) struct db_rows *read = NULL;
	size_t count = 0;
	assert_int_equal(db_query(house->db,
				  "SELECT login_id, password FROM account"
				  " WHERE login_id LIKE 'WA1%' ORDER BY login_id",
				  DB_NO_ARGS, &read),
			 0);
	while (db_next(read) == 0) {
		struct stolen *row = &rows[count++];
		assert_int_equal(str_to_c(db_column_blob(read, 0), row->login_id,
					  sizeof row->login_id),
				 0);
		assert_int_equal(str_to_c(db_column_blob(read, 1), row->phc, sizeof row->phc), 0);
	}
	assert_int_equal(count, ACCOUNTS);
	return rows;
}

/* --- the rule, read by another parser than ours --- */

struct parsed {
	int64_t memory_kib, passes;
	char salt[64];
};

/* The next part of the row; true: it is this number after this name. */
static bool number_after(struct str *rest, char separator, struct str name, int64_t *ret_number)
{
	struct str part;
	return str_split(rest, separator, &part) && str_starts(part, name) &&
	       number_parse((struct str){part.ptr + name.len, part.len - name.len}, 1, UINT32_MAX,
			    ret_number) == 0;
}

static bool row_parse(const char *phc, struct parsed *parsed)
{
	static const struct str start = {"$argon2id$v=19$", 15};
	struct str rest = str_of(phc), salt, hash;
	int64_t lanes;
	if (!str_starts(rest, start))
		return false;
	rest = (struct str){rest.ptr + start.len, rest.len - start.len};
	return number_after(&rest, ',', STR("m="), &parsed->memory_kib) &&
	       number_after(&rest, ',', STR("t="), &parsed->passes) &&
	       number_after(&rest, '$', STR("p="), &lanes) && str_split(&rest, '$', &salt) &&
	       str_split(&rest, '$', &hash) && salt.len == SALT_LETTERS &&
	       hash.len == HASH_LETTERS && str_to_c(salt, parsed->salt, sizeof parsed->salt) == 0;
}

static bool cost_holds(const char *phc)
{
	struct parsed parsed;
	return row_parse(phc, &parsed) && parsed.memory_kib >= 19 * 1024 && parsed.passes >= 2;
}

static int text_order(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Rows that do not parse, and salts that came before. */
static size_t rows_wrong(const struct stolen *rows)
{
	char(*salts)[64] = test_calloc(ACCOUNTS, sizeof *salts);
	size_t wrong = 0;
	for (size_t i = 0; i < ACCOUNTS; i++) {
		struct parsed parsed = {0};
		wrong += !row_parse(rows[i].phc, &parsed);
		memcpy(salts[i], parsed.salt, sizeof salts[i]);
	}
	qsort(salts, ACCOUNTS, sizeof *salts, text_order);
	for (size_t i = 1; i < ACCOUNTS; i++)
		wrong += strcmp(salts[i - 1], salts[i]) == 0;
	test_free(salts);
	return wrong;
}

/* --- the thief --- */

static bool opens(const char *phc, const void *bytes, size_t len)
{
	return crypto_pwhash_argon2id_str_verify(phc, bytes, len) == 0;
}

/* The password itself, and the MAC that is hashed, under peppers one might think of. */
static bool guess_fits(struct house *house, const struct stolen *row, struct str word)
{
	static const char *const peppers[] = {"pepper", "shikaku", "0", "secret"};
	const struct str parts[] = {str_of(row->login_id), STR("1310000003"), STR("WA"), word};
	unsigned char mac[CRYPTO_DIGEST_BYTES], zeros[32] = {0};
	(void)house;
	if (opens(row->phc, word.ptr, word.len))
		return true;
	assert_int_equal(mac_parts(str_bytes(zeros, sizeof zeros), parts, 4, mac), 0);
	if (opens(row->phc, mac, sizeof mac))
		return true;
	for (size_t i = 0; i < sizeof peppers / sizeof peppers[0]; i++) {
		assert_int_equal(mac_parts(str_of(peppers[i]), parts, 4, mac), 0);
		if (opens(row->phc, mac, sizeof mac))
			return true;
	}
	return false;
}

static size_t rows_cracked(struct house *house, const struct stolen *rows)
{
	size_t cracked = 0;
	for (size_t i = 0; i < ACCOUNTS; i++) {
		bool found = false;
		for (size_t w = 0; w < WORDS && !found; w++)
			found = guess_fits(house, &rows[i], str_of(dictionary[w]));
		cracked += found;
	}
	return cracked;
}

/* --- the pepper in the store's files --- */

static size_t file_hits(const char *path, struct str needle)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	char *bytes = test_calloc(1, STORE_BYTES_MAX);
	ssize_t len = read(fd, bytes, STORE_BYTES_MAX);
	assert_true(len >= 0 && len < STORE_BYTES_MAX);
	close(fd);
	size_t hits = memmem(bytes, (size_t)len, needle.ptr, needle.len) != NULL;
	test_free(bytes);
	return hits;
}

static size_t pepper_hits(struct house *house)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-backup"};
	struct str forms[3];
	char path[128];
	size_t hits = 0;
	/* As shikaku-admin backup takes it. */
	snprintf(path, sizeof path, "%s-backup", house->target);
	(void)unlink(path);
	assert_int_equal(db_copy(house->db, path), 0);
	assert_int_equal(keys_pepper(house->service->keys, keys_pepper_number(house->service->keys),
				     &forms[0]),
			 0);
	assert_int_equal(encode_hex(&house->arena, forms[0], &forms[1]), 0);
	assert_int_equal(encode_base64url(&house->arena, forms[0], &forms[2]), 0);
	for (size_t i = 0; i < 3; i++)
		for (size_t e = 0; e < sizeof ends / sizeof ends[0]; e++) {
			snprintf(path, sizeof path, "%s%s", house->target, ends[e]);
			hits += file_hits(path, forms[i]);
		}
	return hits;
}

/* --- the tests --- */

static void test_rows_are_argon2id_with_a_salt_each(void **state)
{
	struct house *house = *state;
	accounts_store(house);
	struct stolen *rows = rows_steal(house);
	assert_int_equal(rows_wrong(rows), 0);
	memcpy(rows[7].phc, rows[8].phc, sizeof rows[7].phc); /* planted: one salt twice */
	assert_int_equal(rows_wrong(rows), 1);
	snprintf(rows[9].phc, sizeof rows[9].phc, "$2b$12$plain"); /* planted: another hash */
	assert_true(rows_wrong(rows) >= 2);
	test_free(rows);
}

static void test_the_default_cost_is_no_less_than_the_rule(void **state)
{
	struct house *house = *state;
	struct auth auth = house->service->auth;
	struct store_account account = {.login_id = STR("WA0000009"), .kind = ACCOUNT_RECEIPT};
	char phc[160];
	struct timespec before, after;
	auth.cost = password_cost_default;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	assert_int_equal(password_adopt(&auth, &house->arena, &account, STR("1310000003"),
					STR("sakura")),
			 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	assert_int_equal(str_to_c(account.password, phc, sizeof phc), 0);
	assert_true(cost_holds(phc));
	int64_t took_us =
		(after.tv_sec - before.tv_sec) * 1000000 + (after.tv_nsec - before.tv_nsec) / 1000;
	print_message("# one hash: %lld us of CPU\n", (long long)took_us);
	assert_true(took_us > 2000);
	/* Planted: a cheaper one. */
	auth.cost = (struct password_cost){.passes = 2, .memory_kib = 8 * 1024};
	assert_int_equal(password_adopt(&auth, &house->arena, &account, STR("1310000003"),
					STR("sakura")),
			 0);
	assert_int_equal(str_to_c(account.password, phc, sizeof phc), 0);
	assert_false(cost_holds(phc));
}

static void test_a_dump_without_the_pepper_gives_nothing(void **state)
{
	struct house *house = *state;
	accounts_store(house);
	struct stolen *rows = rows_steal(house);
	size_t cracked = rows_cracked(house, rows);
	print_message("# found without the pepper: %zu of %d\n", cracked, ACCOUNTS);
	assert_int_equal(cracked, 0);
	test_free(rows);
}

static void test_a_thief_finds_what_has_no_pepper(void **state)
{
	struct house *house = *state;
	pepper_left_out = true;
	accounts_store(house);
	pepper_left_out = false;
	struct stolen *rows = rows_steal(house);
	assert_int_equal(rows_cracked(house, rows), ACCOUNTS);
	test_free(rows);
}

static void test_the_pepper_is_not_in_the_store(void **state)
{
	struct house *house = *state;
	struct str pepper, hex;
	accounts_store(house);
	assert_int_equal(pepper_hits(house), 0);
	/* Planted: somebody notes it there. */
	assert_int_equal(keys_pepper(house->service->keys, keys_pepper_number(house->service->keys),
				     &pepper),
			 0);
	assert_int_equal(encode_hex(&house->arena, pepper, &hex), 0);
	assert_int_equal(db_run(house->db, "UPDATE facility SET name = $1", DB_ARGS(db_text(hex)),
				NULL),
			 0);
	assert_true(pepper_hits(house) > 0);
}

static struct str phc_of(struct house *house)
{
	struct store_account account;
	assert_int_equal(store_account_find(house->db, &house->arena, STR("WA0000001"), &account),
			 0);
	return account.password;
}

static int login(struct house *house)
{
	return house_login(house, "1310000003", "WA0000001",
			   secret_str(&house->here.receipt.password));
}

/* How often a login changed the hash: at the same cost, after it rose, and once more. */
static unsigned renewals(struct house *house)
{
	unsigned seen = 0;
	struct str first = phc_of(house);
	assert_int_equal(login(house), 200);
	seen |= !str_equal(first, phc_of(house));
	house->service->auth.cost = (struct password_cost){.passes = 2, .memory_kib = 16};
	assert_int_equal(login(house), 200);
	struct str second = phc_of(house);
	seen |= (unsigned)!str_equal(first, second) << 1;
	assert_int_equal(login(house), 200);
	seen |= (unsigned)!str_equal(second, phc_of(house)) << 2;
	return seen;
}

static void test_a_login_renews_a_hash_when_the_cost_has_risen(void **state)
{
	struct house *house = *state;
	struct password_cost cost;
	assert_int_equal(renewals(house), 2);
	assert_int_equal(password_cost_of(phc_of(house), &cost), 0);
	assert_int_equal(cost.memory_kib, 16);
	assert_int_equal(cost.passes, 2);
}

static void test_a_renewal_that_is_lost_is_seen(void **state)
{
	renewal_lost = true;
	assert_int_equal(renewals(*state), 0);
	renewal_lost = false;
}

#define HOUSE_TEST(name) cmocka_unit_test_setup_teardown(name, house_open, house_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOUSE_TEST(test_rows_are_argon2id_with_a_salt_each),
		HOUSE_TEST(test_the_default_cost_is_no_less_than_the_rule),
		HOUSE_TEST(test_a_dump_without_the_pepper_gives_nothing),
		HOUSE_TEST(test_a_thief_finds_what_has_no_pepper),
		HOUSE_TEST(test_the_pepper_is_not_in_the_store),
		HOUSE_TEST(test_a_login_renews_a_hash_when_the_cost_has_risen),
		HOUSE_TEST(test_a_renewal_that_is_lost_is_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
