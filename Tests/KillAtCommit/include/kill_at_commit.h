#pragma once

/// How many flushes this process has left to live; below zero while nobody wants its end.
int kill_at_commit_left(void);
