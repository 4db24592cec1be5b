#ifndef CSQLITE_H
#define CSQLITE_H

// What of SQLite's interface Swift cannot call: functions with variable arguments.

/// Switches off the count of all memory the engine has asked for, which nobody reads: it is kept under one lock that
/// every allocation of every connection takes. Before the first connection. Returns SQLite's code.
int csqlite_count_no_memory(void);

#endif
