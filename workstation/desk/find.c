/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/desk/find.h"

#include "workstation/store/aliases.h"
#include "workstation/store/find.h"

struct finding {
	struct db *db;
	struct arena *arena;
	struct candidate_told told;
	struct candidate *candidates;
	size_t count;
};

static int chart_note(void *ctx, const struct candidate_chart *chart)
{
	struct finding *finding = ctx;
	struct candidate_chart known = *chart;
	struct candidate_alias *aliases;
	struct candidate candidate;
	int r = store_aliases_list(finding->db, finding->arena, chart->chart.number, &aliases,
				   &known.aliases_count);
	if (r)
		return PASS(r);
	known.aliases = aliases;
	r = candidate_weigh(&finding->told, &known, &candidate);
	if (r)
		return PASS(r);
	if (finding->count < CANDIDATES_MAX && candidate_fits(&finding->told, &candidate))
		finding->candidates[finding->count++] = candidate;
	return 0;
}

int find_match(struct db *db, struct arena *arena, const struct result *result,
	       struct found *ret_found)
{
	struct finding finding = {.db = db,
				  .arena = arena,
				  .candidates = arena_array(arena, CANDIDATES_MAX,
							    sizeof *finding.candidates)};
	if (!finding.candidates)
		return RAISE(ENOMEM);
	int r = candidate_told_read(arena, result, &finding.told);
	if (!r)
		r = store_alike_each(db, &finding.told, chart_note, &finding);
	if (r)
		return PASS(r);
	candidates_sort(finding.candidates, finding.count);
	*ret_found = (struct found){
		.candidates = finding.candidates,
		.count = finding.count,
		.match = match_decide(result, finding.candidates, finding.count),
	};
	return 0;
}
