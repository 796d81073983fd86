#include "CPostgres.h"

#include <dlfcn.h>
#include <stdio.h>

typedef CPostgresConnection connection;
typedef CPostgresResult result;

static struct {
    connection *(*connect)(const char *const *names, const char *const *values, int expand);
    void (*finish)(connection *);
    int (*status)(const connection *);
    const char *(*error)(const connection *);
    int (*socket)(const connection *);
    int (*server_version)(const connection *);
    void (*(*notices)(connection *, void (*)(void *, const char *), void *))(void *, const char *);
    result *(*exec)(connection *, const char *);
    int (*nonblocking)(connection *, int);
    int (*enter_pipeline)(connection *);
    int (*send_prepare)(connection *, const char *, const char *, int, const unsigned *);
    int (*send_query)(connection *, const char *, int, const char *const *, const int *, const int *, int);
    int (*pipeline_sync)(connection *);
    int (*flush)(connection *);
    int (*consume)(connection *);
    int (*is_busy)(connection *);
    result *(*get_result)(connection *);
    int (*result_status)(const result *);
    const char *(*error_field)(const result *, int);
    const char *(*command)(result *);
    const char *(*changed)(result *);
    int (*rows)(const result *);
    int (*columns)(const result *);
    unsigned (*type)(const result *, int);
    int (*is_null)(const result *, int, int);
    const char *(*value)(const result *, int, int);
    int (*length)(const result *, int, int);
    void (*clear)(result *);
    CPostgresNotification *(*notification)(connection *);
    void (*free)(void *);
} pq;

int cpostgres_open(char *error, size_t error_size) {
    void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        snprintf(error, error_size, "%s", dlerror());
        return -1;
    }
    const struct {
        void **slot;
        const char *name;
    } functions[] = {
        {(void **)&pq.connect, "PQconnectdbParams"},
        {(void **)&pq.finish, "PQfinish"},
        {(void **)&pq.status, "PQstatus"},
        {(void **)&pq.error, "PQerrorMessage"},
        {(void **)&pq.socket, "PQsocket"},
        {(void **)&pq.server_version, "PQserverVersion"},
        {(void **)&pq.notices, "PQsetNoticeProcessor"},
        {(void **)&pq.exec, "PQexec"},
        {(void **)&pq.nonblocking, "PQsetnonblocking"},
        {(void **)&pq.enter_pipeline, "PQenterPipelineMode"},
        {(void **)&pq.send_prepare, "PQsendPrepare"},
        {(void **)&pq.send_query, "PQsendQueryPrepared"},
        {(void **)&pq.pipeline_sync, "PQpipelineSync"},
        {(void **)&pq.flush, "PQflush"},
        {(void **)&pq.consume, "PQconsumeInput"},
        {(void **)&pq.is_busy, "PQisBusy"},
        {(void **)&pq.get_result, "PQgetResult"},
        {(void **)&pq.result_status, "PQresultStatus"},
        {(void **)&pq.error_field, "PQresultErrorField"},
        {(void **)&pq.command, "PQcmdStatus"},
        {(void **)&pq.changed, "PQcmdTuples"},
        {(void **)&pq.rows, "PQntuples"},
        {(void **)&pq.columns, "PQnfields"},
        {(void **)&pq.type, "PQftype"},
        {(void **)&pq.is_null, "PQgetisnull"},
        {(void **)&pq.value, "PQgetvalue"},
        {(void **)&pq.length, "PQgetlength"},
        {(void **)&pq.clear, "PQclear"},
        {(void **)&pq.notification, "PQnotifies"},
        {(void **)&pq.free, "PQfreemem"},
    };
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        *functions[i].slot = dlsym(library, functions[i].name);
        if (*functions[i].slot == NULL) {
            snprintf(error, error_size, "libpq.so.5 lacks %s: it is older than version 14", functions[i].name);
            dlclose(library);
            return -1;
        }
    }
    return 0;
}

static void drop_notice(void *context, const char *message) {
    (void)context;
    (void)message;
}

CPostgresConnection *cpostgres_connect(const char *url, const char *roots) {
    /* What the URL says wins over what stands before it here. A server that is gone is noticed within 15 s. */
    const char *names[] = {
        "connect_timeout", "fallback_application_name", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
        "sslrootcert", "dbname", "client_encoding", NULL,
    };
    /* An empty value is libpq's own default. */
    const char *values[] = {"5", "harken", "10", "2", "3", "15000", roots == NULL ? "" : roots, url, "UTF8", NULL};
    connection *made = pq.connect(names, values, 1);
    if (made != NULL) pq.notices(made, drop_notice, NULL);
    return made;
}

void cpostgres_finish(CPostgresConnection *c) { pq.finish(c); }
int cpostgres_status(const CPostgresConnection *c) { return pq.status(c); }
const char *cpostgres_error(const CPostgresConnection *c) { return pq.error(c); }
int cpostgres_socket(const CPostgresConnection *c) { return pq.socket(c); }
int cpostgres_server_version(const CPostgresConnection *c) { return pq.server_version(c); }

int cpostgres_execute(CPostgresConnection *c, const char *statements) {
    result *r = pq.exec(c, statements);
    int status = pq.result_status(r);
    pq.clear(r);
    return status == CPOSTGRES_COMMAND_OK || status == CPOSTGRES_TUPLES_OK ? 0 : -1;
}

int cpostgres_enter_pipeline(CPostgresConnection *c) { return pq.nonblocking(c, 1) == 0 && pq.enter_pipeline(c); }

int cpostgres_send_prepare(CPostgresConnection *c, const char *name, const char *text, int count, const unsigned *types) {
    return pq.send_prepare(c, name, text, count, types);
}

int cpostgres_send_query(
    CPostgresConnection *c, const char *name, int count, const char *const *values, const int *lengths, const int *formats) {
    return pq.send_query(c, name, count, values, lengths, formats, 1);
}

int cpostgres_pipeline_sync(CPostgresConnection *c) { return pq.pipeline_sync(c); }
int cpostgres_flush(CPostgresConnection *c) { return pq.flush(c); }
int cpostgres_consume(CPostgresConnection *c) { return pq.consume(c); }
int cpostgres_is_busy(CPostgresConnection *c) { return pq.is_busy(c); }
CPostgresResult *cpostgres_result(CPostgresConnection *c) { return pq.get_result(c); }

int cpostgres_result_status(const CPostgresResult *r) { return pq.result_status(r); }
const char *cpostgres_result_state(const CPostgresResult *r) { return pq.error_field(r, 'C'); }
const char *cpostgres_result_message(const CPostgresResult *r) { return pq.error_field(r, 'M'); }
const char *cpostgres_command(CPostgresResult *r) { return pq.command(r); }
const char *cpostgres_changed_rows(CPostgresResult *r) { return pq.changed(r); }
int cpostgres_row_count(const CPostgresResult *r) { return pq.rows(r); }
int cpostgres_column_count(const CPostgresResult *r) { return pq.columns(r); }
unsigned cpostgres_column_type(const CPostgresResult *r, int column) { return pq.type(r, column); }
int cpostgres_is_null(const CPostgresResult *r, int row, int column) { return pq.is_null(r, row, column); }
const char *cpostgres_value(const CPostgresResult *r, int row, int column) { return pq.value(r, row, column); }
int cpostgres_length(const CPostgresResult *r, int row, int column) { return pq.length(r, row, column); }
void cpostgres_clear(CPostgresResult *r) { pq.clear(r); }

/* As libpq-fe.h declares it. */
struct pgNotify {
    char *channel;
    int process;
    char *payload;
    struct pgNotify *next;
};

CPostgresNotification *cpostgres_notification(CPostgresConnection *c) { return pq.notification(c); }
const char *cpostgres_notification_payload(const CPostgresNotification *n) { return n->payload; }
void cpostgres_free_notification(CPostgresNotification *n) { pq.free(n); }
