// SPDX-License-Identifier: BSL-1.0
#pragma once
// Outputs into SQLite: DStream<T> → rows, in the transaction that commits the batch. Needs sqlite3; component dstream::sqlite.

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/connect/sqlite_database.hpp>
#include <dstream/connect/sqlite_row.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/outputs/exactly_once.hpp>
#include <dstream/outputs/foreachRDD.hpp>
#include <dstream/stream/graph.hpp>

namespace dstream::inline v0 {

namespace detail {

/// **meaning** the function of an output: each record of the batch bound to one statement. The statement is made at the first batch, of what `text(connection)` says.
template <class Record, class Text>
class SqliteRows {
 public:
  SqliteRows(sqlite::Database database, Text text) : database_(std::move(database)), text_(std::move(text)) {}

  [[nodiscard]] Decider& decider() const { return *database_.connection(); }

  template <class BatchOf>
  void operator()(const BatchOf& batch) {
    auto& connection = *database_.connection();
    const auto records = batch.collect();  // computed by all workers, before the database is asked for anything
    if (connection.inTransaction()) return connection.orOutage([&] { write(connection, records); });
    if (connection.decides()) throw sqlite::Error(connection.name(), "write", SQLITE_ABORT, "the transaction of the batch was rolled back by SQLite, in an earlier output");
    connection.execute("BEGIN IMMEDIATE");
    try {
      write(connection, records);
      connection.execute("COMMIT");
    } catch (...) {
      if (connection.inTransaction()) connection.execute("ROLLBACK");
      throw;
    }
  }

 private:
  template <class Connection, class Records>
  void write(Connection& connection, const Records& records) {
    if (statement_ == nullptr || generation_ != connection.generation()) {
      statement_ = connection.prepare(text_(connection));
      generation_ = connection.generation();
      if (statement_->parameters() != rowColumns<Record>())
        throw std::invalid_argument("dstream: sqlite: " + connection.name() + ": the statement has " + std::to_string(statement_->parameters()) + " parameters and the record " +
                                    std::to_string(rowColumns<Record>()) + " members");
    }
    for (const auto& record : records) {
      sqliteBindRow(*statement_, record);
      while (statement_->step()) {
      }
      statement_->reset();
    }
  }

  sqlite::Database database_;
  Text text_;
  std::shared_ptr<sqlite::Statement> statement_;
  std::uint64_t generation_ = 0;
};

template <Node N, class Rows>
class SqliteNodeOutput final : public ForeachOutput<N, Rows> {
 public:
  using ForeachOutput<N, Rows>::ForeachOutput;
  [[nodiscard]] SinkClass sinkClass() const override { return SinkClass::Transactional; }
  Decider* decider() override { return &this->function().decider(); }
};

template <class Text, bool once = false>
struct SqliteOutput : Nameable<SqliteOutput<Text, once>> {
  static constexpr Kind kind = Kind::Output;
  static constexpr OperatorInfo info{"sqlite", Role::Output};

  SqliteOutput(sqlite::Database to, Text statement) : database(std::move(to)), text(std::move(statement)) {}

  /// Each batch is to be written exactly once, whatever happens: the stream needs a checkpoint directory, and sources that can give the same data again.
  [[nodiscard]] auto exactlyOnce() const {
    SqliteOutput<Text, true> output{database, text};
    output.name = this->name;
    return output;
  }

  template <class Record>
  static consteval bool check() {
    if constexpr (canKeep<Record>()) return sqliteHolds<Kept<Record>>();
    return false;
  }

  template <Node N>
  void attach(Graph& graph, const N& node) const {
    if constexpr (canBeExactlyOnce<N, once>()) {
      using Rows = SqliteRows<Kept<typename N::rdd_type::value_type>, Text>;
      auto output = std::make_unique<SqliteNodeOutput<N, Rows>>(node, Rows(database, text));
      output->name = this->name;
      output->operatorInfo = info;
      output->exactlyOnce = once;
      graph.addOutput(std::move(output));
    }
  }

  sqlite::Database database;
  Text text;
};

/// `"name"`, whatever is in it.
inline std::string sqliteQuoted(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

/// The statement that puts a record's members into a table's columns, in their order.
struct SqliteInsert {
  template <class Connection>
  std::string operator()(const Connection& connection) const {
    const auto columns = connection.prepare("SELECT name, pk FROM pragma_table_info(?1)");
    columns->bind(1, std::string_view(table));
    std::string names;
    std::string marks;
    std::string keys;
    std::string updates;
    while (columns->step()) {
      const std::string name = sqliteQuoted(columns->text(0));
      names += (names.empty() ? "" : ", ") + name;
      marks += marks.empty() ? "?" : ", ?";
      std::string& into = columns->number(1) != 0 ? keys : updates;
      into += into.empty() ? "" : ", ";
      into += columns->number(1) != 0 ? name : name + " = excluded." + name;
    }
    if (names.empty()) throw std::invalid_argument("dstream: sqlite: " + connection.name() + " has no table " + table);
    std::string text = "INSERT INTO " + sqliteQuoted(table) + " (" + names + ") VALUES (" + marks + ")";
    if (!upserts) return text;
    if (keys.empty()) throw std::invalid_argument("dstream: sqlite: " + connection.name() + ": upsert needs a primary key, and " + table + " has none");
    return text + " ON CONFLICT (" + keys + ") DO " + (updates.empty() ? "NOTHING" : "UPDATE SET " + updates);
  }
  std::string table;
  bool upserts;
};
struct SqliteText {
  template <class Connection>
  std::string operator()(const Connection&) const {
    return text;
  }
  std::string text;
};

}  // namespace detail

namespace sqlite {

/// **shape** DStream<T> → rows of a table, T's members its columns in their order
/// **meaning** each record becomes a row; one with a primary key that is there already takes its place. With a checkpoint directory the rows of a batch, of all outputs of
/// the database, and the job's place are one transaction: exactly once. Without one each output's batch is a transaction of its own. The table must exist, with a primary key.
/// **cost** a statement per record, a sync per batch; the records are computed by all workers first, and held. **errors** compile time: members that SQLite
/// does not hold. sqlite::Error fails the batch; with a checkpoint directory a database that others have locked, or that has no room, fails none: the batch is repeated
/// until it can be written (a unit of several, `commitEvery`, ends the stream, and a restart repeats it). Outputs of two databases in one job are refused at start. **example** examples/sqlite_word_count.cpp
[[nodiscard]] inline auto upsert(const Database& database, std::string table) { return dstream::detail::SqliteOutput<dstream::detail::SqliteInsert>{database, {std::move(table), true}}; }

/// The same, and each record is a new row.
[[nodiscard]] inline auto append(const Database& database, std::string table) { return dstream::detail::SqliteOutput<dstream::detail::SqliteInsert>{database, {std::move(table), false}}; }

/// The same with a statement of the user's, which has a parameter for each member: `"UPDATE counts SET n = n + ?2 WHERE word = ?1"`.
[[nodiscard]] inline auto execute(const Database& database, std::string statement) {
  return dstream::detail::SqliteOutput<dstream::detail::SqliteText>{database, {std::move(statement)}};
}

}  // namespace sqlite

}  // namespace dstream::inline v0
