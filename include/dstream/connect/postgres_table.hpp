// SPDX-License-Identifier: BSL-1.0
#pragma once
// PostgresTable: rows into one table, inside a transaction; and where those go that it refuses.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/connect/postgres_database.hpp>
#include <dstream/connect/postgres_rows.hpp>
#include <dstream/connect/postgres_words.hpp>
#include <dstream/connect/storable.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/stream/batch.hpp>

namespace dstream::inline v0::detail {

/// What an output is to fill, and how.
struct PostgresTarget {
  postgres::Database database;
  std::string table;
  bool upserts;
  std::string deadLetters;  // a table; empty: none
};

/// **meaning** the columns are asked for once per connection, and again after a failure. An upsert
/// copies into a temporary table that each COMMIT empties, and merges that by one statement: 20,000
/// rows in 58 ms, where arrays (unnest) took 59 and a prepared statement per row, in a pipeline,
/// 121; 1,000 in 4.1, 2.5 and 4.9; 10 in 0.4, 0.1 and 0.1. So the large batches are quick, and one
/// encoding serves columns of every type.
/// **threads** the jobs lane. **errors** postgres::Error, Outage, std::invalid_argument.
template <class Use = OnUse>
class BasicPostgresTable {
  using Lines = Deferred<std::vector<std::string_view>, Use>;

 public:
  explicit BasicPostgresTable(PostgresTarget target)
      : target_(std::move(target)), connection_(*target_.database.connection()) {}

  [[nodiscard]] postgres::BasicConnection<>& connection() const { return connection_; }

  /// Those that a record of so many members fills. Connects if need be; outside a transaction it
  /// knows what is there now.
  const std::vector<PostgresColumn>& columns(std::size_t members) {
    connection_.link().open();
    if (generation_ != connection_.generation()) ask(members);
    return columns_;
  }

  void write(const std::vector<PostgresRows>& rows, const Batch& batch, const std::string& output) {
    bool any = false;
    for (const PostgresRows& some : rows) {
      any = any || !some.text.empty() || !some.poison.empty();
      if (!some.poison.empty() && target_.deadLetters.empty()) refuse(some.poison.front());
    }
    if (!any) return;
    connection_.inTransaction([&] {
      if (generation_ != connection_.generation()) staged_ = false;
      Lines pieces;
      std::vector<PostgresPoison> poison;
      for (const PostgresRows& some : rows) {
        if (!some.text.empty()) pieces.push_back(some.text);
        poison.insert(poison.end(), some.poison.begin(), some.poison.end());
      }
      if (target_.deadLetters.empty()) {
        put(pieces);
      } else {
        putWhatIsTaken(std::move(pieces), poison);
        bury(poison, batch, output);
      }
    });
  }

 private:
  void ask(std::size_t members) {
    const std::uint64_t generation = connection_.generation();
    columns_.clear();
    const auto found = connection_.link().run(
        "SELECT a.attname, a.atttypid::bigint, a.atttypmod, a.attnotnull, coalesce(a.attnum = "
        "ANY((i.indkey::smallint[])[0:i.indnkeyatts - 1]), false), a.attrelid::regclass::text "
        "FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary "
        "WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped AND "
        "a.attgenerated = '' AND a.attidentity <> 'a' ORDER BY a.attnum",
        {target_.table});
    const std::string where = "dstream: postgres: " + connection_.link().name() + ": ";
    if (found.rows() == 0)
      throw std::invalid_argument(where + "there is no table " + target_.table);
    bool keyed = false;
    for (int row = 0; row < found.rows(); ++row) {
      PostgresColumn column{std::string(found.text(row, 0)), found.number(row, 1), 0,
                            found.text(row, 3) == "t", found.text(row, 4) == "t"};
      if (column.type == PostgresColumn::varying || column.type == PostgresColumn::character)
        column.most = std::max<std::int64_t>(found.number(row, 2) - 4, 0);
      keyed = keyed || column.key;
      columns_.push_back(std::move(column));
    }
    if (columns_.size() != members)
      throw std::invalid_argument(where + target_.table + " has " + std::to_string(columns_.size())
                                  + " columns and the record " + std::to_string(members)
                                  + " members");
    if (target_.upserts && !keyed)
      throw std::invalid_argument(where + "upsert needs a primary key, and " + target_.table
                                  + " has none");
    say(std::string(found.text(0, 5)));
    generation_ = generation;
    staged_ = false;
  }
  /// The statements, for a table of this name.
  void say(const std::string& table) {
    std::string names;
    std::string keys;
    std::string updates;
    for (const PostgresColumn& column : columns_) {
      const std::string name = postgresName(column.name);
      names += (names.empty() ? "" : ", ") + name;
      std::string& into = column.key ? keys : updates;
      into += into.empty() ? "" : ", ";
      into += column.key ? name : name + " = excluded." + name;
    }
    // One for each output of the connection: the object's address is its own.
    const std::string stage =
        "pg_temp.dstream_" + std::to_string(reinterpret_cast<std::uintptr_t>(this));
    const std::string into = target_.upserts ? stage : table;
    copy_ = "COPY " + into + " (" + names + ") FROM STDIN";
    empty_ = "TRUNCATE " + stage;
    makeStage_ = "DROP TABLE IF EXISTS " + stage + "; CREATE TEMPORARY TABLE " + stage.substr(8)
                 + " ON COMMIT DELETE ROWS AS SELECT " + names + " FROM " + table + " WITH NO DATA";
    // ctid: the order in which they were copied. By key, so that two such statements cannot wait
    // for each other in a circle.
    merge_ = "INSERT INTO " + table + " (" + names + ") SELECT DISTINCT ON (" + keys + ") " + names
             + " FROM " + stage + " ORDER BY " + keys + ", ctid DESC ON CONFLICT (" + keys + ") DO "
             + (updates.empty() ? "NOTHING" : "UPDATE SET " + updates);
  }

  void put(const Lines& pieces) {
    auto& link = connection_.link();
    if (pieces.empty()) return;
    if (!target_.upserts) return link.copy(copy_, pieces);
    if (!staged_) {
      link.run(makeStage_);
    } else if (filledIn_ == connection_.transactions()) {
      link.run(empty_);
    }
    filledIn_ = connection_.transactions();
    link.copy(copy_, pieces);
    link.run(merge_);
    staged_ = true;
  }

  // --- poison ---

  [[noreturn]] void refuse(const PostgresPoison& one) const {
    throw std::invalid_argument("dstream: postgres: " + connection_.link().name() + ": "
                                + target_.table + ", " + one.reason + ", in the record \""
                                + printable(one.record)
                                + "\"; deadLetters(\"table\") puts such records there and goes on");
  }
  static std::string printable(std::string_view text) {
    std::string line;
    for (const char c : text.substr(0, 200))
      line += c >= ' ' && c <= '~' ? c : c == '\t' ? ' ' : '?';
    return line;
  }

  /// All but what the server refuses, which joins the poison.
  void putWhatIsTaken(Lines pieces, std::vector<PostgresPoison>& poison) {
    if (attempt(pieces, poison)) return;
    Lines lines;
    for (std::string_view piece : pieces)
      for (; !piece.empty(); piece.remove_prefix(lines.back().size()))
        lines.push_back(piece.substr(0, piece.find('\n') + 1));
    halve(lines, poison);
  }
  void halve(const Lines& lines, std::vector<PostgresPoison>& poison) {
    if (lines.size() <= 1) return;  // told by attempt
    const auto middle = lines.begin() + static_cast<std::ptrdiff_t>(lines.size() / 2);
    for (const Lines& half : {Lines(lines.begin(), middle), Lines(middle, lines.end())})
      if (!attempt(half, poison)) halve(half, poison);
  }
  /// False, and nothing of it there: the server does not take these data. A single line becomes
  /// poison.
  bool attempt(const Lines& pieces, std::vector<PostgresPoison>& poison) {
    auto& link = connection_.link();
    link.run("SAVEPOINT dstream_rows");
    const bool staged = staged_;
    try {
      put(pieces);
      link.run("RELEASE dstream_rows");  // SET CONSTRAINTS here would ask those of other outputs too, before what meets them is there
      return true;
    } catch (const postgres::Error& error) {
      if (!error.isOfData()) throw;
      link.run("ROLLBACK TO dstream_rows; RELEASE dstream_rows");
      staged_ = staged;
      if (pieces.size() == 1 && pieces[0].find('\n') + 1 == pieces[0].size())
        poison.push_back({error.what(), std::string(pieces[0].substr(0, pieces[0].size() - 1))});
      return false;
    }
  }
  void bury(const std::vector<PostgresPoison>& poison, const Batch& batch,
            const std::string& output) {
    if (poison.empty()) return;
    auto& link = connection_.link();
    std::string name;
    for (const char c : target_.deadLetters) name.append(c == '\'' ? 2 : 1, c);
    link.run("DO $dstream$ BEGIN IF to_regclass('" + name
             + "') IS NULL THEN CREATE TABLE IF NOT EXISTS " + target_.deadLetters
             + "(output text, seq bigint, time bigint, reason text, record bytea); END IF; END "
               "$dstream$");
    std::string text;
    for (const PostgresPoison& one : poison) {
      for (const std::string& field : {output, std::to_string(batch.seq),
                                       std::to_string(batch.time.nanoseconds), one.reason}) {
        putPostgresText(storableText(field), text);  // of the server's words and a user's name, neither of which may undo the batch
        text += '\t';
      }
      putPostgresField(std::vector<unsigned char>(one.record.begin(), one.record.end()), {}, text);
      text += '\n';
    }
    link.copy("COPY " + target_.deadLetters + " (output, seq, time, reason, record) FROM STDIN",
              Lines{text});
  }

  PostgresTarget target_;
  postgres::BasicConnection<>& connection_;
  std::vector<PostgresColumn> columns_;
  std::string copy_;
  std::string empty_;
  std::string makeStage_;
  std::string merge_;
  std::uint64_t generation_ = 0;
  std::uint64_t filledIn_ = 0;  // the transaction that has last filled the temporary table
  bool staged_ = false;         // it is there
};
using PostgresTable = BasicPostgresTable<>;

}  // namespace dstream::inline v0::detail
