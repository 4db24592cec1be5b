// Ends a process of a test the hard way at a commit: loaded into it ahead of the C library (LD_PRELOAD), for a commit makes
// no request at which a stand-in could do so. The file KILL_AT_COMMIT_FILE names is written while the process runs: "3
// after" kills it right after the third flush from then on. "3 before" kills it in place of that flush and takes the end
// of what was to be flushed away, as a power cut may: the commit never was. The file goes away first, so that whoever is
// started next lives.
#define _GNU_SOURCE
#include "kill_at_commit.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __linux__
static const char *wish;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int left = -1, is_before;

__attribute__((constructor)) static void begin(void) { wish = getenv("KILL_AT_COMMIT_FILE"); }

static void read_wish(void) {
    char text[32] = "", moment[8] = "";
    int count = 0, file = open(wish, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0 || sscanf(text, "%d %7s", &count, moment) != 2 || count < 1) return;
    left = count;
    is_before = strcmp(moment, "before") == 0;
}

/// Only a log's end is what was not flushed yet; a database file's own last page may be years old.
static void tear(int file) {
    char link[64], path[4096];
    struct stat facts;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 4 || memcmp(path + length - 4, "-wal", 4) != 0) return;
    if (fstat(file, &facts) == 0 && facts.st_size > 0 && ftruncate(file, facts.st_size - 1) != 0) return;
}

static int flush(int file, long call) {
    if (wish == NULL) return (int)syscall(call, file);
    pthread_mutex_lock(&lock);
    if (left < 0) read_wish();
    int is_last = left > 0 && --left == 0;
    if (!is_last) {
        pthread_mutex_unlock(&lock);
        return (int)syscall(call, file);
    }
    // The lock is kept: nobody else flushes anything any more.
    if (is_before) tear(file);
    else syscall(call, file);
    unlink(wish);
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

int kill_at_commit_left(void) { return left; }

int fsync(int file) { return flush(file, SYS_fsync); }

int fdatasync(int file) { return flush(file, SYS_fdatasync); }
#else
int kill_at_commit_left(void) { return -1; }
#endif
