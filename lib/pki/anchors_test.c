/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/pki/world_test.h"

static int load(struct world *world, enum pki_environment environment)
{
	struct pki_anchors *anchors = NULL;
	int r = pki_anchors_load(world->folder, environment, &anchors);
	if (r)
		assert_null(anchors);
	pki_anchors_destroy(anchors);
	return r;
}

static void test_a_test_root_is_refused_in_production(void **state)
{
	assert_int_equal(load(*state, PKI_PRODUCTION), -EPERM);
	assert_int_equal(load(*state, PKI_TEST), 0);
}

static void test_a_file_that_is_no_root_is_refused(void **state)
{
	struct world *world = *state;
	world_write(world, "3.pem", "");
	assert_int_equal(load(world, PKI_TEST), -EINVAL);
	world_write(world, "3.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----");
	assert_int_equal(load(world, PKI_TEST), -EINVAL);
	world_write_root(world, "3.pem", world->responder.certificate);
	assert_int_equal(load(world, PKI_TEST), -EINVAL);
	world_remove(world, "3.pem");
	world_write(world, "readme.txt", "not looked at");
	assert_int_equal(load(world, PKI_TEST), 0);
	world_remove(world, "readme.txt");
}

static void test_without_roots_or_policies_there_is_nothing_to_trust(void **state)
{
	struct world *world = *state;
	world_remove(world, "1.pem");
	assert_int_equal(load(world, PKI_TEST), 0);
	world_remove(world, "2.pem");
	assert_int_equal(load(world, PKI_TEST), -ENOENT);
	world_write_root(world, "2.pem", world->root.certificate);
	world_write(world, "policies.txt", "# none\n");
	assert_int_equal(load(world, PKI_TEST), -ENOENT);
	world_write(world, "policies.txt", "not an oid\n");
	assert_int_equal(load(world, PKI_TEST), -EINVAL);
	world_remove(world, "policies.txt");
	assert_int_equal(load(world, PKI_TEST), -ENOENT);
}

static void test_no_folder_is_a_fault(void **state)
{
	struct pki_anchors *anchors = NULL;
	(void)state;
	assert_int_equal(pki_anchors_load("/nonexistent", PKI_TEST, &anchors), -ENOENT);
	assert_null(anchors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_test_root_is_refused_in_production),
		cmocka_unit_test(test_a_file_that_is_no_root_is_refused),
		cmocka_unit_test(test_without_roots_or_policies_there_is_nothing_to_trust),
		cmocka_unit_test(test_no_folder_is_a_fault),
	};
	return cmocka_run_group_tests(tests, world_create, world_destroy);
}
