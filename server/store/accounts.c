/* SPDX-License-Identifier: Apache-2.0 */
/* account, password_old, code, totp */
#include "server/store/accounts.h"

#include <assert.h>

#include "server/store/changes.h"
#include "server/store/row.h"

/* --- account --- */

static const char account_add[] = "INSERT INTO account (facility_no, login_id, kind, password, "
				  "pepper_n, password_ms, must_change,"
				  " valid_until_ms, uses_left, codes_left, opened_by)"
				  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
				  " RETURNING no";

#define ACCOUNT_COLUMNS                                                                     \
	"no, facility_no, login_id, kind, epoch, password, pepper_n, active, password_ms, " \
	"must_change, valid_until_ms, uses_left, codes_left, opened_by"
/* An operator's account is that of facility 0. */
#define OWN "coalesce(facility_no, 0) = $1"
static const char account_find[] = "SELECT " ACCOUNT_COLUMNS " FROM account WHERE login_id = $1";
static const char account_get[] =
	"SELECT " ACCOUNT_COLUMNS " FROM account WHERE " OWN " AND no = $2";
static const char accounts_list[] = "SELECT " ACCOUNT_COLUMNS " FROM account"
				    " WHERE " OWN " AND kind = $2 AND no > $3 ORDER BY no LIMIT $4";

static const char password_keep[] =
	"INSERT INTO password_old (account_no, n, hash, pepper_n)"
	" SELECT no, (SELECT coalesce(max(n), 0) + 1 FROM password_old WHERE account_no = $2),"
	" password, pepper_n FROM account WHERE " OWN " AND no = $2";
static const char password_forget[] =
	"DELETE FROM password_old WHERE account_no = $1"
	" AND n <= (SELECT max(n) FROM password_old WHERE account_no = $1) - $2";
static const char password_set[] =
	"UPDATE account SET password = $3, pepper_n = $4, must_change = $5, password_ms = $6,"
	" epoch = epoch + 1 WHERE " OWN " AND no = $2";
static const char rehash[] = "UPDATE account SET password = $3, pepper_n = $4"
			     " WHERE " OWN " AND no = $2 AND password = $5";
static const char passwords_old[] =
	"SELECT hash, pepper_n FROM password_old WHERE account_no = $2"
	" AND EXISTS (SELECT 1 FROM account WHERE " OWN " AND no = $2) ORDER BY n DESC LIMIT $3";

static const char epoch_raise[] = "UPDATE account SET epoch = epoch + 1 WHERE " OWN " AND no = $2";
static const char active_set[] = "UPDATE account SET active = $3, epoch = epoch + 1"
				 " WHERE " OWN " AND no = $2";

int store_account_add(struct db *db, const struct store_account *account, int64_t *ret_no)
{
	int r = row_returning(db, account_add,
			      DB_ARGS(account->facility_no ? db_int(account->facility_no)
							   : db_null(),
				      db_text(account->login_id), db_int(account->kind),
				      db_text(account->password), db_int(account->pepper_n),
				      db_int(account->password_ms), db_int(account->must_change),
				      db_int(account->valid_until_ms), db_int(account->uses_left),
				      db_int(account->codes_left), db_int(account->opened_by)),
			      ret_no);
	return r < 0 ? PASS(r) : r;
}

static int account_read(struct row *row, struct store_account *ret_account)
{
	struct store_account account = {
		.no = row_int(row, 0),
		.facility_no = row_int(row, 1),
		.login_id = row_str(row, 2),
		.kind = (enum account_kind)row_int(row, 3),
		.epoch = row_int(row, 4),
		.password = row_str(row, 5),
		.pepper_n = row_int(row, 6),
		.active = row_int(row, 7) != 0,
		.password_ms = row_int(row, 8),
		.must_change = row_int(row, 9) != 0,
		.valid_until_ms = row_int(row, 10),
		.uses_left = row_int(row, 11),
		.codes_left = row_int(row, 12),
		.opened_by = row_int(row, 13),
	};
	int r = row_end(row);
	if (r < 0)
		return PASS(r);
	*ret_account = account;
	return 0;
}

int store_account_find(struct db *db, struct arena *arena, struct str login_id,
		       struct store_account *ret_account)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, account_find, DB_ARGS(db_text(login_id)), &row);
	if (r == 0)
		r = account_read(&row, ret_account);
	return r < 0 ? PASS(r) : r;
}

int store_account_get(struct db *db, struct arena *arena, int64_t facility_no, int64_t account_no,
		      struct store_account *ret_account)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, account_get, DB_ARGS(db_int(facility_no), db_int(account_no)),
			 &row);
	if (r == 0)
		r = account_read(&row, ret_account);
	return r < 0 ? PASS(r) : r;
}

int store_accounts_list(struct db *db, struct arena *arena, int64_t facility_no,
			enum account_kind kind, int64_t after, struct store_account **ret_accounts,
			size_t *ret_count)
{
	struct row row AUTO(row_close) = {0};
	struct store_account *list = arena_array(arena, STORE_ACCOUNTS_PAGE_MAX, sizeof *list);
	size_t count = 0;
	if (!list)
		return RAISE(ENOMEM);
	int r = row_find(db, arena, accounts_list,
			 DB_ARGS(db_int(facility_no), db_int(kind), db_int(after),
				 db_int(STORE_ACCOUNTS_PAGE_MAX)),
			 &row);
	while (r == 0 && count < STORE_ACCOUNTS_PAGE_MAX) {
		r = account_read(&row, &list[count++]);
		if (r == 0)
			r = row_next(&row);
	}
	if (r < 0)
		return PASS(r);
	*ret_accounts = list;
	*ret_count = count;
	return 0;
}

int store_account_password_set(struct db *db, const struct store_account *account, int64_t now_ms)
{
	struct db_value facility = db_int(account->facility_no), no = db_int(account->no);
	int r = row_change(db, password_keep, DB_ARGS(facility, no), STORE_NOT_FOUND);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = row_run(db, password_forget, DB_ARGS(no, db_int(STORE_PASSWORDS_OLD_MAX)), NULL);
	if (r == 0)
		r = row_change(db, password_set,
			       DB_ARGS(facility, no, db_text(account->password),
				       db_int(account->pepper_n), db_int(account->must_change),
				       db_int(now_ms)),
			       STORE_NOT_FOUND);
	if (r == 0)
		r = store_change_number_add(db, STORE_CHANGE_ACCOUNT, account->no, now_ms);
	return r < 0 ? PASS(r) : r;
}

int store_account_rehash(struct db *db, const struct store_account *account, struct str old_phc)
{
	int r = row_change(db, rehash,
			   DB_ARGS(db_int(account->facility_no), db_int(account->no),
				   db_text(account->password), db_int(account->pepper_n),
				   db_text(old_phc)),
			   STORE_STALE);
	return r < 0 ? PASS(r) : r;
}

int store_passwords_old(struct db *db, struct arena *arena, int64_t facility_no, int64_t account_no,
			struct store_password_old ret_passwords[STORE_PASSWORDS_OLD_MAX],
			size_t *ret_count)
{
	struct row row AUTO(row_close) = {0};
	size_t count = 0;
	int r = row_find(db, arena, passwords_old,
			 DB_ARGS(db_int(facility_no), db_int(account_no),
				 db_int(STORE_PASSWORDS_OLD_MAX)),
			 &row);
	while (r == 0 && count < STORE_PASSWORDS_OLD_MAX) {
		ret_passwords[count].phc = row_str(&row, 0);
		ret_passwords[count++].pepper_n = row_int(&row, 1);
		r = row_end(&row);
		if (r == 0)
			r = row_next(&row);
	}
	if (r < 0)
		return PASS(r);
	*ret_count = count;
	return 0;
}

int store_account_epoch_raise(struct db *db, int64_t facility_no, int64_t account_no,
			      int64_t now_ms)
{
	int r = row_change(db, epoch_raise, DB_ARGS(db_int(facility_no), db_int(account_no)),
			   STORE_NOT_FOUND);
	if (r == 0)
		r = store_change_number_add(db, STORE_CHANGE_ACCOUNT, account_no, now_ms);
	return r < 0 ? PASS(r) : r;
}

int store_account_active_set(struct db *db, int64_t facility_no, int64_t account_no, bool active,
			     int64_t now_ms)
{
	int r = row_change(db, active_set,
			   DB_ARGS(db_int(facility_no), db_int(account_no), db_int(active)),
			   STORE_NOT_FOUND);
	if (r == 0)
		r = store_change_number_add(db, STORE_CHANGE_ACCOUNT, account_no, now_ms);
	return r < 0 ? PASS(r) : r;
}

/* --- temporary accounts --- */

#define TEMPORARY " kind = 3 AND active = 1"
static const char use_spend[] = "UPDATE account SET uses_left = uses_left - 1"
				" WHERE facility_no = $1 AND no = $2 AND" TEMPORARY
				" AND uses_left > 0 AND valid_until_ms > $3";
static const char code_spend[] = "UPDATE account SET codes_left = codes_left - 1"
				 " WHERE facility_no = $1 AND no = $2 AND" TEMPORARY
				 " AND uses_left > 0 AND codes_left > 0 AND valid_until_ms > $3";
static const char temporary_find[] = "SELECT " ACCOUNT_COLUMNS " FROM account"
				     " WHERE facility_no = $1 AND kind = 3"
				     " AND (active = 1 OR valid_until_ms > $2) LIMIT 1";
static const char temporary_set[] =
	"UPDATE account SET valid_until_ms = $3, uses_left = $4, codes_left = $5"
	" WHERE facility_no = $1 AND no = $2 AND kind = 3";
static const char temporary_over[] =
	"SELECT " ACCOUNT_COLUMNS " FROM account WHERE" TEMPORARY
	" AND (valid_until_ms <= $1 OR (uses_left = 0 AND NOT EXISTS (SELECT 1 FROM session"
	" WHERE session.account_no = account.no AND ended_ms = 0 AND ends_ms > $1))) LIMIT 1";
static_assert(ACCOUNT_MAIL == 3, "as in the statements");

int store_account_use_spend(struct db *db, int64_t facility_no, int64_t account_no, int64_t now_ms)
{
	int r = row_change(db, use_spend,
			   DB_ARGS(db_int(facility_no), db_int(account_no), db_int(now_ms)),
			   STORE_STALE);
	return r < 0 ? PASS(r) : r;
}

int store_account_code_spend(struct db *db, int64_t facility_no, int64_t account_no, int64_t now_ms)
{
	int r = row_change(db, code_spend,
			   DB_ARGS(db_int(facility_no), db_int(account_no), db_int(now_ms)),
			   STORE_STALE);
	return r < 0 ? PASS(r) : r;
}

int store_account_temporary_set(struct db *db, const struct store_account *account)
{
	int r = row_change(db, temporary_set,
			   DB_ARGS(db_int(account->facility_no), db_int(account->no),
				   db_int(account->valid_until_ms), db_int(account->uses_left),
				   db_int(account->codes_left)),
			   STORE_NOT_FOUND);
	return r < 0 ? PASS(r) : r;
}

int store_account_temporary_find(struct db *db, struct arena *arena, int64_t facility_no,
				 int64_t now_ms, struct store_account *ret_account)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, temporary_find, DB_ARGS(db_int(facility_no), db_int(now_ms)),
			 &row);
	if (r == 0)
		r = account_read(&row, ret_account);
	return r < 0 ? PASS(r) : r;
}

int store_account_temporary_over(struct db *db, struct arena *arena, int64_t now_ms,
				 struct store_account *ret_account)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, temporary_over, DB_ARGS(db_int(now_ms)), &row);
	if (r == 0)
		r = account_read(&row, ret_account);
	return r < 0 ? PASS(r) : r;
}

/* --- code --- */

static const char code_add[] = "INSERT INTO code (hmac, kind, facility_no, account_no, until_ms)"
			       " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
static const char code_find[] = "SELECT kind, facility_no, account_no, until_ms, used_ms"
				" FROM code WHERE hmac = $1 AND kind = $2";
static const char code_use[] = "UPDATE code SET used_ms = $3"
			       " WHERE hmac = $1 AND kind = $2 AND used_ms = 0 AND until_ms > $3";

int store_code_add(struct db *db, struct str hmac, const struct store_code *code)
{
	int r = row_change(db, code_add,
			   DB_ARGS(db_blob(hmac), db_int(code->kind), db_int(code->facility_no),
				   db_int(code->account_no), db_int(code->until_ms)),
			   STORE_CONFLICT);
	return r < 0 ? PASS(r) : r;
}

int store_code_find(struct db *db, struct str hmac, enum store_code_kind kind,
		    struct store_code *ret_code)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, NULL, code_find, DB_ARGS(db_blob(hmac), db_int(kind)), &row);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_code = (struct store_code){
		.kind = (enum store_code_kind)row_int(&row, 0),
		.facility_no = row_int(&row, 1),
		.account_no = row_int(&row, 2),
		.until_ms = row_int(&row, 3),
		.used_ms = row_int(&row, 4),
	};
	return 0;
}

int store_code_use(struct db *db, struct str hmac, enum store_code_kind kind, int64_t now_ms)
{
	struct store_code code;
	int r = row_change(db, code_use, DB_ARGS(db_blob(hmac), db_int(kind), db_int(now_ms)),
			   STORE_STALE);
	if (r != STORE_STALE)
		return r < 0 ? PASS(r) : r;
	r = store_code_find(db, hmac, kind, &code);
	if (r)
		return r < 0 ? PASS(r) : r;
	return STORE_STALE;
}

/* --- totp --- */

#define OF_FACILITY                                                             \
	" AND EXISTS (SELECT 1 FROM account WHERE account.no = totp.account_no" \
	" AND account.facility_no = $1)"

static const char totp_add[] = "INSERT INTO totp (account_no, n, seed)"
			       " SELECT no, $3, $4 FROM account WHERE facility_no = $1 AND no = $2";
static const char totp_find_confirmed[] =
	"SELECT n, seed, last_step, confirmed_ms FROM totp"
	" WHERE account_no = $2 AND confirmed_ms > 0" OF_FACILITY " ORDER BY n DESC LIMIT 1";
static const char totp_find_new[] =
	"SELECT n, seed, last_step, confirmed_ms FROM totp"
	" WHERE account_no = $2 AND confirmed_ms = 0" OF_FACILITY " ORDER BY n DESC LIMIT 1";
static const char totp_confirm[] =
	"UPDATE totp SET confirmed_ms = $5, last_step = $4"
	" WHERE account_no = $2 AND n = $3 AND confirmed_ms = 0" OF_FACILITY;
static const char totp_others_delete[] =
	"DELETE FROM totp WHERE account_no = $2 AND n <> $3" OF_FACILITY;
static const char totp_spend[] =
	"UPDATE totp SET last_step = $4"
	" WHERE account_no = $2 AND n = $3 AND confirmed_ms > 0 AND last_step < $4" OF_FACILITY;

int store_totp_add(struct db *db, int64_t facility_no, int64_t account_no, int64_t n,
		   struct str seed)
{
	int r = row_change(db, totp_add,
			   DB_ARGS(db_int(facility_no), db_int(account_no), db_int(n),
				   db_blob(seed)),
			   STORE_NOT_FOUND);
	return r < 0 ? PASS(r) : r;
}

int store_totp_find(struct db *db, struct arena *arena, int64_t facility_no, int64_t account_no,
		    bool confirmed, struct store_totp *ret_totp)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, confirmed ? totp_find_confirmed : totp_find_new,
			 DB_ARGS(db_int(facility_no), db_int(account_no)), &row);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct store_totp totp = {
		.n = row_int(&row, 0),
		.seed = row_str(&row, 1),
		.last_step = row_int(&row, 2),
		.confirmed_ms = row_int(&row, 3),
	};
	r = row_end(&row);
	if (r < 0)
		return PASS(r);
	*ret_totp = totp;
	return 0;
}

int store_totp_confirm(struct db *db, int64_t facility_no, int64_t account_no, int64_t n,
		       int64_t step, int64_t now_ms)
{
	int r = row_change(db, totp_confirm,
			   DB_ARGS(db_int(facility_no), db_int(account_no), db_int(n), db_int(step),
				   db_int(now_ms)),
			   STORE_STALE);
	if (r == 0)
		r = row_run(db, totp_others_delete,
			    DB_ARGS(db_int(facility_no), db_int(account_no), db_int(n)), NULL);
	return r < 0 ? PASS(r) : r;
}

int store_totp_spend(struct db *db, int64_t facility_no, int64_t account_no, int64_t n,
		     int64_t step)
{
	int r = row_change(db, totp_spend,
			   DB_ARGS(db_int(facility_no), db_int(account_no), db_int(n),
				   db_int(step)),
			   STORE_STALE);
	return r < 0 ? PASS(r) : r;
}
