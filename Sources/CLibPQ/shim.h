#ifndef KEYBRAKE_CLIBPQ_SHIM_H
#define KEYBRAKE_CLIBPQ_SHIM_H

#include <libpq-fe.h>

/* The field codes are character constants, which Swift imports as another type than the function takes. */
static inline const char *kb_pq_sqlstate(const PGresult *result) { return PQresultErrorField(result, PG_DIAG_SQLSTATE); }
static inline const char *kb_pq_message(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
}

static inline void kb_pq_ignore_notice(void *context, const PGresult *result) {
    (void)context;
    (void)result;
}

/* Without this, libpq prints the server's notices to standard error. */
static inline void kb_pq_silence(PGconn *connection) {
    (void)PQsetNoticeReceiver(connection, kb_pq_ignore_notice, 0);
}

#endif
