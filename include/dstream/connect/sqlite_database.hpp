// SPDX-License-Identifier: BSL-1.0
#pragma once
// sqlite::Database: a SQLite database that decides which batch of a job was committed last.

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/durations.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/stream/batch.hpp>
#include <dstream/stream/errors.hpp>
#include <dstream/stream/sink.hpp>

namespace dstream::inline v0::sqlite {

/// What SQLite refuses; what() names the database, what was asked and SQLite's own words.
class Error : public std::runtime_error {
 public:
  Error(const std::string& database, const std::string& asked, int code, const std::string& reason)
      : std::runtime_error("dstream: sqlite: " + database + ": " + asked + ": " + reason + " (" + std::to_string(code) + ")"), code_(code) {}
  /// SQLite's extended result code.
  [[nodiscard]] int code() const { return code_; }
  /// Somebody else has the database locked, or there is no room: nothing is wrong with what was asked, and later it may be done. SQLITE_LOCKED alone is
  /// a connection in its own way, which stays.
  [[nodiscard]] bool mayPass() const {
    const int kind = code_ & 0xff;
    return kind == SQLITE_BUSY || kind == SQLITE_FULL || code_ == SQLITE_LOCKED_SHAREDCACHE;
  }

 private:
  int code_;
};

struct Options {
  /// How long a write waits for another process's. Then a start fails, and a batch is repeated, with a checkpoint directory as often as need be.
  /// SQLite takes 24 days at the most; what is longer is as long as that.
  std::chrono::milliseconds busyTimeout = std::chrono::seconds(5);
  /// SQLite's name of the file system; empty: its default one.
  std::string fileSystem = {};
};

/// **meaning** a prepared statement. `step` gives true for each row, false at the end, and may begin again after `reset`.
class Statement {
 public:
  Statement(sqlite3* database, std::string name, std::string text) : database_(database), name_(std::move(name)), text_(std::move(text)) {
    const char* tail = nullptr;
    const int code = sqlite3_prepare_v3(database_, text_.data(), static_cast<int>(text_.size()), SQLITE_PREPARE_PERSISTENT, &statement_, &tail);
    if (code != SQLITE_OK) fail(code);
    if (statement_ == nullptr || std::string_view(tail).find_first_not_of(" \t\r\n;") != std::string_view::npos) {
      sqlite3_finalize(statement_);
      throw Error(name_, text_, SQLITE_MISUSE, "not one statement");
    }
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(statement_); }

  [[nodiscard]] std::size_t parameters() const { return static_cast<std::size_t>(sqlite3_bind_parameter_count(statement_)); }
  /// at: from 1 on. A text must live until the next reset.
  void bind(int at, std::int64_t number) { check(sqlite3_bind_int64(statement_, at, number)); }
  void bind(int at, double number) { check(sqlite3_bind_double(statement_, at, number)); }
  void bind(int at, std::string_view text) { check(sqlite3_bind_text64(statement_, at, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8)); }
  void bindBlob(int at, const void* bytes, std::size_t size) { check(sqlite3_bind_blob64(statement_, at, size == 0 ? "" : bytes, size, SQLITE_STATIC)); }
  void bindNull(int at) { check(sqlite3_bind_null(statement_, at)); }

  bool step() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    const Error error(name_, text_, sqlite3_extended_errcode(database_), sqlite3_errmsg(database_));
    sqlite3_reset(statement_);
    throw error;
  }
  void reset() { sqlite3_reset(statement_); }
  [[nodiscard]] std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] std::string text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
  }

 private:
  void check(int code) {
    if (code != SQLITE_OK) fail(code);
  }
  [[noreturn]] void fail(int code) { throw Error(name_, text_, code, sqlite3_errmsg(database_)); }

  sqlite3* database_;
  const std::string name_;
  const std::string text_;
  sqlite3_stmt* statement_ = nullptr;
};

/// **meaning** one connection; copies of a Database share it. It is opened for WAL and synchronous=FULL, both read back: a COMMIT that has returned outlives a crash.
/// With a checkpoint directory it keeps `dstream_commit(job, epoch, seq, time, crc)`, one row per job, written in the transaction of the job's rows.
/// **threads** one at a time; the jobs lane while the stream runs. **errors** sqlite::Error; of a batch's transaction, where that may pass, Outage.
template <class Use = OnUse>
class BasicConnection final : public Decider {
 public:
  BasicConnection(std::string path, Options options) : path_(std::move(path)), options_(std::move(options)) { reopen(); }
  BasicConnection(const BasicConnection&) = delete;
  BasicConnection& operator=(const BasicConnection&) = delete;
  ~BasicConnection() { sqlite3_close_v2(database_); }

  /// One statement or several, without parameters.
  void execute(const std::string& text) {
    if (sqlite3_exec(database_, text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) throw Error(path_, text, sqlite3_extended_errcode(database_), sqlite3_errmsg(database_));
  }
  [[nodiscard]] auto prepare(std::string text) const { return std::make_unique<Statement>(database_, path_, std::move(text)); }
  /// How often the connection was opened: what was prepared before is of another one.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  [[nodiscard]] bool inTransaction() const { return database_ != nullptr && sqlite3_get_autocommit(database_) == 0; }  // null: it could not be opened again

  /// Rows are written in the transaction that commits the batch, and nowhere else.
  [[nodiscard]] bool decides() const { return decides_; }

  /// A part of a batch's transaction. **errors** Outage for a sqlite::Error that may pass.
  template <class Body>
  static auto orOutage(const Body& body) {
    try {
      return body();
    } catch (const Error& error) {
      if (error.mayPass()) throw Outage(error.what());
      throw;
    }
  }

  // --- Decider ---

  [[nodiscard]] std::string name() const override { return "the SQLite database " + path_; }

  [[nodiscard]] Position look(const std::string& job) override {
    const auto table = prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'dstream_commit'");
    return table->step() ? row(job) : Position();
  }
  Position claim(const std::string& job) override {
    job_ = job;
    decides_ = true;
    torn_ = asked_ = false;
    execute("BEGIN IMMEDIATE");
    try {
      execute("CREATE TABLE IF NOT EXISTS dstream_commit(job TEXT PRIMARY KEY, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, time INTEGER NOT NULL, crc INTEGER NOT NULL)");
      Position position = row(job_);
      ++position.epoch;
      const auto put = prepare(position.known ? "UPDATE dstream_commit SET epoch = ?2 WHERE job = ?1" : "INSERT INTO dstream_commit VALUES (?1, ?2, 0, 0, 0)");
      put->bind(1, std::string_view(job_));
      put->bind(2, static_cast<std::int64_t>(position.epoch));
      put->step();
      put->reset();
      execute("COMMIT");
      epoch_ = position.epoch;
      seq_ = position.seq;
      return position;
    } catch (...) {
      rollbackAll();
      throw;
    }
  }

  void begin(const Batch&) override {
    if (batches_ == 0) orOutage([&] {
        execute("BEGIN IMMEDIATE");
        requireOurs();
      });
    try {
      if (batches_ != 0) execute("RELEASE dstream_batch");
      execute("SAVEPOINT dstream_batch");
    } catch (...) {
      torn_ = batches_ != 0;
      throw;
    }
    ++batches_;
  }
  void rollback() override {
    if (torn_ || (batches_ > 1 && !inTransaction())) throw Error(path_, "ROLLBACK TO", SQLITE_ABORT, "the transaction, which held earlier batches, was rolled back");
    if (batches_ <= 1) return rollbackAll();
    execute("ROLLBACK TO dstream_batch");
    --batches_;  // released by the next begin
  }
  void seal(const Batch& batch, std::uint32_t checksum) override {
    const auto put = prepare("UPDATE dstream_commit SET seq = ?1, time = ?2, crc = ?3 WHERE job = ?4 AND epoch = ?5 AND seq = ?6");
    put->bind(1, static_cast<std::int64_t>(batch.seq));
    put->bind(2, batch.time.nanoseconds);
    put->bind(3, std::int64_t{checksum});
    put->bind(4, std::string_view(job_));
    put->bind(5, static_cast<std::int64_t>(epoch_));
    put->bind(6, static_cast<std::int64_t>(seq_));
    orOutage([&] { put->step(); });
    put->reset();
    if (sqlite3_changes(database_) != 1) fenced();
  }
  [[nodiscard]] bool commit(const Batch& batch) override {
    for (int attempt = 0; !asked_; ++attempt) {
      const int code = sqlite3_exec(database_, "COMMIT", nullptr, nullptr, nullptr);
      if (code == SQLITE_OK) return committed(batch);
      if ((code & 0xff) == SQLITE_BUSY && attempt < 10) continue;  // each waits as long as busyTimeout says
      const Error error(path_, "COMMIT", code, sqlite3_errmsg(database_));
      refusal_ = error.what();
      refusalMayPass_ = error.mayPass();
      if (inTransaction()) {  // nothing of it was written: it is busy, or a constraint that was put off is not met
        rollbackAll();
        return refused();
      }
      asked_ = true;
    }
    // The transaction has ended, nobody has said how: the row knows.
    const Position position = orOutage([&] {
      reopen();
      return row(job_);
    });
    if (!position.known || position.epoch != epoch_) fenced();
    if (position.seq == batch.seq) return committed(batch);
    batches_ = 0;
    if (position.seq != seq_) fenced();
    overwrite();
    return refused();
  }
  [[nodiscard]] std::string refusal() const override { return refusal_; }
  void close() override {
    rollbackAll();
    decides_ = false;
  }

 private:
  void reopen() {
    sqlite3_close_v2(std::exchange(database_, nullptr));
    ++generation_;
    const int code = sqlite3_open_v2(path_.c_str(), &database_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE,
                                     options_.fileSystem.empty() ? nullptr : options_.fileSystem.c_str());
    try {
      if (code != SQLITE_OK) throw Error(path_, "open", code, database_ == nullptr ? "out of memory" : sqlite3_errmsg(database_));
      // What was left in the log is worked off, and nothing comes behind it; where somebody else reads the database it stays, which this finds at once.
      try {
        writeLogAgain();
        execute("PRAGMA wal_checkpoint(TRUNCATE)");
      } catch (const Error& error) {
        if ((error.code() & 0xff) != SQLITE_BUSY) throw;  // SQLite says so where a reader is just beginning
      }
      constexpr std::chrono::milliseconds most{std::numeric_limits<int>::max()};
      sqlite3_busy_timeout(database_, static_cast<int>(std::clamp(options_.busyTimeout, std::chrono::milliseconds::zero(), most).count()));
      require("PRAGMA journal_mode = WAL", "wal", "a database that outlives a crash needs journal_mode WAL, which this one refuses (is it in memory, or on a network file system?)");
      execute("PRAGMA synchronous = FULL");
      require("PRAGMA synchronous", "2", "synchronous = FULL was not accepted");
    } catch (...) {
      sqlite3_close_v2(std::exchange(database_, nullptr));
      throw;
    }
  }
  /// A sync of the log may have failed: then what is read there is in the machine's memory alone, and no later sync keeps it. Taken over into the database it
  /// would be gone from both after a crash half-way. So the same bytes are written once more, and synced.
  void writeLogAgain() {
    if (const auto mode = prepare("PRAGMA journal_mode"); !mode->step() || mode->text(0) != "wal") return;
    execute("BEGIN IMMEDIATE");  // nobody else changes it
    sqlite3_file* log = nullptr;
    int code = sqlite3_file_control(database_, nullptr, SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (code == SQLITE_OK && log->pMethods != nullptr) {
      char bytes[1 << 14];
      sqlite3_int64 size = 0;
      code = log->pMethods->xFileSize(log, &size);
      for (sqlite3_int64 at = 0; code == SQLITE_OK && at < size; at += sizeof bytes) {
        const int some = size - at < static_cast<int>(sizeof bytes) ? static_cast<int>(size - at) : static_cast<int>(sizeof bytes);
        code = log->pMethods->xRead(log, bytes, some, at);
        if (code == SQLITE_OK) code = log->pMethods->xWrite(log, bytes, some, at);
      }
      if (code == SQLITE_OK && size != 0) code = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
    }
    rollbackAll();
    if (code != SQLITE_OK) throw Error(path_, "write the log again", code, sqlite3_errstr(code));
  }
  void require(const std::string& pragma, const std::string& expected, const std::string& sentence) {
    const auto statement = prepare(pragma);
    if (!statement->step() || statement->text(0) != expected) throw Error(path_, pragma, SQLITE_ERROR, sentence);
    statement->step();  // only its end makes it so: what the row says may still be undone
  }

  [[nodiscard]] Position row(const std::string& job) const {
    const auto get = prepare("SELECT epoch, seq, crc FROM dstream_commit WHERE job = ?1");
    get->bind(1, std::string_view(job));
    if (!get->step()) return {};
    return {true, static_cast<std::uint64_t>(get->number(0)), static_cast<std::uint64_t>(get->number(1)), static_cast<std::uint32_t>(get->number(2))};
  }
  /// What a COMMIT that failed has left in the log can be whole on the disk, though nobody reads it now: after a crash of the machine it would count. The next
  /// transaction takes its place, or makes the log begin anew, so here is one that changes nothing. **errors** Outage: it is not known yet that it will never count.
  void overwrite() {
    try {
      execute("BEGIN IMMEDIATE");
      for (const char* const change : {"+ 1", "- 1"}) {  // a row that stays as it is would not be written
        const auto put = prepare("UPDATE dstream_commit SET time = time " + std::string(change) + " WHERE job = ?1");
        put->bind(1, std::string_view(job_));
        put->step();
        put->reset();
      }
      execute("COMMIT");
    } catch (const Error& error) {
      rollbackAll();
      throw Outage(error.what());
    }
  }
  bool committed(const Batch& batch) {
    asked_ = false;
    seq_ = batch.seq;
    batches_ = 0;
    return true;
  }
  bool refused() {
    asked_ = false;
    if (refusalMayPass_) throw NotCommitted(refusal_);
    return false;
  }
  void requireOurs() {
    const Position position = row(job_);
    if (position.known && position.epoch == epoch_ && position.seq == seq_) return;
    rollbackAll();
    fenced();
  }
  [[noreturn]] void fenced() const {
    throw Error(path_, "commit", SQLITE_ABORT, "another process has taken over the job \"" + job_ + "\"; this one must not go on");
  }
  void rollbackAll() {
    batches_ = 0;
    if (database_ != nullptr && inTransaction()) sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
  }

  const std::string path_;
  const Options options_;
  sqlite3* database_ = nullptr;
  std::uint64_t generation_ = 0;
  std::string job_;
  std::uint64_t epoch_ = 0;
  std::uint64_t seq_ = 0;
  std::size_t batches_ = 0;  // in the transaction
  bool torn_ = false;        // it has earlier batches, and the next could not begin in it
  bool decides_ = false;     // for a job
  bool asked_ = false;       // COMMIT failed, and its outcome is not known
  std::string refusal_;      // of the last COMMIT that failed
  bool refusalMayPass_ = false;
};

/// **meaning** a database by its path, which is made if it is not there. A copy is the same connection: outputs of one job share it, and with it their transaction.
/// **errors** sqlite::Error: it cannot be opened, or refuses WAL or synchronous=FULL.
class Database {
 public:
  explicit Database(std::string path, Options options = {}) : connection_(std::make_shared<BasicConnection<>>(std::move(path), std::move(options))) {}

  /// For tables: one statement or several, at once. Not while a stream that writes here runs.
  void execute(const std::string& text) { connection_->execute(text); }
  [[nodiscard]] const std::shared_ptr<BasicConnection<>>& connection() const { return connection_; }

 private:
  std::shared_ptr<BasicConnection<>> connection_;
};

}  // namespace dstream::inline v0::sqlite
