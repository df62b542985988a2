/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In every test program that links cmocka: writes are left to the kernel. What a test can end is a
 * process, never the machine, and what a process wrote outlives it without a sync; waiting for a
 * disk that many tests share took longer than the tests. SQLite's calls end here too.
 */
#include <unistd.h>

int fsync(int fd)
{
	(void)fd;
	return 0;
}

int fdatasync(int fd)
{
	(void)fd;
	return 0;
}
