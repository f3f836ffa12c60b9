// SPDX-License-Identifier: BSL-1.0
#pragma once
// foreachRDD: DStream<T> → output, a function for each batch.

#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/shared_function.hpp>
#include <dstream/outputs/exactly_once.hpp>
#include <dstream/stream/batch_rdd.hpp>
#include <dstream/stream/batch.hpp>
#include <dstream/stream/dstream.hpp>
#include <dstream/stream/graph.hpp>

namespace dstream::inline v0 {

namespace detail {

/// What a function takes beside the batch. One that takes anything gets the identity, and is not tried with the time: its body may fit one of them only.
enum class Beside { Unfit, Nothing, Identity, Time };
template <class Fn, class BatchOf>
consteval Beside besideBatch() {
  if constexpr (std::is_invocable_v<Fn&, BatchOf, const Batch&>) {
    return Beside::Identity;
  } else if constexpr (std::is_invocable_v<Fn&, BatchOf, Time>) {
    return Beside::Time;
  } else {
    return std::is_invocable_v<Fn&, BatchOf> ? Beside::Nothing : Beside::Unfit;
  }
}

template <Node N, class Fn>
class ForeachOutput : public Output {
  using BatchOf = BatchRdd<typename N::rdd_type>;

 public:
  ForeachOutput(N node, Fn fn) : node_(std::move(node)), fn_(std::move(fn)) {}

  Deferred<std::unique_ptr<Job>, N> generate(const Batch& batch) override {
    auto rdd = node_.compute(batch);
    if (!rdd) return nullptr;
    return std::unique_ptr<Job>(new BatchJob(BatchOf{*std::move(rdd), batch}, fn_));
  }
  void eachShared(VisitShared visit) override { node_.eachShared(visit); }

 protected:
  [[nodiscard]] Fn& function() { return fn_; }
  [[nodiscard]] const Fn& function() const { return fn_; }

 private:
  class BatchJob final : public Job {
   public:
    BatchJob(BatchOf rdd, Fn& fn) : rdd_(std::move(rdd)), fn_(fn) {}
    void run() override {
      if constexpr (besideBatch<Fn, BatchOf>() == Beside::Identity) {
        fn_(rdd_, rdd_.batch());
      } else if constexpr (besideBatch<Fn, BatchOf>() == Beside::Time) {
        fn_(rdd_, rdd_.time());
      } else {
        fn_(rdd_);
      }
    }

   private:
    BatchOf rdd_;
    Fn& fn_;
  };

  N node_;
  Fn fn_;
};

template <class Fn>
struct ForeachRddOutput : Nameable<ForeachRddOutput<Fn>>, AtLeastOnceOnly<ForeachRddOutput<Fn>> {
  static constexpr Kind kind = Kind::Output;
  static constexpr OperatorInfo info{"foreachRDD", Role::Output};

  explicit ForeachRddOutput(Fn function) : fn(std::move(function)) {}

  template <class Record>
  static consteval bool check() {
    return true;
  }

  template <Node N>
  void attach(Graph& graph, const N& node) const {
    using BatchOf = BatchRdd<typename N::rdd_type>;
    constexpr bool fits = besideBatch<Fn, BatchOf>() != Beside::Unfit;
    static_assert(fits, "foreachRDD needs a function of one batch, by value or as const auto&, as [](auto batch) { … }, or of a batch and its identity or time");
    if constexpr (fits) {
      std::unique_ptr<Output> output(new ForeachOutput<N, Fn>(node, fn));
      output->name = this->name;
      output->operatorInfo = info;
      graph.addOutput(std::move(output));
    }
  }

  Fn fn;
};

}  // namespace detail

/// **shape** DStream<T> → output
/// **meaning** calls `fn` once for each batch, empty ones included, in time order; outputs of one batch in the order of their registration.
/// **function contract** `fn(batch)`, `fn(batch, const Batch&)` or `fn(batch, Time)`, where batch is a BatchRdd<…>: take it as `auto`, and name the other's type: a generic one is
/// given the Batch. Called on
/// the jobs lane, never twice at a time; one that cannot be copied is called as const. Records are computed only by the actions that fn calls.
/// With a checkpoint directory a batch whose process died comes again with the same seq, the same records and a higher attempt: at least once.
/// **errors** compile time: not such a function. What fn throws fails this output of this batch: an event, then awaitTermination rethrows it;
/// other outputs and later batches run. **source** Spark DStream.foreachRDD. **example** examples/network_word_count.cpp
template <class Fn>
[[nodiscard]] auto foreachRDD(Fn fn) {
  auto held = detail::copyable(std::move(fn));
  return detail::ForeachRddOutput<decltype(held)>{std::move(held)};
}

}  // namespace dstream::inline v0
