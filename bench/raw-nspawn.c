/*
 * Boots a root with plain systemd-nspawn, and stops it: what bench/start-latency and bench/hundred compare Hatchery with.
 *
 * usage: raw-nspawn [--hold] ROOT NAME [FLAG...]
 *
 * Prints "ready MS", the milliseconds from the fork to READY=1, and after the stop "ended MS", those from SIGRTMIN+3 to the exit. With
 * --hold, it stops the container at the end of its standard input, else at once. FLAGs are given to systemd-nspawn.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

/* The container's control groups: one in the unified hierarchy, or one in each that systemd uses beside version 1. */
static char groups[2][256];
static int group_count;

static void make_groups(const char *name) {
	const char *unified[] = {"/sys/fs/cgroup"}, *hybrid[] = {"/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified"};
	int v2 = access("/sys/fs/cgroup/cgroup.procs", F_OK) == 0;
	const char **roots = v2 ? unified : hybrid;

	for (int i = 0; i < (v2 ? 1 : 2); i++) {
		char path[256];
		snprintf(path, sizeof path, "%s/cgroup.procs", roots[i]);
		if (access(path, F_OK) != 0)
			continue;
		snprintf(path, sizeof path, "%s/machine", roots[i]);
		mkdir(path, 0755);
		snprintf(groups[group_count], sizeof groups[0], "%s/machine/%s.raw", roots[i], name);
		mkdir(groups[group_count++], 0755);
	}
}

static void join_groups(void) {
	for (int i = 0; i < group_count; i++) {
		char path[600];
		snprintf(path, sizeof path, "%s/cgroup.procs", groups[i]);
		FILE *procs = fopen(path, "w");
		if (!procs || fprintf(procs, "%d\n", getpid()) < 0 || fclose(procs) != 0)
			err(1, "%s", path);
	}
}

static int remove_folder(const char *path, const struct stat *status, int type, struct FTW *walk) {
	(void) status;
	(void) walk;
	if (type == FTW_DP)
		rmdir(path);
	return 0;
}

int main(int argc, char **argv) {
	int hold = argc > 1 && strcmp(argv[1], "--hold") == 0;
	if (argc - hold < 3)
		errx(2, "usage: raw-nspawn [--hold] ROOT NAME [FLAG...]");
	char **arguments = argv + 1 + hold;
	const char *root = arguments[0], *name = arguments[1];

	char folder[64];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(folder, sizeof folder, "/run/hatchery-raw-%d", getpid());
	snprintf(address.sun_path, sizeof address.sun_path, "%s/notify", folder);
	int notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (mkdir(folder, 0700) != 0 || notify < 0 || bind(notify, (struct sockaddr *) &address, sizeof address) != 0)
		err(1, "%s", folder);
	make_groups(name);

	double begun = now();
	pid_t child = fork();
	if (child < 0)
		err(1, "fork");
	if (child == 0) {
		const char *fixed[] = {"systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--console=pipe",
			"--kill-signal=SIGRTMIN+3", "--notify-ready=yes", "-b", "-M", name, "-D", root};
		size_t count = sizeof fixed / sizeof *fixed;
		const char *all[64] = {0};
		memcpy(all, fixed, sizeof fixed);
		for (char **flag = arguments + 2; *flag && count < 63; flag++)
			all[count++] = *flag;
		join_groups();
		setenv("NOTIFY_SOCKET", address.sun_path, 1);
		int null = open("/dev/null", O_RDWR);
		for (int fd = 0; fd < 3; fd++)
			dup2(null, fd);
		execvp(all[0], (char **) all);
		_exit(127);
	}
	pid_t leader = 0;
	for (int ready = 0; !ready;) {
		char message[4097];
		struct timeval patience = {.tv_sec = 120};
		setsockopt(notify, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
		ssize_t length = recv(notify, message, sizeof message - 1, 0);
		if (length < 0) {
			kill(child, SIGKILL);
			err(1, "%s is not ready", name);
		}
		message[length] = 0;
		for (char *line = strtok(message, "\n"); line; line = strtok(NULL, "\n")) {
			sscanf(line, "X_NSPAWN_LEADER_PID=%d", &leader);
			ready |= strcmp(line, "READY=1") == 0;
		}
	}
	double ready = now();
	printf("ready %.3f\n", ready - begun);
	fflush(stdout);
	if (hold) {
		char byte;
		while (read(0, &byte, 1) > 0)
			;
		ready = now();
	}
	kill(leader, SIGRTMIN + 3);
	waitpid(child, NULL, 0);
	printf("ended %.3f\n", now() - ready);
	for (int i = 0; i < group_count; i++)
		nftw(groups[i], remove_folder, 16, FTW_DEPTH | FTW_PHYS);
	unlink(address.sun_path);
	rmdir(folder);
	return 0;
}
