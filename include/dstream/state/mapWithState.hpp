// SPDX-License-Identifier: BSL-1.0
#pragma once
// mapWithState: DStream<(K, V)> → DStream<E>, each record mapped by a function that sees and changes its key's state.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <dstream/core/can_keep.hpp>
#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/partitions.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/wide.hpp>
#include <dstream/shuffle/key_value.hpp>
#include <dstream/state/state_spec.hpp>
#include <dstream/state/states.hpp>
#include <dstream/stream/batch.hpp>
#include <dstream/stream/dstream.hpp>
#include <dstream/stream/errors.hpp>
#include <dstream/stream/node.hpp>

namespace dstream::inline v0 {

namespace detail {

template <Node Parent, class States>
class MapWithStateNode final : public SharedNode<WideRdd<Partitions<typename States::Mapped>>> {
  using Data = Partitions<typename States::Mapped>;
  using R = typename Parent::rdd_type;

 public:
  MapWithStateNode(Parent parent, std::shared_ptr<States> states) : parent_(std::move(parent)), states_(std::move(states)), kept_(*states_) { this->slide = parent_.slide(); }
  void eachParent(VisitShared visit) override { parent_.eachShared(visit); }

  /// Every batch is taken, asked for or not: the next one stands on it.
  void advance(const Batch& batch) override { static_cast<void>(this->get(batch)); }
  void finish(const Batch& batch) override {
    if (auto rdd = this->get(batch)) rdd->prepare(rdd->runner());
  }
  void commit(const Batch&) override {
    static_cast<void>(states_->nextTurn());
    states_->commit();
  }
  void rollback(const Batch&) override {
    static_cast<void>(states_->nextTurn());
    states_->rollback();
  }

  Persistent* persistent() override {
    if constexpr (States::inCheckpoints) {
      return &kept_;
    } else {
      return nullptr;
    }
  }
  [[nodiscard]] bool transient() const override { return !States::inCheckpoints; }

 private:
  class StateWork final : public Work<Data> {
   public:
    StateWork(std::shared_ptr<States> states, R rdd, const Batch& batch, bool scan)
        : Work<Data>(rdd.runner()), states_(std::move(states)), turn_(states_->nextTurn()), rdd_(std::move(rdd)), batch_(batch), scan_(scan) {}

   private:
    Data run(RunnerRef runner) override {
      if (states_->turn() != turn_) throw MissingBatch("dstream: mapWithState: batch " + std::to_string(batch_.seq) + " failed, and its states were taken back");
      rdd_.prepare(runner);
      return Data(states_->run(rdd_, runner, batch_.time, scan_));
    }
    std::shared_ptr<States> states_;
    const std::uint64_t turn_;
    R rdd_;
    const Batch batch_;
    const bool scan_;
  };

  std::optional<WideRdd<Data>> compute(const Batch& batch) override {
    std::optional<R> rdd = parent_.compute(batch);
    if (!rdd) return std::nullopt;
    const auto number = static_cast<std::size_t>((batch.time.nanoseconds - this->zero().nanoseconds) / this->slide);
    return WideRdd<Data>(new StateWork(states_, *std::move(rdd), batch, number % states_->scanEvery() == 0));
  }

  Parent parent_;
  std::shared_ptr<States> states_;
  typename States::Durable kept_;
};

/// The states after each batch of a MapWithStateNode.
template <class Mapping, class States>
class SnapshotNode final : public SharedNode<WideRdd<typename States::Tables::Records>> {
  using Data = typename States::Tables::Records;

 public:
  SnapshotNode(std::shared_ptr<Mapping> mapping, std::shared_ptr<States> states) : mapping_(std::move(mapping)), states_(std::move(states)) {
    this->slide = mapping_->slide;
    this->operatorInfo = {"stateSnapshots", Role::Wide};
  }
  void eachParent(VisitShared visit) override { visit(*mapping_, nullptr); }
  /// What is remembered is taken now: the next batch changes the states.
  void finish(const Batch& batch) override {
    if (this->remember == 0) return;
    if (auto rdd = this->get(batch)) rdd->prepare(rdd->runner());
  }

 private:
  template <class Mapped>
  class SnapshotWork final : public Work<Data> {
   public:
    SnapshotWork(Mapped mapped, std::shared_ptr<States> states, std::uint64_t seq)
        : Work<Data>(mapped.runner()), mapped_(std::move(mapped)), states_(std::move(states)), turn_(states_->turn()), seq_(seq) {}

   private:
    Data run(RunnerRef runner) override {
      mapped_.prepare(runner);
      if (states_->turn() != turn_) throw MissingBatch("dstream: stateSnapshots: nobody looked at the states of batch " + std::to_string(seq_) + " while it ran, and they are others now");
      return states_->show();
    }
    Mapped mapped_;
    std::shared_ptr<States> states_;
    const std::uint64_t turn_;
    const std::uint64_t seq_;
  };

  std::optional<WideRdd<Data>> compute(const Batch& batch) override {
    auto mapped = mapping_->get(batch);
    if (!mapped) return std::nullopt;
    using Mapped = std::remove_cvref_t<decltype(*mapped)>;
    return WideRdd<Data>(new SnapshotWork<Mapped>(*std::move(mapped), states_, batch.seq));
  }

  std::shared_ptr<Mapping> mapping_;
  std::shared_ptr<States> states_;
};

}  // namespace detail

/// **meaning** the mapped records as a stream, and beside it the states.
template <class Mapping, class States, bool again>
class MapWithStateDStream : public DStream<SharedRef<WideRdd<Partitions<typename States::Mapped>>, again>> {
  using Mapped = DStream<SharedRef<WideRdd<Partitions<typename States::Mapped>>, again>>;

 public:
  MapWithStateDStream(std::shared_ptr<Graph> graph, std::shared_ptr<Mapping> mapping, std::shared_ptr<States> states)
      : Mapped(std::move(graph), {mapping}), mapping_(std::move(mapping)), states_(std::move(states)) {}

  /// **shape** DStream<(K, S)>, all states after each batch. **cost** a pass over all states for whoever looks at it; the states themselves are
  /// not copied, unless StreamingContext::remember wants each batch's: then all are, once per batch.
  [[nodiscard]] auto stateSnapshots() const {
    this->graph()->requireOpen("a stream");
    using Snapshots = detail::SnapshotNode<Mapping, States>;
    return DStream<SharedRef<WideRdd<typename States::Tables::Records>, again>>{this->graph(), {std::make_shared<Snapshots>(mapping_, states_)}};
  }

 private:
  std::shared_ptr<Mapping> mapping_;
  std::shared_ptr<States> states_;
};

namespace detail {

template <class Spec>
struct MapWithStateOp : Nameable<MapWithStateOp<Spec>> {
  static constexpr Kind kind = Kind::Temporal;
  static constexpr OperatorInfo info{.name = "mapWithState", .role = Role::State, .shuffles = true};

  explicit MapWithStateOp(Spec given) : spec(std::move(given)) {}

  template <class Record>
  static consteval bool check() {
    constexpr bool pairs = KeyValue<Record>;
    static_assert(pairs, "mapWithState needs (key, value) pairs; map each record to std::pair{key, value} first");
    if constexpr (pairs) {
      if constexpr (keyFits<Record>() && canKeep<ValueOf<Record>>() && canKeep<typename Spec::state_type>() && canCarry<Kept<KeyOf<Record>>, typename Spec::state_type>()) {
        using Call = StateFn<decltype(Spec::fn), KeyOf<Record>, ValueOf<Record>, typename Spec::state_type>;
        static_assert(SelfOwned<typename Spec::state_type>, "a state must own what it refers to: use std::string, not a view");
        constexpr bool codable = !Spec::inCheckpoints || (Codable<Kept<KeyOf<Record>>> && Codable<typename Spec::state_type>);
        static_assert(codable, "checkpoints keep the states of mapWithState, so key and state need a Codec; specialise dstream::Codec, or say .transient() of the StateSpec");
        static_assert(Call::fits, "the function of a StateSpec takes (const K&, optional<V>, State<S>&) and gives the mapped record, or takes "
                                  "(Time, const K&, optional<V>, State<S>&) and gives an optional of it");
        if constexpr (Call::fits && codable && SelfOwned<typename Spec::state_type>) return canKeep<typename Call::Mapped>();
      }
    }
    return false;
  }

  template <Node N>
  auto onto(const DStream<N>& stream) const {
    using Record = typename N::rdd_type::reference;
    auto own = withOwnPairs<KeyOf<Record>>(spec);
    using Made = States<KeyOf<Record>, ValueOf<Record>, decltype(own)>;
    using Mapping = MapWithStateNode<N, Made>;
    auto states = std::make_shared<Made>(std::move(own));
    auto mapping = std::make_shared<Mapping>(stream.node(), states);
    mapping->name = this->name;
    mapping->operatorInfo = infoOf(*this, info.role);
    return MapWithStateDStream<Mapping, Made, replayable<N>>(stream.graph(), std::move(mapping), std::move(states));
  }

  constexpr void describe(OperatorInfo& into) const {
    into.partitions = spec.partitions;
    into.timeout = spec.idle;
  }

  Spec spec;
};

}  // namespace detail

/// **shape** DStream<(K, V)> → DStream<E>, with `.stateSnapshots()`: DStream<(K, S)>
/// **meaning** calls the spec's function for each record with its key's state, and gives what it returns. Keys without a record are not called,
/// but for a last time when they time out: in the first batch whose time lies more than the timeout behind their last record or update, after the
/// batch's own records. **function contract** see StateSpec. **order** of a key's records kept; none among keys.
/// **kept** the initial pairs, read when the stream is made; per key itself, its state, the table's index (11 to 22 bytes) and, with a timeout, 16 bytes. What a batch changed counts once all its outputs have
/// succeeded; else the states are those before it. **cost** per record an exchange to its partition, a probe and the call; per key touched a note of
/// what it had, its state moved there, once a batch; nothing for all other keys. **errors** compile time: no pairs, not such a function, a state or mapped record that cannot be
/// kept, a key or state without a Codec unless the spec is `.transient()`.
/// **source** Spark PairDStreamFunctions.mapWithState.
template <class S, class Fn, class Initial, bool durable>
[[nodiscard]] auto mapWithState(detail::StateSpecOf<S, Fn, Initial, durable> spec) {
  return detail::MapWithStateOp<detail::StateSpecOf<S, Fn, Initial, durable>>{std::move(spec)};
}
/// Without a StateSpec: says what is missing.
template <class Fn>
auto mapWithState(const Fn&) {
  static_assert(!std::is_object_v<Fn>, "mapWithState needs a StateSpec, which says the type of the state: mapWithState(StateSpec::function<S>(f))");
  return Invalid{};
}

}  // namespace dstream::inline v0
