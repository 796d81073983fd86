#pragma once
#include <stddef.h>

// libpq, the client library of PostgreSQL, opened at run time: only an installation with HARKEN_DATABASE_URL needs it. The declarations are those of
// libpq-fe.h 14 and later. No function may be called before `cpostgres_open` has succeeded.

typedef struct pg_conn CPostgresConnection;
typedef struct pg_result CPostgresResult;
typedef struct pgNotify CPostgresNotification;

enum {
    CPOSTGRES_CONNECTION_OK = 0,
    CPOSTGRES_COMMAND_OK = 1,
    CPOSTGRES_TUPLES_OK = 2,
    CPOSTGRES_PIPELINE_SYNC = 10,
    CPOSTGRES_PIPELINE_ABORTED = 11,
};

/// Opens the library. Returns 0, or -1 with a reason in `error`.
int cpostgres_open(char *error, size_t error_size);

/// Connects to the server of `url` and waits for it. Notices are dropped. NULL when there is no memory.
///
/// `roots` is a file of certificate authorities for a URL that names none; NULL: libpq's default.
CPostgresConnection *cpostgres_connect(const char *url, const char *roots);
void cpostgres_finish(CPostgresConnection *connection);
int cpostgres_status(const CPostgresConnection *connection);
const char *cpostgres_error(const CPostgresConnection *connection);
int cpostgres_socket(const CPostgresConnection *connection);
int cpostgres_server_version(const CPostgresConnection *connection);

/// Runs statements without parameters and waits for them. Returns 0, or -1 with a reason in `cpostgres_error`.
int cpostgres_execute(CPostgresConnection *connection, const char *statements);
/// Sends statements from now on without waiting for results, and never blocks. Returns 1 when it has worked.
int cpostgres_enter_pipeline(CPostgresConnection *connection);
int cpostgres_send_prepare(CPostgresConnection *connection, const char *name, const char *text, int count, const unsigned *types);
/// Parameters and results are in the binary format.
int cpostgres_send_query(
    CPostgresConnection *connection, const char *name, int count, const char *const *values, const int *lengths, const int *formats);
int cpostgres_pipeline_sync(CPostgresConnection *connection);
int cpostgres_flush(CPostgresConnection *connection);
int cpostgres_consume(CPostgresConnection *connection);
int cpostgres_is_busy(CPostgresConnection *connection);
CPostgresResult *cpostgres_result(CPostgresConnection *connection);

int cpostgres_result_status(const CPostgresResult *result);
/// The five characters of an error's SQLSTATE, or NULL.
const char *cpostgres_result_state(const CPostgresResult *result);
/// The error's primary message, without values of rows, or NULL.
const char *cpostgres_result_message(const CPostgresResult *result);
const char *cpostgres_command(CPostgresResult *result);
const char *cpostgres_changed_rows(CPostgresResult *result);
int cpostgres_row_count(const CPostgresResult *result);
int cpostgres_column_count(const CPostgresResult *result);
unsigned cpostgres_column_type(const CPostgresResult *result, int column);
int cpostgres_is_null(const CPostgresResult *result, int row, int column);
const char *cpostgres_value(const CPostgresResult *result, int row, int column);
int cpostgres_length(const CPostgresResult *result, int row, int column);
void cpostgres_clear(CPostgresResult *result);

/// The next notice of a channel that the connection listens to, among what was consumed, or NULL. The caller frees it.
CPostgresNotification *cpostgres_notification(CPostgresConnection *connection);
const char *cpostgres_notification_payload(const CPostgresNotification *notification);
void cpostgres_free_notification(CPostgresNotification *notification);
