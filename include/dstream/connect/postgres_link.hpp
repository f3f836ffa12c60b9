// SPDX-License-Identifier: BSL-1.0
#pragma once
// postgres::Link: one connection to PostgreSQL, on which no call waits longer than it may.

#include <libpq-fe.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/connect/postgres_result.hpp>
#include <dstream/connect/postgres_words.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/durations.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/runtime/real_world_wait.hpp>
#include <dstream/stream/errors.hpp>

namespace dstream::inline v0::postgres {

/// Times longer than 24 days, the longest that the server takes, are as long as that.
struct Options {
  /// How long a connect may take, all hosts and the session's settings included. The lookup of a
  /// name is not bounded by it.
  std::chrono::milliseconds connectTimeout = std::chrono::seconds(10);
  /// How long a statement, a COPY with its data too, may take: statement_timeout, and a little more
  /// seen from here.
  std::chrono::milliseconds timeout = std::chrono::seconds(60);
  /// How long a statement waits for another transaction's lock: lock_timeout.
  std::chrono::milliseconds lockTimeout = std::chrono::seconds(10);
  /// After so much silence in a transaction the server gives it up, and with it the job's row:
  /// idle_in_transaction_session_timeout. What a process that was cut off leaves open is gone after
  /// it.
  std::chrono::milliseconds idleTimeout = std::chrono::seconds(15);
  /// Takes a server with fsync=off, whose COMMIT does not outlive a crash of the machine: for
  /// tests.
  bool allowUnsynced = false;
};

/// **meaning** libpq's connection, never in blocking mode: each call waits for the socket itself,
/// up to the Options' times; past them, and where the connection breaks, it is closed, and the call
/// throws Outage. `open` connects where there is none, again and again over the years.
/// **threads** one at a time, but for hurry. **errors** Outage, Error. SystemError should
/// poll fail.
template <class Use = OnUse>
class BasicLink {
 public:
  BasicLink(std::string address, Options options)
      : address_(std::move(address)),
        options_{bounded(options.connectTimeout), bounded(options.timeout), bounded(options.lockTimeout), bounded(options.idleTimeout), options.allowUnsynced} {
    char* reason = nullptr;
    PQconninfoOption* const parsed = PQconninfoParse(address_.c_str(), &reason);
    if (parsed == nullptr) {
      const std::string text = reason != nullptr ? detail::onOneLine(reason) : "out of memory";
      PQfreemem(reason);
      throw Error("dstream: postgres: the address cannot be read: " + text, {});
    }
    name_ = detail::postgresAddress(parsed);
    PQconninfoFree(parsed);
  }
  BasicLink(const BasicLink&) = delete;
  BasicLink& operator=(const BasicLink&) = delete;
  ~BasicLink() { PQfinish(connection_); }

  /// Host, port and database: no password.
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] bool isOpen() const {
    return connection_ != nullptr && PQstatus(connection_) == CONNECTION_OK;
  }
  [[nodiscard]] bool inTransaction() const {
    return isOpen() && PQtransactionStatus(connection_) != PQTRANS_IDLE;
  }
  /// What the server takes for a time: milliseconds in 31 bits. In the Options it is so already.
  static constexpr std::chrono::milliseconds bounded(std::chrono::milliseconds time) {
    constexpr std::chrono::milliseconds most{std::numeric_limits<std::int32_t>::max()};
    return std::clamp(time, -most, most);
  }
  /// How often it was opened: what was made in the session before is gone.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }

  void open() {
    if (isOpen()) return;
    close();
    ++generation_;
    const std::string userTimeout = std::to_string(options_.connectTimeout.count());
    // What comes later counts: the address over what stands before it.
    const char* const words[] = {"fallback_application_name",
                                 "target_session_attrs",
                                 "keepalives_idle",
                                 "keepalives_interval",
                                 "keepalives_count",
                                 "tcp_user_timeout",
                                 "dbname",
                                 "client_encoding",
                                 nullptr};
    const char* const values[] = {"dstream",           "read-write",     "5",    "5",    "3",
                                  userTimeout.c_str(), address_.c_str(), "UTF8", nullptr};
    connection_ = PQconnectStartParams(words, values, 1);
    if (connection_ == nullptr) throw std::bad_alloc();
    PQsetNoticeProcessor(connection_, [](void*, const char*) {}, nullptr);
    PQsetErrorVerbosity(
        connection_,
        PQERRORS_VERBOSE);  // libpq gives the SQLSTATE of a refused connect in words only
    detail::Deadline deadline(inNanos(options_.connectTimeout));
    for (PostgresPollingStatusType state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK;
         state = PQconnectPoll(connection_)) {
      if (state == PGRES_POLLING_FAILED || PQstatus(connection_) == CONNECTION_BAD) refused();
      wait("connect", state == PGRES_POLLING_READING, state == PGRES_POLLING_WRITING, deadline);
    }
    PQsetErrorVerbosity(connection_, PQERRORS_DEFAULT);
    try {
      if (PQsetnonblocking(connection_, 1) != 0) lost("connect");
      settle(deadline);
    } catch (...) {
      close();
      throw;
    }
  }
  void close() { PQfinish(std::exchange(connection_, nullptr)); }

  /// One statement or several, without parameters; gives the last one's result, or that of the last
  /// one with rows.
  Result run(const std::string& text) {
    detail::Deadline deadline = begin(text);
    return send(text, deadline);
  }
  /// One statement with parameters `$1`, `$2`…, as text.
  Result run(const std::string& text, std::initializer_list<std::string> parameters) {
    detail::Deadline deadline = begin(text);
    std::vector<const char*> values;
    for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
    if (PQsendQueryParams(connection_, text.c_str(), static_cast<int>(values.size()), nullptr,
                          values.data(), nullptr, nullptr, 0)
        == 0)
      lost(text);
    return finish(text, deadline);
  }
  /// COPY … FROM STDIN with these pieces of data.
  template <class Pieces>
  void copy(const std::string& text, const Pieces& pieces) {
    detail::Deadline deadline = begin(text);
    if (send(text, deadline).status() != PGRES_COPY_IN)
      throw Error(sentence(text, "this is no COPY FROM STDIN"), {});
    for (const std::string_view piece : pieces)
      for (std::size_t at = 0; at < piece.size(); at += pieceBytes) {
        const std::string_view part = piece.substr(at, pieceBytes);
        if (PQputCopyData(connection_, part.data(), static_cast<int>(part.size())) != 1) lost(text);
        flush(text, deadline);  // or libpq would hold all of it
      }
    if (PQputCopyEnd(connection_, nullptr) != 1) lost(text);
    finish(text, deadline);
  }
  /// While true, no wait lasts longer than a second: who stops is waited for by somebody. acquire
  /// in wait: its partner.
  void hurry(bool now) { hurried_.store(now, std::memory_order_release); }

 private:
  static constexpr std::size_t pieceBytes = std::size_t{1} << 16;
  static constexpr Nanos grace = 1'000'000'000;        // of a stop
  static constexpr Nanos slice = 50'000'000;           // how soon a stop is noticed
  static constexpr Nanos serverFirst = 5'000'000'000;  // the server's own time-out tells more

  template <class Duration>
  static Nanos inNanos(Duration duration) {
    return std::chrono::nanoseconds(duration).count();
  }
  [[nodiscard]] std::string sentence(const std::string& asked, const std::string& reason) const {
    return "dstream: postgres: " + name_ + ": " + std::string(detail::frontOf(asked, 200))
           + (asked.size() <= 200 ? ": " : "…: ") + reason;
  }

  // --- what goes wrong ---

  /// The connection cannot be used any more.
  [[noreturn]] void lost(const std::string& asked) {
    const std::string reason =
        connection_ == nullptr ? "not connected" : detail::onOneLine(PQerrorMessage(connection_));
    close();
    throw Outage(sentence(asked, reason.empty() ? "the connection was lost" : reason));
  }
  [[noreturn]] void failed(const std::string& asked, const Result& result) {
    if (!isOpen()) lost(asked);
    const auto part = [&](int which) {
      const char* const said = PQresultErrorField(result.get(), which);
      return said != nullptr ? detail::onOneLine(said) : std::string();
    };
    const std::string code = part(PG_DIAG_SQLSTATE);
    std::string reason = part(PG_DIAG_MESSAGE_PRIMARY);
    if (reason.empty())
      reason = detail::onOneLine(PQresultErrorMessage(result.get()));  // libpq's own
    for (const int which : {PG_DIAG_MESSAGE_DETAIL, PG_DIAG_CONTEXT})
      if (const std::string more = part(which); !more.empty()) reason += "; " + more;
    const std::string text = sentence(asked, reason + (code.empty() ? "" : " (" + code + ")"));
    if (mayPass(code)) throw Outage(text);
    throw Error(text, code);
  }
  /// `FATAL:  28P01: password …`: a server has spoken, unless there is no such thing.
  [[noreturn]] void refused() {
    const std::string all = PQerrorMessage(connection_);
    close();
    std::string code;
    if (const std::size_t at = all.find("FATAL:  ");
        at != std::string::npos && all.size() > at + 13 && all[at + 13] == ':')
      code = all.substr(at + 8, 5);
    const std::string text = sentence(
        "connect", detail::onOneLine(std::string_view(all).substr(0, all.find("\nLOCATION:"))));
    if (mayPass(code)) throw Outage(text);
    throw Error(text, code);
  }

  // --- waiting ---

  void wait(const std::string& asked, bool toRead, bool toWrite, detail::Deadline& deadline) {
    for (;;) {
      const bool hurried =
          hurried_.load(std::memory_order_acquire);  // partner: the release in hurry
      if (hurried) deadline.hurry(grace);
      const Nanos left = deadline.left();
      if (left <= 0) {
        close();
        throw Outage(sentence(asked, hurried ? "given up for a stop" : "no answer in time"));
      }
      if (detail::waitFor(PQsocket(connection_), toRead, toWrite, left < slice ? left : slice))
        return;
    }
  }
  void flush(const std::string& asked, detail::Deadline& deadline) {
    for (int left = PQflush(connection_); left != 0; left = PQflush(connection_)) {
      if (left < 0) lost(asked);
      wait(asked, true, true, deadline);
      if (PQconsumeInput(connection_) == 0)
        lost(asked);  // the server may wait for its own words to be read
    }
  }
  [[nodiscard]] detail::Deadline begin(const std::string& asked) {
    if (!isOpen()) lost(asked);
    return detail::Deadline(inNanos(options_.timeout) + serverFirst);
  }
  Result send(const std::string& text, detail::Deadline& deadline) {
    if (PQsendQuery(connection_, text.c_str()) == 0) lost(text);
    return finish(text, deadline);
  }
  Result finish(const std::string& asked, detail::Deadline& deadline) {
    flush(asked, deadline);
    Result given;
    Result error;
    for (;;) {
      while (PQisBusy(connection_) != 0) {
        wait(asked, true, false, deadline);
        if (PQconsumeInput(connection_) == 0) lost(asked);
      }
      Result next(PQgetResult(connection_));
      if (next.get() == nullptr) break;
      const ExecStatusType status = next.status();
      if (status == PGRES_COPY_IN) return next;
      if (status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
        close();
        throw Error(sentence(asked, "nobody here reads what this would send"), {});
      }
      if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY) {
        if (error.get() == nullptr) error = std::move(next);
      } else if (status == PGRES_TUPLES_OK || given.get() == nullptr
                 || given.status() != PGRES_TUPLES_OK) {
        given = std::move(next);
      }
    }
    if (error.get() != nullptr) failed(asked, error);
    if (!isOpen()) lost(asked);
    return given;
  }

  /// The session's times, and what a COMMIT must mean.
  void settle(detail::Deadline& deadline) {
    const auto set = [](const char* name, std::chrono::milliseconds time) {
      return std::string("set_config('") + name + "', '" + std::to_string(time.count())
             + "', false)";
    };
    const Result result = send("SELECT current_setting('fsync'), current_setting('server_encoding'), current_setting('synchronous_commit'), " + set("statement_timeout", options_.timeout) + ", " +
                                   set("lock_timeout", options_.lockTimeout) + ", " + set("idle_in_transaction_session_timeout", options_.idleTimeout) +
                                   ", CASE WHEN current_setting('synchronous_commit') IN ('off', 'local') THEN set_config('synchronous_commit', 'on', false) END",
                               deadline);
    if (result.text(0, 0) != "on" && !options_.allowUnsynced)
      throw Error(sentence("connect",
                           "the server has fsync=off: what it has committed does not outlive a "
                           "crash; postgres::Options::allowUnsynced takes it"),
                  {});
    if (result.text(0, 1) != "UTF8")
      throw Error(sentence("connect", "the database's encoding is " + std::string(result.text(0, 1))
                                          + "; UTF8 is needed"),
                  {});
  }

  const std::string address_;
  const Options options_;
  std::string name_;
  PGconn* connection_ = nullptr;
  std::uint64_t generation_ = 0;
  std::atomic<bool> hurried_{false};
};

}  // namespace dstream::inline v0::postgres
