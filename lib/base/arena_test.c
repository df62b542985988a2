/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/base/arena.h"

#include <stdalign.h>
#include <stdlib.h>

/* free is wrapped (see meson.build), to see what a block holds at its end. */
static const unsigned char *watched;
static int watched_wiped;

void __real_free(void *block);
void __wrap_free(void *block);

void __wrap_free(void *block)
{
	if (block && watched) {
		watched_wiped = *watched == 0;
		watched = NULL;
	}
	__real_free(block);
}

static void test_memory_is_zeroed_and_aligned(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	static const unsigned char zeros[100];
	/* What malloc gives next has been used before. */
	void *dirty = malloc(20000);
	assert_non_null(dirty);
	memset(dirty, 0xEE, 20000);
	__real_free(dirty);
	arena_init(&arena, 1 << 20);
	for (size_t bytes = 0; bytes <= sizeof zeros; bytes++) {
		unsigned char *piece = arena_alloc(&arena, bytes);
		assert_non_null(piece);
		assert_int_equal((uintptr_t)piece % alignof(max_align_t), 0);
		assert_memory_equal(piece, zeros, bytes);
		memset(piece, 0xAA, bytes);
	}
}

static void test_pieces_do_not_overlap(void **state)
{
	(void)state;
	enum { COUNT = 300 };
	AUTO(arena_clear) struct arena arena;
	unsigned char *pieces[COUNT];
	size_t sizes[COUNT];
	arena_init(&arena, 64u << 20);
	for (size_t i = 0; i < COUNT; i++) {
		/* Small ones, and now and then one with a block of its own. */
		sizes[i] = i % 7 == 6 ? 20000 + i : 1 + i * 13 % 3000;
		pieces[i] = arena_alloc(&arena, sizes[i]);
		assert_non_null(pieces[i]);
		memset(pieces[i], (int)(i % 251), sizes[i]);
	}
	for (size_t i = 0; i < COUNT; i++)
		for (size_t k = 0; k < sizes[i]; k++)
			assert_int_equal(pieces[i][k], i % 251);
}

static void test_the_ceiling_holds(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 40000);
	assert_null(arena_alloc(&arena, 40001));
	assert_non_null(arena_alloc(&arena, 39000));
	assert_null(arena_alloc(&arena, 2000));
	assert_true(arena.bytes_total <= 40000);
	assert_non_null(arena_alloc(&arena, 900));
	arena_clear(&arena);
	assert_int_equal(arena.bytes_total, 0);
	assert_non_null(arena_alloc(&arena, 40000));
}

static void test_small_pieces_fill_it_to_the_ceiling(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	size_t got = 0;
	arena_init(&arena, 50000);
	while (arena_alloc(&arena, 16))
		got += 16;
	assert_true(got <= 50000);
	assert_true(got >= 49000);
}

static void test_absurd_sizes_are_refused(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 20);
	assert_null(arena_alloc(&arena, SIZE_MAX));
	assert_null(arena_array(&arena, SIZE_MAX / 2, 3));
	assert_null(arena_array(&arena, 1 << 20, 2));
	assert_non_null(arena_array(&arena, 10, 100));
	assert_non_null(arena_array(&arena, 0, 100));
}

static void test_text_is_copied_and_printed(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	char source[] = "資格";
	struct str copy, text;
	arena_init(&arena, 1 << 20);
	assert_int_equal(arena_copy(&arena, str_of(source), &copy), 0);
	source[0] = 'x';
	assert_str_equal(copy, STR("資格"));
	assert_int_equal(copy.ptr[copy.len], '\0');
	assert_int_equal(arena_copy(&arena, (struct str){0}, &copy), 0);
	assert_non_null(copy.ptr);
	assert_int_equal(copy.len, 0);
	assert_int_equal(arena_copy_without(&arena, STR(" 資-格 -"), "- ", &copy), 0);
	assert_str_equal(copy, STR("資格"));
	assert_int_equal(copy.ptr[copy.len], '\0');
	assert_int_equal(arena_print(&arena, &text, "%s-%03d", "a", 7), 0);
	assert_str_equal(text, STR("a-007"));
	assert_int_equal(text.ptr[text.len], '\0');
}

/* Several allocations of all kinds; the first that fails is passed up. */
static int work(struct arena *arena)
{
	struct str text;
	if (!arena_alloc(arena, 100) || !arena_array(arena, 30, 1000))
		return RAISE(ENOMEM);
	int r = arena_copy(arena, STR("名前"), &text);
	if (r < 0)
		return PASS(r);
	r = arena_print(arena, &text, "%d", 12);
	return r < 0 ? PASS(r) : 0;
}

static void test_each_allocation_may_fail_in_turn(void **state)
{
	(void)state;
	long fails = 0;
	for (int r = -1; r != 0; fails++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 20);
		arena.fail_after = fails;
		r = work(&arena);
		assert_true(r == 0 || r == -ENOMEM);
		assert_true(fails < 10);
		if (r)
			assert_null(arena_alloc(&arena, 1));
	}
	assert_int_equal(fails, 5);
}

static void test_a_failed_call_leaves_its_result_alone(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct str text = STR("before");
	arena_init(&arena, 1 << 20);
	arena.fail_after = 0;
	assert_int_equal(arena_copy(&arena, STR("x"), &text), -ENOMEM);
	assert_int_equal(arena_copy_without(&arena, STR("x"), " ", &text), -ENOMEM);
	assert_int_equal(arena_print(&arena, &text, "y"), -ENOMEM);
	assert_str_equal(text, STR("before"));
}

static void test_what_it_held_is_wiped(void **state)
{
	(void)state;
	static const size_t sizes[] = {5, 30000};
	for (size_t i = 0; i < 2; i++) {
		struct arena arena;
		arena_init(&arena, 1 << 20);
		unsigned char *piece = arena_alloc(&arena, sizes[i]);
		assert_non_null(piece);
		memset(piece, 0x55, sizes[i]);
		watched_wiped = 0;
		watched = piece + sizes[i] - 1;
		arena_clear(&arena);
		assert_true(watched_wiped);
	}
}

static void test_a_zeroed_arena_can_be_cleared(void **state)
{
	(void)state;
	struct arena arena = {0};
	arena_clear(&arena);
	arena_clear(&arena);
	assert_null(arena.blocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_is_zeroed_and_aligned),
		cmocka_unit_test(test_pieces_do_not_overlap),
		cmocka_unit_test(test_the_ceiling_holds),
		cmocka_unit_test(test_small_pieces_fill_it_to_the_ceiling),
		cmocka_unit_test(test_absurd_sizes_are_refused),
		cmocka_unit_test(test_text_is_copied_and_printed),
		cmocka_unit_test(test_each_allocation_may_fail_in_turn),
		cmocka_unit_test(test_a_failed_call_leaves_its_result_alone),
		cmocka_unit_test(test_what_it_held_is_wiped),
		cmocka_unit_test(test_a_zeroed_arena_can_be_cleared),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
