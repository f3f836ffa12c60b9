// SPDX-License-Identifier: BSL-1.0
#pragma once
// updateStateByKey: DStream<(K, V)> → DStream<(K, S)>, a state per key that a function carries from batch to batch.

#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/can_keep.hpp>
#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/range_rdd.hpp>
#include <dstream/core/wide.hpp>
#include <dstream/shuffle/combine_table.hpp>
#include <dstream/shuffle/groupByKey.hpp>
#include <dstream/shuffle/key_value.hpp>
#include <dstream/state/durable_update.hpp>
#include <dstream/state/state_step.hpp>
#include <dstream/stream/batch.hpp>
#include <dstream/stream/dstream.hpp>
#include <dstream/stream/errors.hpp>
#include <dstream/stream/node.hpp>

namespace dstream::inline v0 {

namespace detail {

/// No type was given for the state: it is what the function returns.
struct Deduced {};
/// There are no states before the first batch.
struct NoStates {};

/// The state that such a function returns an optional of.
template <class Result>
struct StateIn {
  static constexpr bool isOptional = false;
};
template <class S>
struct StateIn<std::optional<S>> {
  static constexpr bool isOptional = true;
  using type = S;
};

template <class Fn, class Key, class Value, class Given>
struct StateOf {
  static constexpr bool isOptional = true;
  using type = Given;
};
template <class Fn, class Key, class Value>
struct StateOf<Fn, Key, Value, Deduced> {};
template <class Fn, class Key, class Value>
  requires std::is_invocable_v<const Fn&, const Kept<std::vector<Value>>&, std::nullopt_t>
struct StateOf<Fn, Key, Value, Deduced> : StateIn<std::remove_cvref_t<std::invoke_result_t<const Fn&, const Kept<std::vector<Value>>&, std::nullopt_t>>> {};
template <class Fn, class Key, class Value>
  requires std::is_invocable_v<const Fn&, Time, const Kept<Key>&, const Kept<std::vector<Value>>&, std::nullopt_t>
struct StateOf<Fn, Key, Value, Deduced>
    : StateIn<std::remove_cvref_t<std::invoke_result_t<const Fn&, Time, const Kept<Key>&, const Kept<std::vector<Value>>&, std::nullopt_t>>> {};

/// Stands for a vector of anything, to find out whether it is only the type of the values that is wrong with a function.
struct OtherValues {
  template <class Value>
  operator const std::vector<Value>&() const;  // NOLINT(google-explicit-constructor): never called
};
template <class Fn, class Key, class Values, class State>
inline constexpr bool updatesWith = std::is_invocable_v<const Fn&, const Values&, State> || std::is_invocable_v<const Fn&, Time, const Kept<Key>&, const Values&, State>;

/// Key by key: the function, with or without time and key, says what becomes of each state.
template <class Fn, class Key, class Value, class S>
struct UpdateEachKey {
  using Values = Kept<std::vector<Value>>;
  static constexpr bool timed = std::is_invocable_r_v<std::optional<S>, const Fn&, Time, const Kept<Key>&, const Values&, std::optional<S>>;
  static constexpr bool fits = timed || std::is_invocable_r_v<std::optional<S>, const Fn&, const Values&, std::optional<S>>;

  std::optional<S> operator()(Time time, const Kept<Key>& key, const Values& values, std::optional<S> state) const {
    if constexpr (timed) {
      return fn(time, key, values, std::move(state));
    } else {
      return fn(values, std::move(state));
    }
  }
  [[no_unique_address]] Fn fn;
};

/// Every batch is taken, in order: the next one stands on it. What a batch made of the states counts once the batch is committed.
template <Node Parent, class Key, class Value, class S, class Update, bool byPartition, bool durable>
class UpdateStateNode final : public SharedNode<WideRdd<StateRecords<Key, S>>> {
  using Data = StateRecords<Key, S>;
  using Tables = typename Data::Tables;
  using R = typename Parent::rdd_type;
  using Initial = std::vector<std::pair<Kept<Key>, S>>;

 public:
  UpdateStateNode(Parent parent, Update update, Initial initial) : parent_(std::move(parent)), update_(std::move(update)), initial_(std::move(initial)) {
    this->slide = parent_.slide();
  }
  void eachParent(VisitShared visit) override { parent_.eachShared(visit); }
  Persistent* persistent() override {
    if constexpr (durable) {
      return &kept_;
    } else {
      return nullptr;
    }
  }
  [[nodiscard]] bool transient() const override { return !durable; }

  void advance(const Batch& batch) override { static_cast<void>(this->get(batch)); }
  void finish(const Batch& batch) override {
    if (auto rdd = this->get(batch)) rdd->prepare(rdd->runner());
  }
  void commit(const Batch&) override {
    if (next_ != nullptr && *next_ != nullptr) kept_.states = *next_;
    next_.reset();
  }
  void rollback(const Batch&) override { next_.reset(); }

 private:
  class StateWork final : public Work<Data> {
   public:
    StateWork(UpdateStateNode& node, R rdd, const Batch& batch, std::shared_ptr<std::shared_ptr<const Tables>> next)
        : Work<Data>(rdd.runner()), node_(node), rdd_(std::move(rdd)), batch_(batch), next_(std::move(next)) {}

   private:
    Data run(RunnerRef runner) override {
      if (node_.next_ != next_) throw MissingBatch("dstream: updateStateByKey: batch " + std::to_string(batch_.seq) + " failed, and its states were taken back");
      rdd_.prepare(runner);
      *next_ = node_.step(rdd_, runner, batch_.time);
      return Data(*next_);
    }
    UpdateStateNode& node_;
    R rdd_;
    const Batch batch_;
    std::shared_ptr<std::shared_ptr<const Tables>> next_;
  };

  std::optional<WideRdd<Data>> compute(const Batch& batch) override {
    std::optional<R> rdd = parent_.compute(batch);
    if (!rdd) return std::nullopt;
    next_ = std::make_shared<std::shared_ptr<const Tables>>();
    return WideRdd<Data>(new StateWork(*this, *std::move(rdd), batch, next_));
  }

  std::shared_ptr<const Tables> step(R& rdd, RunnerRef runner, Time time) {
    const std::size_t partitions = rdd.partitions();
    if (kept_.states != nullptr && kept_.states->size() != partitions) kept_.states = kept_.inPartitions(*kept_.states, partitions, runner);  // after a restart
    const std::shared_ptr<const Tables> before = kept_.states != nullptr ? kept_.states : first(partitions, runner);
    StateStep<Key, Value, S> next(*before, runner, partitions);
    if constexpr (byPartition) {
      next.eachPartition(&rdd, update_);
    } else {
      next.eachKey(&rdd, time, update_);
    }
    return std::move(next).after();
  }
  /// The states before the first batch.
  std::shared_ptr<const Tables> first(std::size_t partitions, RunnerRef runner) const {
    auto tables = std::make_shared<Tables>(partitions, CombineTable<Key, S>(runner.seed()));
    for (const auto& [key, state] : initial_)
      (*tables)[KeyHash<Key>::hash(Owned<Key>::look(key), 0) % partitions].combineKept(Kept<Key>(key), [&] { return state; }, [](S&) {});
    return tables;
  }

  Parent parent_;
  const Update update_;
  const Initial initial_;
  std::shared_ptr<std::shared_ptr<const Tables>> next_;  // of the batch that runs; null inside until it is computed
  typename DurableUpdateOr<durable>::template type<Key, S> kept_{next_};
};

template <class Fn, class Given, class Initial, bool byPartition, bool durable = true>
struct UpdateStateByKeyOp : Nameable<UpdateStateByKeyOp<Fn, Given, Initial, byPartition, durable>> {
  static constexpr Kind kind = Kind::Temporal;
  static constexpr OperatorInfo info{byPartition ? "updateStateByPartition" : "updateStateByKey", Role::State};
  using Before = GroupByKeyOp;

  UpdateStateByKeyOp(Fn function, Initial first, std::size_t count) : fn(std::move(function)), initial(std::move(first)), partitions(count) {}

  /// No checkpoint may have these states, so they need no Codec. A stream with a checkpoint directory refuses to start with them.
  [[nodiscard]] auto transient() const {
    UpdateStateByKeyOp<Fn, Given, Initial, byPartition, false> op{fn, initial, partitions};
    op.name = this->name;
    return op;
  }

  template <class Record>
  static consteval bool check() {
    constexpr bool pairs = KeyValue<Record>;
    static_assert(pairs, "updateStateByKey needs (key, value) pairs; map each record to std::pair{key, value} first");
    if constexpr (pairs) {
      if constexpr (GroupByKeyOp::check<Record>()) return fits<KeyOf<Record>, ValueOf<Record>>();
    }
    return false;
  }

  template <Node N>
  auto onto(const DStream<N>& stream) const {
    const auto grouped = stream | groupByKey(partitions);
    using Parent = std::remove_cvref_t<decltype(grouped.node())>;
    using Key = KeyOf<typename N::rdd_type::reference>;
    using Value = ValueOf<typename N::rdd_type::reference>;
    using S = typename StateOf<Fn, Key, Value, Given>::type;
    using Update = std::conditional_t<byPartition, Fn, UpdateEachKey<Fn, Key, Value, S>>;
    std::vector<std::pair<Kept<Key>, S>> pairs;
    if constexpr (!std::is_same_v<Initial, NoStates>)
      for (const auto& [key, state] : initial) pairs.emplace_back(Kept<Key>(key), S(state));
    auto node = std::make_shared<UpdateStateNode<Parent, Key, Value, S, Update, byPartition, durable>>(grouped.node(), Update{fn}, std::move(pairs));
    node->name = this->name;
    node->operatorInfo = info;
    return DStream<SharedRef<WideRdd<StateRecords<Key, S>>, detail::replayable<N>>>{stream.graph(), {std::move(node)}};
  }

  Fn fn;
  Initial initial;
  std::size_t partitions;

 private:
  /// Whether it was said that the values alone do not fit. A generic function that takes the right ones is not tried with others: its body need not fit them.
  template <class Key, class Value, class State>
  static consteval bool saysOtherValues() {
    if constexpr (!updatesWith<Fn, Key, Kept<std::vector<Value>>, State>) {
      constexpr bool others = updatesWith<Fn, Key, OtherValues, State>;
      static_assert(!others, "the values that updateStateByKey's function takes are a std::vector of the values of the stream's pairs, and this function takes another: "
                             "std::pair{word, 1} holds an int, so they are a const std::vector<int>&");
      return others;
    }
    return false;
  }
  template <class Key, class Value>
  static consteval bool fits() {
    constexpr bool known = requires { typename StateOf<Fn, Key, Value, Given>::type; };
    constexpr bool bare = requires { requires !StateOf<Fn, Key, Value, Given>::isOptional; };
    static_assert(!bare, "updateStateByKey's function must return a std::optional of the state; none removes the key");
    if constexpr (!known && !bare) {
      constexpr bool said = saysOtherValues<Key, Value, std::nullopt_t>();
      static_assert(said, "updateStateByKey cannot tell the type of the state: its function takes the batch's values (a vector) and the state "
                          "(a std::optional), or time, key, values and state; write updateStateByKey<S>(f) where f is generic");
    }
    if constexpr (known) {
      using S = typename StateOf<Fn, Key, Value, Given>::type;
      if constexpr (canKeep<S>() && canCarry<Kept<Key>, Kept<Value>, S>()) {
        static_assert(SelfOwned<S>, "a state must own what it refers to: use std::string, not a view");
        constexpr bool codable = !durable || (Codable<Kept<Key>> && Codable<S>);
        static_assert(codable, "checkpoints keep the states of updateStateByKey, so key and state need a Codec; specialise dstream::Codec, or say .transient() of the operator");
        if constexpr (byPartition) {
          return SelfOwned<S> && codable;
        } else {
          constexpr bool updates = UpdateEachKey<Fn, Key, Value, S>::fits;
          if constexpr (!updates) {
            constexpr bool said = saysOtherValues<Key, Value, std::optional<S>>();
            static_assert(said, "updateStateByKey needs a function of the batch's values and the state, (const vector<V>&, optional<S>) → optional<S>, "
                                "or of time, key, values and state");
          }
          return SelfOwned<S> && codable && updates;
        }
      }
    }
    return false;
  }
};

}  // namespace detail

/// **shape** DStream<(K, V)> → DStream<(K, S)>
/// **meaning** each batch, `fn(values, state)` for every key that has a state or values in it: values (none: an empty vector) in the order of the
/// records, the state if any. What it returns is the key's next state; none removes the key. The stream holds all states after each batch.
/// **function contract** `fn(const vector<V>&, optional<S>) → optional<S>` or `fn(Time, const K&, const vector<V>&, optional<S>) → optional<S>`; called as
/// const, from several threads, once per key and batch (again if the batch is repeated). `initial`: (key, state) pairs before the first batch.
/// **kept** one key and state per key. The changes of a batch count once all its outputs have succeeded; else the states stay as they were.
/// **cost** a call and a copy of the state for every key, changed or not: mapWithState calls for the keys that have data only.
/// **errors** compile time: no pairs, not such a function, a state that is a view. **source** Spark PairDStreamFunctions.updateStateByKey.
template <class S = detail::Deduced, class Fn>
[[nodiscard]] auto updateStateByKey(Fn fn, std::size_t partitions = 0) {
  return detail::UpdateStateByKeyOp<Fn, S, detail::NoStates, false>{std::move(fn), {}, partitions};
}
template <class S = detail::Deduced, class Fn, class Initial>
  requires detail::Iterable<Initial>
[[nodiscard]] auto updateStateByKey(Fn fn, Initial initial, std::size_t partitions = 0) {
  return detail::UpdateStateByKeyOp<Fn, S, Initial, false>{std::move(fn), std::move(initial), partitions};
}

/// The same a partition at a time: `fn(const vector<StateUpdate<K, V, S>>& keys, emit)`, which calls `emit(key, state)` for what stays. It may emit
/// other keys than it was given; of several states for one key the first is used. (Spark's updateStateByKey over iterators.)
template <class S, class Fn>
[[nodiscard]] auto updateStateByPartition(Fn fn, std::size_t partitions = 0) {
  return detail::UpdateStateByKeyOp<Fn, S, detail::NoStates, true>{std::move(fn), {}, partitions};
}
template <class S, class Fn, class Initial>
  requires detail::Iterable<Initial>
[[nodiscard]] auto updateStateByPartition(Fn fn, Initial initial, std::size_t partitions = 0) {
  return detail::UpdateStateByKeyOp<Fn, S, Initial, true>{std::move(fn), std::move(initial), partitions};
}

}  // namespace dstream::inline v0
