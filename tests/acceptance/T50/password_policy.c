/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T50 password_policy: 1,000 passwords, each with the verdict that the rule (security.md D2) gives
 * it by the way it was made: lengths, kinds, NFKC twins, controls and NUL, 256 bytes, a list of
 * leaked ones in other spellings, the words of account and facility. Over the API: each reason
 * comes with its field, the last ten and the other account's password are refused, blanks at the
 * ends are kept (pasting), and what was set is verified byte by byte, not cut and not folded.
 *
 * The cases are made of letters that form neither words nor runs. The planted faults take one rule
 * away each - NFKC, the list, controls, the old passwords, the other account, the last bytes - and
 * the same cases see it.
 */
#include "server/api/service_test.h"
#include "lib/base/utf8.h"
#include "server/auth/password_fold.h"
#include "server/auth/password_list.h"
#include "server/auth/password_rules.h"

#define HERE "1310000003"
#define NEXT "mado wo akeru asa"

enum { CASES = 1000, LEAKED = 100, CUT_BYTES = 72 };

/* --- planted faults --- */

static enum fault {
	SOUND,
	NO_NFKC,
	NO_LIST,
	NO_CONTROLS,
	NO_OLD_ONES,
	NO_OTHERS,
	CUT, /* as bcrypt would */
} fault;

/* Code points as they stand. */
static void letters_take(struct str text, struct folded *ret_folded)
{
	ret_folded->len = 0;
	while (text.len && ret_folded->len < FOLDED_MAX)
		ret_folded->letters[ret_folded->len++] = (int32_t)utf8_next(&text);
}

void __real_folded_compose(struct str text, struct folded *ret_folded);
void __wrap_folded_compose(struct str text, struct folded *ret_folded);
void __wrap_folded_compose(struct str text, struct folded *ret_folded)
{
	(fault == NO_NFKC ? letters_take : __real_folded_compose)(text, ret_folded);
}

void __real_folded_make(struct str text, struct folded *ret_folded);
void __wrap_folded_make(struct str text, struct folded *ret_folded);
void __wrap_folded_make(struct str text, struct folded *ret_folded)
{
	(fault == NO_NFKC ? letters_take : __real_folded_make)(text, ret_folded);
}

bool __real_password_list_has(const struct password_list *list, struct str text);
bool __wrap_password_list_has(const struct password_list *list, struct str text);
bool __wrap_password_list_has(const struct password_list *list, struct str text)
{
	return fault != NO_LIST && __real_password_list_has(list, text);
}

bool __real_utf8_has_control(struct str text);
bool __wrap_utf8_has_control(struct str text);
bool __wrap_utf8_has_control(struct str text)
{
	return fault != NO_CONTROLS && __real_utf8_has_control(text);
}

int __real_store_passwords_old(struct db *db, struct arena *arena, int64_t facility_no,
			       int64_t account_no, struct store_password_old *ret_passwords,
			       size_t *ret_count);
int __wrap_store_passwords_old(struct db *db, struct arena *arena, int64_t facility_no,
			       int64_t account_no, struct store_password_old *ret_passwords,
			       size_t *ret_count);
int __wrap_store_passwords_old(struct db *db, struct arena *arena, int64_t facility_no,
			       int64_t account_no, struct store_password_old *ret_passwords,
			       size_t *ret_count)
{
	int r = __real_store_passwords_old(db, arena, facility_no, account_no, ret_passwords,
					   ret_count);
	if (r == 0 && fault == NO_OLD_ONES)
		*ret_count = 0;
	return r;
}

int __real_store_accounts_list(struct db *db, struct arena *arena, int64_t facility_no,
			       enum account_kind kind, int64_t after,
			       struct store_account **ret_accounts, size_t *ret_count);
int __wrap_store_accounts_list(struct db *db, struct arena *arena, int64_t facility_no,
			       enum account_kind kind, int64_t after,
			       struct store_account **ret_accounts, size_t *ret_count);
int __wrap_store_accounts_list(struct db *db, struct arena *arena, int64_t facility_no,
			       enum account_kind kind, int64_t after,
			       struct store_account **ret_accounts, size_t *ret_count)
{
	int r = __real_store_accounts_list(db, arena, facility_no, kind, after, ret_accounts,
					   ret_count);
	if (r == 0 && fault == NO_OTHERS)
		*ret_count = 0;
	return r;
}

int __real_mac_parts(struct str key, const struct str *parts, size_t count, unsigned char *ret_mac);
int __wrap_mac_parts(struct str key, const struct str *parts, size_t count, unsigned char *ret_mac);
int __wrap_mac_parts(struct str key, const struct str *parts, size_t count, unsigned char *ret_mac)
{
	struct str cut[8];
	assert_true(count <= 8);
	for (size_t i = 0; i < count; i++) {
		cut[i] = parts[i];
		if (fault == CUT && cut[i].len > CUT_BYTES)
			cut[i].len = CUT_BYTES;
	}
	return __real_mac_parts(key, cut, count, ret_mac);
}

/* --- the cases --- */

struct policy {
	struct house *house;
	struct password_list *list;
	struct password_context context;
	size_t cases;
	size_t wrong; /* verdicts that are not the rule's */
};

static void expect(struct policy *policy, struct str password, unsigned flaws)
{
	unsigned found = password_flaws(policy->list, &policy->context, password);
	policy->cases++;
	if (found == flaws)
		return;
	if (fault == SOUND)
		print_message("# case %zu: %x, not %x: %.*s\n", policy->cases, found, flaws,
			      STR_ARG(password));
	policy->wrong++;
}

/* Letters of some kinds (bits: a-z, A-Z, 0-9, marks), each kind at least once; no word, no run. */
static struct str letters_of(struct policy *policy, unsigned kinds, size_t count, unsigned salt)
{
	static const char *const sets[] = {"gtvkqzmwrbxjph", "GTVKQZMWRBXJPH", "2749386205",
					   "#%&=+~?;:"};
	char *text = arena_alloc(&policy->house->arena, count + 1);
	unsigned kind = salt % 4, step = salt;
	for (size_t i = 0; i < count; i++) {
		do
			kind = (kind + 1) % 4;
		while (!(kinds & 1u << kind));
		step = step * 5 + 3 + (unsigned)i;
		text[i] = sets[kind][step % strlen(sets[kind])];
	}
	return (struct str){text, count};
}

static int bits(unsigned kinds)
{
	return __builtin_popcount(kinds);
}

/* D2. */
static unsigned rule(size_t count, unsigned kinds)
{
	if (count < 13)
		return PASSWORD_TOO_SHORT;
	return count < 15 && bits(kinds) < 3 ? PASSWORD_FEW_KINDS : 0;
}

/* 15 mixtures of kinds at 8..27 characters: 300 cases. Repeats of few figures are a finding of
 * their own, so mixtures of figures alone are made from a longer text. */
static void kinds_and_lengths(struct policy *policy)
{
	for (unsigned kinds = 1; kinds < 16; kinds++)
		for (size_t count = 8; count < 28; count++)
			expect(policy,
			       letters_of(policy, kinds, count, kinds * 7 + (unsigned)count),
			       rule(count, kinds));
}

/* Full-width letters are those they stand for: 100 cases. */
static void twins_full_width(struct policy *policy)
{
	for (unsigned i = 0; i < 100; i++) {
		size_t count = 11 + i % 6;
		unsigned kinds = 1 + i % 7;
		struct str plain = letters_of(policy, kinds, count, i);
		char *text = arena_alloc(&policy->house->arena, 3 * count);
		for (size_t at = 0; at < count; at++) {
			unsigned wide = 0xff00u + (unsigned char)plain.ptr[at] - 0x20u;
			text[3 * at] = (char)0xef;
			text[3 * at + 1] = (char)(0x80 | (wide >> 6 & 0x3f));
			text[3 * at + 2] = (char)(0x80 | (wide & 0x3f));
		}
		expect(policy, (struct str){text, 3 * count}, rule(count, kinds));
	}
}

/* か and its mark count one: 50 cases that would be long enough if they counted two. */
static void twins_apart(struct policy *policy)
{
	static const char *const bases[] = {"か", "さ", "た", "は", "け",
					    "せ", "と", "ほ", "く", "し"};
	for (unsigned i = 0; i < 50; i++) {
		struct str text = STR("");
		for (unsigned n = 0; n < 8 + i % 4; n++)
			text = house_print(policy->house, "%.*s%s\xe3\x82\x99", STR_ARG(text),
					   bases[(i * 3 + n * 7) % 10]);
		expect(policy, text, PASSWORD_TOO_SHORT);
	}
}

/* Each control somewhere, NUL with them: 130 cases. */
static void controls(struct policy *policy)
{
	for (unsigned i = 0; i < 65; i++) {
		unsigned control = i < 32 ? i : 0x7f + i - 32; /* and U+007F..009F */
		for (unsigned n = 0; n < 2; n++) {
			struct str good = letters_of(policy, 7, 20, i + n);
			char *text = arena_alloc(&policy->house->arena, 22);
			size_t at = n ? 20 : (i * 7) % 20, len = 0;
			memcpy(text, good.ptr, at);
			len = at;
			if (control < 0x80) {
				text[len++] = (char)control;
			} else {
				text[len++] = (char)(0xc0 | control >> 6);
				text[len++] = (char)(0x80 | (control & 0x3f));
			}
			memcpy(text + len, good.ptr + at, 20 - at);
			expect(policy, (struct str){text, len + 20 - at}, PASSWORD_UNREADABLE);
		}
	}
}

/* 256 bytes are taken, 257 are not, whatever they are made of: 60 cases. */
static void bytes_most(struct policy *policy)
{
	for (size_t len = 237; len < 277; len++)
		expect(policy, letters_of(policy, 15, len, (unsigned)len),
		       len <= 256 ? 0 : PASSWORD_TOO_LONG);
	for (unsigned i = 0; i < 20; i++) { /* 253 + 3, and 254 + 3 */
		struct str start = letters_of(policy, 15, 253 + i % 2, i);
		expect(policy, house_print(policy->house, "%.*s門", STR_ARG(start)),
		       i % 2 ? PASSWORD_TOO_LONG : 0);
	}
}

static struct str leaked(struct policy *policy, unsigned i)
{
	return letters_of(policy, 7, 16 + i % 5, 1000 + i * 13);
}

/* The list, and its lines in capitals, in small letters, full-width at one place: 300 cases; and 60
 * that differ by a letter. */
static void list_lines(struct policy *policy)
{
	for (unsigned i = 0; i < LEAKED; i++) {
		struct str line = leaked(policy, i);
		char upper[64], lower[64];
		for (size_t at = 0; at < line.len; at++) {
			char c = line.ptr[at];
			upper[at] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
			lower[at] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
		}
		expect(policy, line, PASSWORD_COMMON);
		expect(policy, (struct str){upper, line.len}, PASSWORD_COMMON);
		expect(policy, (struct str){lower, line.len}, PASSWORD_COMMON);
	}
	for (unsigned i = 0; i < 40; i++) {
		struct str line = leaked(policy, i);
		expect(policy, house_print(policy->house, "%.*s;", STR_ARG(line)), 0);
	}
}

/* Login id, code, name: as they are and full-width: 20 cases. */
static void context_words(struct policy *policy)
{
	static const char *const words[] = {"WA0000001",
					    "wa0000001",
					    "0000001",
					    HERE,
					    "試験施術所",
					    "ＷＡ００００００１",
					    "１３１０００００００３"};
	for (unsigned i = 0; i < 20; i++) {
		struct str start = letters_of(policy, 7, 4 + i % 5, i),
			   end = letters_of(policy, 7, 8, i + 50);
		const char *word = words[i % 7];
		/* The last one has a zero too many, and is nobody's. */
		expect(policy,
		       house_print(policy->house, "%.*s%s%.*s", STR_ARG(start), word, STR_ARG(end)),
		       i % 7 == 6 ? 0 : PASSWORD_CONTEXT);
	}
}

static void list_make(struct policy *policy)
{
	char path[128];
	snprintf(path, sizeof path, "%s/leaked", policy->house->folder);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	for (unsigned i = 0; i < LEAKED; i++)
		fprintf(file, "%.*s\n", STR_ARG(leaked(policy, i)));
	assert_int_equal(fclose(file), 0);
	assert_int_equal(password_list_create(&policy->list, path), 0);
	assert_int_equal(password_list_count(policy->list), LEAKED);
}

/* Verdicts that are wrong with this fault. */
static size_t cases_wrong(struct house *house, enum fault planted)
{
	struct policy policy = {.house = house,
				.context = {STR("WA0000001"), STR(HERE), STR("試験施術所")}};
	list_make(&policy);
	fault = planted;
	kinds_and_lengths(&policy);
	twins_full_width(&policy);
	twins_apart(&policy);
	controls(&policy);
	bytes_most(&policy);
	list_lines(&policy);
	context_words(&policy);
	fault = SOUND;
	password_list_destroy(policy.list);
	if (planted == SOUND)
		print_message("# %zu cases\n", policy.cases);
	assert_int_equal(policy.cases, CASES);
	return policy.wrong;
}

static void test_a_thousand_cases_get_the_rules_verdict(void **state)
{
	assert_int_equal(cases_wrong(*state, SOUND), 0);
}

static void test_the_cases_see_a_rule_that_is_missing(void **state)
{
	static const enum fault faults[] = {NO_NFKC, NO_LIST, NO_CONTROLS};
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		size_t wrong = cases_wrong(*state, faults[i]);
		print_message("# fault %d: %zu of %d wrong\n", (int)faults[i], wrong, CASES);
		assert_true(wrong > 0);
	}
}

/* --- over the API --- */

struct session {
	struct house *house;
	struct str token;
	struct str password;
	size_t wrong; /* answers that are not the rule's */
};

static struct session session_begin(struct house *house)
{
	return (struct session){
		.house = house,
		.token = house_session(house, HERE, &house->here.receipt).token,
		.password = secret_str(&house->here.receipt.password),
	};
}

static int change(struct session *session, struct str next)
{
	struct house_call call = {
		.method = "POST",
		.path = "/v1/password",
		.token = session->token,
		.body = house_print(session->house,
				    "{\"old_password\":\"%.*s\",\"new_password\":\"%.*s\"}",
				    STR_ARG(session->password), STR_ARG(next)),
	};
	int status = house_send(session->house, &call);
	if (status == 200) {
		session->token = house_text(session->house, "access_token");
		session->password = next;
	}
	return status;
}

/* reason NULL: it is taken. */
static void change_expect(struct session *session, struct str next, const char *reason)
{
	int status = change(session, next);
	const struct json *error = json_at(json_member(session->house->json.root, "errors"), 0);
	bool told = status == 422 && reason &&
		    str_equal(json_text(json_member(error, "field")), STR("new_password")) &&
		    str_equal(json_text(json_member(error, "reason")), str_of(reason));
	if (reason ? !told : status != 200)
		print_message("# %d for %s\n", status, reason ? reason : "a good one");
	session->wrong += reason ? !told : status != 200;
}

static void login_expect(struct session *session, struct str password, int status)
{
	session->wrong += house_login(session->house, HERE, "WA0000001", password) != status;
}

static void test_each_reason_is_told_with_its_field(void **state)
{
	struct session session = session_begin(*state);
	change_expect(&session, STR("gT7vkqzmwrbx"), "too_short");
	change_expect(&session, STR("gtvkqzmwrbxjp"), "few_kinds");
	change_expect(&session, STR("passwordpassword1"), "common");
	change_expect(&session, STR("gtvkqz-WA0000001-mwrbx"), "context");
	change_expect(&session, STR("gtvkqz" HERE "mwrbx"), "context");
	change_expect(&session, STR("gtvkqz\\tmwrbxjph"), "control");
	/* JSON that holds a NUL is none that the service reads. */
	session.wrong += change(&session, STR("gtvkqz\\u0000mwrbxjph")) != 400;
	change_expect(&session, house_print(*state, "%0255d門", 0), "too_long");
	change_expect(&session, session.password, "used");
	change_expect(&session, secret_str(&session.house->here.reader.password), "shared");
	change_expect(&session, STR(NEXT), NULL);
	assert_int_equal(session.wrong, 0);
}

/* Wrong answers about ten old ones, the eleventh, and the W account's. */
static size_t reuse_wrong(struct house *house, enum fault planted)
{
	struct session session = session_begin(house);
	struct str first = session.password, old[10];
	fault = planted;
	change_expect(&session, secret_str(&house->here.reader.password), "shared");
	if (session.wrong) { /* it was taken */
		fault = SOUND;
		return session.wrong;
	}
	for (int i = 0; i < 10; i++) {
		old[i] = session.password;
		change_expect(&session, house_print(house, "gtvkqz-%c-mwrbxjph", 'b' + 2 * i),
			      NULL);
	}
	for (int i = 0; i < 10; i++)
		if (planted == SOUND || i == 0)
			change_expect(&session, old[i], "used");
	if (planted == SOUND) {
		change_expect(&session, STR(NEXT), NULL);
		change_expect(&session, first, NULL);
	}
	fault = SOUND;
	return session.wrong;
}

static void test_the_last_ten_and_the_other_accounts_are_refused(void **state)
{
	assert_int_equal(reuse_wrong(*state, SOUND), 0);
}

static void test_forgotten_old_ones_are_seen(void **state)
{
	assert_true(reuse_wrong(*state, NO_OLD_ONES) > 0);
}

static void test_a_forgotten_other_account_is_seen(void **state)
{
	assert_true(reuse_wrong(*state, NO_OTHERS) > 0);
}

/* What was set opens, byte by byte; its NFKC twin, its trimmed form, its first bytes do not. */
static size_t exactness_wrong(struct house *house, enum fault planted)
{
	struct session session = session_begin(house);
	struct str composed = STR(" Mado が akeru asa "),
		   apart = STR(" Mado か\xe3\x82\x99 akeru asa ");
	char long_text[257];
	for (size_t i = 0; i < 256; i++)
		long_text[i] = "gtvkqzmwrbxjphGTVKQZMWRBXJPH"[(i * i + 3 * i) % 28];
	long_text[256] = '\0';
	fault = planted;
	change_expect(&session, composed, NULL);
	login_expect(&session, composed, 200);
	login_expect(&session, apart, 401);
	login_expect(&session, STR("Mado が akeru asa"), 401);
	login_expect(&session, STR(" mado が akeru asa "), 401);
	change_expect(&session, house_print(house, "%s", long_text), NULL);
	login_expect(&session, session.password, 200);
	login_expect(&session, (struct str){session.password.ptr, 255}, 401);
	login_expect(&session, (struct str){session.password.ptr, CUT_BYTES}, 401);
	fault = SOUND;
	return session.wrong;
}

static void test_what_was_typed_is_verified_byte_by_byte(void **state)
{
	assert_int_equal(exactness_wrong(*state, SOUND), 0);
}

static void test_a_hash_that_cuts_is_seen(void **state)
{
	assert_true(exactness_wrong(*state, CUT) > 0);
}

#define HOUSE_TEST(name) cmocka_unit_test_setup_teardown(name, house_open, house_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOUSE_TEST(test_a_thousand_cases_get_the_rules_verdict),
		HOUSE_TEST(test_the_cases_see_a_rule_that_is_missing),
		HOUSE_TEST(test_each_reason_is_told_with_its_field),
		HOUSE_TEST(test_the_last_ten_and_the_other_accounts_are_refused),
		HOUSE_TEST(test_forgotten_old_ones_are_seen),
		HOUSE_TEST(test_a_forgotten_other_account_is_seen),
		HOUSE_TEST(test_what_was_typed_is_verified_byte_by_byte),
		HOUSE_TEST(test_a_hash_that_cuts_is_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
