// SPDX-License-Identifier: BSL-1.0
// libpq's functions, as far as the sink calls them, in front of the model of the server.
#include <fcntl.h>

#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "simulate/server_side.hpp"

struct pg_conn {
  std::uint64_t session = 0;
  std::string error = {};
  std::deque<pg_result> results = {};
  std::string data = {};  // of a COPY
};

namespace {

using simulate::server;

bool isOpen(const PGconn* connection) {
  return connection->session != 0 && server->isOpen(connection->session);
}

int answered(PGconn* connection, std::optional<pg_result> answer) {
  if (!answer) {
    connection->error = "server closed the connection unexpectedly";
    answer = pg_result{.status = PGRES_FATAL_ERROR, .text = connection->error};
  }
  connection->results.push_back(*std::move(answer));
  return 1;
}
// libpq gives what a caller may not change, and takes what it will not.
char* lent(const std::string& text) { return const_cast<char*>(text.c_str()); }

}  // namespace

extern "C" {

PQconninfoOption* PQconninfoParse(const char*, char** errmsg) {
  static std::string words[] = {"host", "server", "dbname", "db"};
  static PQconninfoOption options[3];
  *errmsg = nullptr;
  options[0].keyword = words[0].data();
  options[0].val = words[1].data();
  options[1].keyword = words[2].data();
  options[1].val = words[3].data();
  return options;
}
void PQconninfoFree(PQconninfoOption*) {}
void PQfreemem(void*) {}

PGconn* PQconnectStartParams(const char* const*, const char* const*, int) {
  auto* const connection = new pg_conn;
  connection->session = server->connect(connection->error);
  return connection;
}
PostgresPollingStatusType PQconnectPoll(PGconn* connection) {
  return isOpen(connection) ? PGRES_POLLING_OK : PGRES_POLLING_FAILED;
}
void PQfinish(PGconn* connection) {
  if (connection == nullptr) return;
  server->close(connection->session);
  delete connection;
}
ConnStatusType PQstatus(const PGconn* connection) {
  return isOpen(connection) ? CONNECTION_OK : CONNECTION_BAD;
}
PGTransactionStatusType PQtransactionStatus(const PGconn* connection) {
  return server->inTransaction(connection->session) ? PQTRANS_INTRANS : PQTRANS_IDLE;
}
char* PQerrorMessage(const PGconn* connection) { return lent(connection->error); }
// Always ready.
int PQsocket(const PGconn*) {
  static const int descriptor = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  return descriptor;
}
PQnoticeProcessor PQsetNoticeProcessor(PGconn*, PQnoticeProcessor, void*) { return nullptr; }
PGVerbosity PQsetErrorVerbosity(PGconn*, PGVerbosity) { return PQERRORS_DEFAULT; }
int PQsetnonblocking(PGconn*, int) { return 0; }
int PQflush(PGconn*) { return 0; }
int PQconsumeInput(PGconn*) { return 1; }
int PQisBusy(PGconn*) { return 0; }

int PQsendQuery(PGconn* connection, const char* text) {
  return answered(connection, server->ask(connection->session, text, {}));
}
int PQsendQueryParams(PGconn* connection, const char* text, int count, const Oid*,
                      const char* const* values, const int*, const int*, int) {
  return answered(connection, server->ask(connection->session, text, {values, values + count}));
}
int PQputCopyData(PGconn* connection, const char* data, int bytes) {
  connection->data.append(data, static_cast<std::size_t>(bytes));
  return 1;
}
int PQputCopyEnd(PGconn* connection, const char*) {
  return answered(connection,
                  server->endCopy(connection->session, std::exchange(connection->data, {})));
}

PGresult* PQgetResult(PGconn* connection) {
  if (connection->results.empty()) return nullptr;
  auto* const result = new pg_result(std::move(connection->results.front()));
  connection->results.pop_front();
  return result;
}
void PQclear(PGresult* result) { delete result; }
ExecStatusType PQresultStatus(const PGresult* result) {
  return result != nullptr ? result->status : PGRES_FATAL_ERROR;
}
int PQntuples(const PGresult* result) { return static_cast<int>(result->rows.size()); }
char* PQgetvalue(const PGresult* result, int row, int column) {
  return lent(result->rows.at(static_cast<std::size_t>(row)).at(static_cast<std::size_t>(column)));
}
int PQgetlength(const PGresult* result, int row, int column) {
  return static_cast<int>(
      result->rows.at(static_cast<std::size_t>(row)).at(static_cast<std::size_t>(column)).size());
}
char* PQcmdTuples(PGresult* result) { return lent(result->affected); }
char* PQcmdStatus(PGresult* result) { return lent(result->tag); }
char* PQresultErrorMessage(const PGresult* result) { return lent(result->text); }
char* PQresultErrorField(const PGresult* result, int field) {
  if (field == PG_DIAG_SQLSTATE && !result->code.empty()) return lent(result->code);
  if (field == PG_DIAG_MESSAGE_PRIMARY) return lent(result->text);
  return nullptr;
}

}  // extern "C"
