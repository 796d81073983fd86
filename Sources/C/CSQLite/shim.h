#pragma once
#include <sqlite3.h>

/// `SQLITE_TRANSIENT`, a cast that Swift does not import: SQLite copies what is bound.
static inline sqlite3_destructor_type harken_sqlite_transient(void) {
    return SQLITE_TRANSIENT;
}

/// `sqlite3_db_config`, which Swift does not import: `EXPLAIN QUERY PLAN` shows the plans of triggers too.
static inline int harken_sqlite_explain_triggers(sqlite3 *database) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_TRIGGER_EQP, 1, (int *)0);
}
