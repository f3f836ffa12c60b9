// SPDX-License-Identifier: BSL-1.0
#pragma once
// Outputs into PostgreSQL: DStream<T> → rows, in the transaction that commits the batch. Needs
// libpq.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/connect/postgres_database.hpp>
#include <dstream/connect/postgres_rows.hpp>
#include <dstream/connect/postgres_table.hpp>
#include <dstream/connect/row.hpp>
#include <dstream/core/action.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/outputs/exactly_once.hpp>
#include <dstream/stream/dstream.hpp>
#include <dstream/stream/graph.hpp>

namespace dstream::inline v0 {

namespace detail {

/// **meaning** rows are made by all workers before the transaction begins, so that it is short; the
/// transaction gets them as text.
template <Node N>
class PostgresNodeOutput final : public Output {
  using Rdd = typename N::rdd_type;

 public:
  PostgresNodeOutput(N node, PostgresTarget target)
      : node_(std::move(node)), table_(std::move(target)) {}

  [[nodiscard]] SinkClass sinkClass() const override { return SinkClass::Transactional; }
  Decider* decider() override { return &table_.connection(); }
  void eachShared(VisitShared visit) override { node_.eachShared(visit); }
  std::unique_ptr<Job> generate(const Batch& batch) override {
    auto rdd = node_.compute(batch);
    if (!rdd) return nullptr;
    return std::make_unique<RowsJob>(*std::move(rdd), batch, *this);
  }

 private:
  class RowsJob final : public Job {
   public:
    RowsJob(Rdd rdd, const Batch& batch, PostgresNodeOutput& output)
        : rdd_(std::move(rdd)), batch_(batch), output_(output) {}
    void prepare() override {
      const auto& columns =
          output_.table_.columns(rowColumns<std::remove_cvref_t<typename Rdd::reference>>());
      rows_ = foldSlices<PostgresRows>(rdd_, PostgresStep{&columns});
    }
    void run() override {
      if (!rows_) prepare();
      output_.table_.write(*rows_, batch_, output_.name);
    }

   private:
    Rdd rdd_;
    const Batch batch_;
    PostgresNodeOutput& output_;
    std::optional<std::vector<PostgresRows>> rows_;
  };

  N node_;
  PostgresTable table_;
};

template <bool once = false>
struct PostgresOutput : Nameable<PostgresOutput<once>> {
  static constexpr Kind kind = Kind::Output;
  static constexpr OperatorInfo info{"postgres", Role::Output};

  explicit PostgresOutput(PostgresTarget into) : target(std::move(into)) {}

  /// Each batch is to be written exactly once, whatever happens: the stream needs a checkpoint
  /// directory, and sources that can give the same data again.
  [[nodiscard]] auto exactlyOnce() const {
    PostgresOutput<true> output{target};
    output.name = this->name;
    return output;
  }
  /// **meaning** a record that cannot be a row becomes one of this table, `(output text, seq
  /// bigint, time bigint, reason text, record bytea)`, in the same transaction, and the batch goes
  /// on; else it fails. The table is made at the first such record, if it is not there. Found are:
  /// texts with a NUL or that are not UTF-8 or too long, numbers out of range, missing values,
  /// before the server is asked; and what the server then refuses of the data (SQLSTATE 22, 23), by
  /// halves. A deferred constraint is the whole transaction's, which may put children before their
  /// parents: it stays deferred, and where it is not met in the end the batch fails. Only immediate
  /// ones find records.
  [[nodiscard]] auto deadLetters(std::string table) const {
    PostgresOutput<once> output{*this};
    output.target.deadLetters = std::move(table);
    return output;
  }

  template <class Record>
  static consteval bool check() {
    return postgresTakes<std::remove_cvref_t<Record>>();
  }

  template <Node N>
  void attach(Graph& graph, const N& node) const {
    if constexpr (canBeExactlyOnce<N, once>()) {
      auto output = std::make_unique<PostgresNodeOutput<N>>(node, target);
      output->name = this->name;
      output->operatorInfo = info;
      output->exactlyOnce = once;
      graph.addOutput(std::move(output));
    }
  }

  PostgresTarget target;
};

}  // namespace detail

namespace postgres {

/// **shape** DStream<T> → rows of a table, T's members its columns in their order
/// **meaning** each record becomes a row, by COPY. With a checkpoint directory the rows of a batch,
/// of all outputs of the database, and the job's place are one transaction: exactly once, also
/// where the connection breaks at COMMIT. Without one each output's batch is a transaction of its
/// own, and what a break leaves open stays so. The table must exist, its name written as in SQL; a
/// member's text is read by its column's type. Generated columns are passed over.
/// **order** the stream's. **cost** the rows as text, all of a batch; a round trip or two per
/// output, three and a sync per batch.
/// **errors** compile time: members that no column is given. postgres::Error fails the batch, and
/// after CheckpointOptions::repeats the stream; an Outage (no connection, no room, a lock, an
/// operator: see postgres::mayPass) has the batch repeated without end, while back-pressure holds
/// the sources. No call waits longer than postgres::Options say, nor more than a second once the
/// stream is being stopped; a look-up of the server's name alone is not bounded. Outputs of two
/// databases in one job are refused at start. With commitEvery above 1 a connection that breaks
/// within a unit ends the stream; a restart goes on before the unit. **example**
/// examples/postgres_word_count.cpp
[[nodiscard]] inline auto append(const Database& database, std::string table) {
  return dstream::detail::PostgresOutput<>{{database, std::move(table), false, {}}};
}

/// The same, and a record with a primary key that is there already takes its place; of several in a
/// batch, the last one does. The table needs a primary key.
/// **cost** also a temporary table, into which the rows are copied first.
[[nodiscard]] inline auto upsert(const Database& database, std::string table) {
  return dstream::detail::PostgresOutput<>{{database, std::move(table), true, {}}};
}

/// **shape** DStream<T> → DStream<T> (also Rdd and range)
/// **meaning** throws for a record with a text that no column takes: it is no UTF-8, or has a NUL
/// in it. `trying(postgres::storable())` sets those aside; `.deadLetters(table)` of the output also
/// finds what only its columns tell. **cost** a look at each text, fused. **order** kept.
/// **errors** compile time: members that no column is given.
[[nodiscard]] inline auto storable() {
  return dstream::detail::StorableOp<dstream::detail::PostgresStorable>{};
}

}  // namespace postgres

}  // namespace dstream::inline v0
