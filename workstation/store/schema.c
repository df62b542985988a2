/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables. What a chart held is never overwritten without a row of the journal (change), which
 * can put it back; an insurance is closed and another appended.
 */
#include "workstation/store/rows.h"
#include "workstation/store/store.h"

enum { BUSY_MS = 5000 };

static const struct db_migration steps[] = {
	{1,
	 /* カルテ */
	 "CREATE TABLE chart (number {int64} PRIMARY KEY, reference {text} NOT NULL UNIQUE,"
	 " name {text}, kana {text}, fold_name {text}, fold_kana {text}, birth {text}, sex {text},"
	 " post {text}, address {text}, telephone {text}, ratio {text}, limit_class {text},"
	 " limit_from {text}, limit_to {text}, notes {text},"
	 " first_visit {int64} NOT NULL DEFAULT 0, state {int64} NOT NULL DEFAULT 0,"
	 " merged_into {int64} NOT NULL DEFAULT 0, confirmed_at {text},"
	 " version {int64} NOT NULL DEFAULT 1);"
	 "CREATE INDEX chart_birth ON chart (birth);"
	 "CREATE INDEX chart_reference_number ON chart (" STORE_REFERENCE_NUMBER ");"
	 "CREATE INDEX chart_fold_kana ON chart (fold_kana);"
	 "CREATE INDEX chart_confirmed ON chart (confirmed_at);"
	 "CREATE TABLE chart_alias (chart {int64} NOT NULL, is_kana {int64} NOT NULL,"
	 " text {text} NOT NULL, fold {text} NOT NULL, PRIMARY KEY (chart, is_kana, text));"
	 "CREATE TABLE public_expense (chart {int64} NOT NULL, place {int64} NOT NULL,"
	 " payer_number {text} NOT NULL, recipient_number {text}, valid_from {int64} NOT NULL,"
	 " valid_to {int64} NOT NULL, PRIMARY KEY (chart, place));"
	 "CREATE TABLE insurance (chart {int64} NOT NULL, place {int64} NOT NULL,"
	 " insurer_number {text}, insurer_name {text}, symbol {text}, number {text},"
	 " branch {text}, card_class {text}, relation {text}, valid_from {text},"
	 " valid_to {text}, qualified {text}, member_key {text} NOT NULL,"
	 " begins {int64} NOT NULL, closed_on {int64} NOT NULL DEFAULT 0, ratio {text},"
	 " by_hand {int64} NOT NULL DEFAULT 0,"
	 " confirmed_at {text} NOT NULL, PRIMARY KEY (chart, place));"
	 "CREATE INDEX insurance_key ON insurance (member_key);"},
	{2,
	 /* 届いた結果 */
	 "CREATE TABLE seen (result_id {text} PRIMARY KEY, state {int64} NOT NULL,"
	 " kind {int64} NOT NULL, reason {int64} NOT NULL, status {int64} NOT NULL,"
	 " chart {int64} NOT NULL, confirmed_at {text} NOT NULL, method {text}, staff {text},"
	 " validity {text}, remark {text}, reference {text}, name {text}, kana {text},"
	 " fold_kana {text}, fold_name {text}, birth {text}, sex {text}, insurer_number {text},"
	 " insurer_name {text}, symbol {text}, number {text}, branch {text}, relation {text},"
	 " ratio {text}, raw {text} NOT NULL, entry {text});"
	 "CREATE INDEX seen_chart ON seen (chart, confirmed_at);"
	 "CREATE INDEX seen_confirmed ON seen (confirmed_at);"
	 "CREATE INDEX seen_state ON seen (state, confirmed_at);"
	 "CREATE TABLE difference (chart {int64} NOT NULL, field {text} NOT NULL,"
	 " result_id {text} NOT NULL, told {text} NOT NULL, told_from {text}, told_to {text},"
	 " PRIMARY KEY (chart, field));"
	 "CREATE TABLE policy (chart {int64} NOT NULL, field {text} NOT NULL,"
	 " choice {text} NOT NULL, PRIMARY KEY (chart, field));"},
	{3,
	 /* what is to be sent, and how far what came has been taken */
	 "CREATE TABLE queue (result_id {text} PRIMARY KEY, chart {int64} NOT NULL,"
	 " number {text} NOT NULL, expected {text}, state {int64} NOT NULL DEFAULT 0,"
	 " tries {int64} NOT NULL DEFAULT 0, problem {text}, held {text});"
	 "CREATE INDEX queue_chart ON queue (chart);"
	 "CREATE TABLE taken (one {int64} PRIMARY KEY CHECK (one = 1), cursor {text} NOT NULL);"
	 "CREATE TABLE setting (name {text} PRIMARY KEY, value {text} NOT NULL);"},
	{4,
	 /* who, when, why */
	 "CREATE TABLE change (no {int64} PRIMARY KEY, at_ms {int64} NOT NULL,"
	 " staff {text} NOT NULL, kind {text} NOT NULL, why {text}, chart {int64} NOT NULL,"
	 " other {int64} NOT NULL DEFAULT 0, result_id {text}, before {text} NOT NULL,"
	 " after {text} NOT NULL, undoes {int64} NOT NULL DEFAULT 0,"
	 " undone_by {int64} NOT NULL DEFAULT 0);"
	 "CREATE INDEX change_chart ON change (chart, no);"
	 "CREATE INDEX change_other ON change (other, no) WHERE other <> 0;"
	 "CREATE INDEX change_result ON change (result_id, no);"
	 "CREATE TABLE job (no {int64} PRIMARY KEY, at_ms {int64} NOT NULL, kind {text} NOT NULL,"
	 " staff {text} NOT NULL, outcome {text} NOT NULL, done {int64} NOT NULL,"
	 " note {text});"
	 /* what is typed and not saved */
	 "CREATE TABLE draft (key {text} PRIMARY KEY, staff {text}, at_ms {int64} NOT NULL,"
	 " body {text} NOT NULL);"},
};

int store_open_sealed(const char *path, const struct secret *key, struct db **ret_db)
{
	const struct db_options options = {
		.engine = DB_SQLITE,
		.target = path,
		.busy_ms = BUSY_MS,
		.seal_key = key,
	};
	AUTO(db_closep) struct db *db = NULL;
	int r = db_open(&db, &options);
	if (r == DB_KEY_WRONG)
		return r;
	if (!r)
		r = db_migrate(db, steps, sizeof steps / sizeof steps[0]);
	if (r)
		return FOLD(r);
	*ret_db = db;
	db = NULL;
	return 0;
}

int store_open(const char *path, struct db **ret_db)
{
	int r = store_open_sealed(path, NULL, ret_db);
	return r ? FOLD(r) : 0;
}
