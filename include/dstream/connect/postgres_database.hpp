// SPDX-License-Identifier: BSL-1.0
#pragma once
// postgres::Database: a PostgreSQL database that decides which batch of a job was committed last.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <dstream/connect/postgres_link.hpp>
#include <dstream/connect/postgres_result.hpp>
#include <dstream/connect/postgres_words.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/stream/batch.hpp>
#include <dstream/stream/errors.hpp>
#include <dstream/stream/sink.hpp>

namespace dstream::inline v0::postgres {

/// **meaning** one connection; copies of a Database share it. With a checkpoint directory it keeps
/// `dstream_commit(job, epoch, seq, time, crc)`, one row per job, which is locked from the
/// beginning of a batch's transaction to its end and changed in it. When a connection breaks at
/// COMMIT, the next one reads the row under that lock, for which it waits until the old one's
/// transaction has ended on the server: then the row says what became of the batch.
/// **threads** one at a time, but for hurry; the jobs lane while the stream runs. **errors**
/// postgres::Error, Outage.
template <class Use = OnUse>
class BasicConnection final : public Decider {
 public:
  BasicConnection(std::string address, Options options) : link_(std::move(address), options) {}

  [[nodiscard]] BasicLink<Use>& link() { return link_; }
  /// One statement or several, without parameters; connects if need be.
  void execute(const std::string& text) {
    link_.open();
    link_.run(text);
  }
  [[nodiscard]] bool inTransaction() const { return link_.inTransaction(); }
  /// What was made in the session before this changed may be gone: it was opened anew, or a
  /// transaction rolled back.
  [[nodiscard]] std::uint64_t generation() const { return link_.generation() + rollbacks_; }
  /// So many transactions were begun.
  [[nodiscard]] std::uint64_t transactions() const { return transactions_; }

  /// `body()` in the job's transaction, or, of a stream without a checkpoint directory, in one of
  /// its own. **errors** Outage where the job's is gone: another output had the connection break,
  /// and nothing may be written outside.
  template <class Body>
  void inTransaction(const Body& body) {
    if (decides_ && !inTransaction())
      throw Outage("dstream: postgres: " + link_.name()
                   + ": the connection broke in the transaction of the batch");
    if (decides_) return body();
    link_.open();
    start({});
    try {
      body();
      if (link_.run("COMMIT").tag() != "COMMIT")
        throw Error("dstream: postgres: " + link_.name() + ": COMMIT: the server has rolled back",
                    {});
    } catch (...) {
      rollbackAll();
      throw;
    }
  }

  // --- Decider ---

  [[nodiscard]] std::string name() const override {
    return "the PostgreSQL database " + link_.name();
  }

  [[nodiscard]] Position look(const std::string& job) override {
    link_.open();
    rollbackAll();
    makeTable();
    return positionOf(link_.run(row(job)), true);
  }
  Position claim(const std::string& job) override {
    job_ = job;
    decides_ = true;
    asked_ = lost_ = false;
    link_.open();
    rollbackAll();
    makeTable();
    start({});
    try {
      // A transaction that another process has left open ends after idleTimeout.
      link_.run("SET LOCAL lock_timeout = "
                + std::to_string(
                    link_.bounded(2 * link_.options().idleTimeout + link_.options().lockTimeout).count()));
      const bool known =
          link_
              .run("INSERT INTO dstream_commit VALUES ($1, 0, 0, 0, 0) ON CONFLICT DO NOTHING",
                   {job_})
              .affected()
          == "0";
      const Result row = link_.run(
          "UPDATE dstream_commit SET epoch = epoch + 1 WHERE job = $1 RETURNING epoch, seq, crc",
          {job_});
      const Position position = positionOf(row, known);
      link_.run("COMMIT");
      epoch_ = position.epoch;
      seq_ = position.seq;
      return position;
    } catch (...) {
      rollbackAll();
      throw;
    }
  }

  void begin(const Batch&) override {
    if (batches_ == 0) {
      link_.open();
      const Position position = start(select());
      if (!position.known || position.epoch != epoch_ || position.seq != seq_) {
        rollbackAll();
        disagree(position);
      }
    } else {
      lost_ = lost_ || !inTransaction();
      requireUnit();
      try {
        link_.run(saved_ ? "RELEASE dstream_batch; SAVEPOINT dstream_batch"
                         : "SAVEPOINT dstream_batch");
      } catch (...) {  // the connection may have broken long before: nothing told so
        lost_ = true;
        throw;
      }
      saved_ = true;
    }
    ++batches_;
  }
  void rollback() override {
    lost_ = lost_ || (batches_ > 1 && !inTransaction());
    requireUnit();
    if (batches_ <= 1) return rollbackAll();
    link_.run("ROLLBACK TO dstream_batch");
    ++rollbacks_;
    --batches_;
  }
  void seal(const Batch& batch, std::uint32_t checksum) override {
    // What a COMMIT would check is checked now, when it can still be said what was wrong.
    const Result put =
        link_.run("SET CONSTRAINTS ALL IMMEDIATE; UPDATE dstream_commit SET seq = "
                  + std::to_string(batch.seq) + ", time = " + std::to_string(batch.time.nanoseconds)
                  + ", crc = " + std::to_string(checksum)
                  + " WHERE job = " + dstream::detail::postgresLiteral(job_) + " AND epoch = "
                  + std::to_string(epoch_) + " AND seq = " + std::to_string(seq_));
    if (put.affected() != "1") disagree({});
  }
  [[nodiscard]] bool commit(const Batch& batch) override {
    if (!asked_) {
      asked_ = true;
      refusal_.clear();
      try {
        const bool committed = link_.run("COMMIT").tag() == "COMMIT";
        return conclude(batch, committed);
      } catch (const Error& error) {  // the server has said no
        refusal_ = error.what();
        rollbackAll();
        return conclude(batch, false);
      } catch (const Outage&) {
        link_.close();
      }
    }
    link_.open();
    const Position position = positionOf(link_.run(select()), true);
    if (!position.known || position.epoch != epoch_
        || (position.seq != batch.seq && position.seq != seq_))
      disagree(position);
    if (conclude(batch, position.seq == batch.seq)) return true;
    throw NotCommitted("dstream: postgres: " + link_.name() + ": the connection broke before batch "
                       + std::to_string(batch.seq) + " was committed");
  }
  [[nodiscard]] std::string refusal() const override { return refusal_; }
  void hurry(bool now) override { link_.hurry(now); }
  void close() override {
    rollbackAll();
    decides_ = false;
  }

 private:
  [[nodiscard]] static std::string row(const std::string& job) {
    return "SELECT epoch, seq, crc FROM dstream_commit WHERE job = "
           + dstream::detail::postgresLiteral(job);
  }
  /// Once no other process is writing there.
  [[nodiscard]] std::string select() const { return row(job_) + " FOR UPDATE"; }
  static Position positionOf(const Result& result, bool known) {
    if (result.rows() != 1) return {};
    return {known, static_cast<std::uint64_t>(result.number(0, 0)),
            static_cast<std::uint64_t>(result.number(0, 1)),
            static_cast<std::uint32_t>(result.number(0, 2))};
  }
  Position start(const std::string& query) {
    if (link_.inTransaction()) rollbackAll();
    const Result result = link_.run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; " + query);
    ++transactions_;
    batches_ = 0;
    saved_ = false;
    return query.empty() ? Position{} : positionOf(result, true);
  }
  void makeTable() {
    for (int attempt = 0;; ++attempt) {
      try {
        link_.run(
            "SET client_min_messages = warning; DO $$ BEGIN IF to_regclass('dstream_commit') IS NULL "
            "THEN CREATE TABLE IF NOT EXISTS dstream_commit(job text PRIMARY KEY, epoch bigint NOT "
            "NULL, seq bigint NOT NULL, time bigint NOT NULL, crc bigint NOT NULL); END IF; END $$");
        return;
      } catch (const Error& error) {
        if (attempt != 0
            || (error.code() != "23505" && error.code() != "42P07" && error.code() != "42710"))
          throw;  // another process made it at the same time
      }
    }
  }
  bool conclude(const Batch& batch, bool committed) {
    asked_ = false;
    batches_ = 0;
    if (committed) seq_ = batch.seq;
    if (!committed) ++rollbacks_;
    return committed;
  }
  /// What earlier batches of the unit have written is in the transaction, and they will not come
  /// again.
  void requireUnit() const {
    if (lost_)
      throw Error("dstream: postgres: " + link_.name() + ": the connection that broke held earlier batches of the unit; a restart repeats them", {});
  }
  /// Never throws: a transaction whose connection is closed has ended, or will.
  void rollbackAll() {
    batches_ = 0;
    if (!link_.inTransaction()) return;
    ++rollbacks_;
    try {
      link_.run("ROLLBACK");
    } catch (...) {
      link_.close();
    }
  }
  [[noreturn]] void disagree(const Position& found) const {
    if (found.known && found.epoch == epoch_)
      throw Error(
          "dstream: postgres: " + link_.name() + ": the last batch of the job \"" + job_ + "\" is "
              + std::to_string(found.seq) + " there, and this process has committed "
              + std::to_string(seq_)
              + ": the database was restored, or a replica without the last commits took its place",
          {});
    throw Error("dstream: postgres: " + link_.name() + ": another process has taken over the job \""
                    + job_ + "\"; this one must not go on",
                {});
  }

  BasicLink<Use> link_;
  std::string job_;
  std::uint64_t epoch_ = 0;
  std::uint64_t seq_ = 0;
  std::uint64_t rollbacks_ = 0;
  std::uint64_t transactions_ = 0;
  std::size_t batches_ = 0;  // in the transaction
  bool saved_ = false;       // it has a savepoint
  bool lost_ = false;        // and it is gone, though its unit is not whole
  bool decides_ = false;     // of a job
  bool asked_ = false;       // COMMIT was sent, and its outcome is not known
  std::string refusal_;      // of the last COMMIT, by the server
};

/// **meaning** a database by its address, libpq's: `host=… dbname=…` or `postgresql://…`; several
/// hosts are tried until one is a primary. It is connected to when the stream starts, or execute is
/// called. A copy is the same connection: outputs of one job share it, and with it their
/// transaction.
/// **errors** postgres::Error for an address that cannot be read.
class Database {
 public:
  explicit Database(std::string address, Options options = {})
      : connection_(std::make_shared<BasicConnection<>>(std::move(address), options)) {}

  /// For tables: one statement or several, at once. Not while a stream that writes here runs.
  void execute(const std::string& text) { connection_->execute(text); }
  [[nodiscard]] const std::shared_ptr<BasicConnection<>>& connection() const { return connection_; }

 private:
  std::shared_ptr<BasicConnection<>> connection_;
};

}  // namespace dstream::inline v0::postgres
