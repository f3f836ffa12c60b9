// SPDX-License-Identifier: BSL-1.0
#pragma once
// AnyDStream<T>: a stream of T whatever it is made of, for members of classes, containers and streams chosen at run time. unionOf: many as one.

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/function_ref.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/stream/batches_rdd.hpp>
#include <dstream/stream/dstream.hpp>
#include <dstream/stream/errors.hpp>
#include <dstream/stream/node.hpp>

namespace dstream::inline v0 {

/// **meaning** any Rdd of T, without its type. **cost** an indirect call per record, and none of its loops is fused with what follows.
template <class T>
class [[nodiscard("a pipeline does nothing until an action or output ends it")]] AnyRdd {
 public:
  using reference = View<T>;
  using value_type = std::remove_cvref_t<reference>;

  template <Rdd R>
    requires(!std::is_same_v<R, AnyRdd>)
  explicit AnyRdd(R rdd) : held_(std::make_unique<Held<R>>(std::move(rdd))) {}
  AnyRdd(const AnyRdd& other) : held_(other.held_->clone()) {}
  AnyRdd(AnyRdd&&) noexcept = default;
  AnyRdd& operator=(AnyRdd other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~AnyRdd() = default;

  [[nodiscard]] std::size_t partitions() const { return held_->partitions(); }
  [[nodiscard]] std::size_t splits(std::size_t partition, std::size_t bytes) const { return held_->splits(partition, bytes); }
  [[nodiscard]] RunnerRef runner() const { return held_->runner(); }
  void prepare(RunnerRef runner) { held_->prepare(runner); }

  template <class Accumulator, class Step>
  Accumulator fold(Slice slice, Accumulator accumulator, Step& step) {
    held_->each(slice, [&](reference record) {
      accumulator = step(std::move(accumulator), static_cast<reference>(record));
      return v0::stopped(accumulator);
    });
    return accumulator;
  }

 private:
  /// Gets a record, says whether it wants no more.
  using Each = FunctionRef<bool(reference)>;

  struct Erased {
    virtual ~Erased() = default;
    [[nodiscard]] virtual std::unique_ptr<Erased> clone() const = 0;
    [[nodiscard]] virtual std::size_t partitions() const = 0;
    [[nodiscard]] virtual std::size_t splits(std::size_t partition, std::size_t bytes) const = 0;
    [[nodiscard]] virtual RunnerRef runner() const = 0;
    virtual void prepare(RunnerRef runner) = 0;
    virtual void each(Slice slice, Each each) = 0;
  };
  template <class R>
  struct Held final : Erased {
    explicit Held(R given) : rdd(std::move(given)) {}
    [[nodiscard]] std::unique_ptr<Erased> clone() const override { return std::make_unique<Held>(rdd); }
    [[nodiscard]] std::size_t partitions() const override { return rdd.partitions(); }
    [[nodiscard]] std::size_t splits(std::size_t partition, std::size_t bytes) const override { return rdd.splits(partition, bytes); }
    [[nodiscard]] RunnerRef runner() const override { return rdd.runner(); }
    void prepare(RunnerRef runner) override { rdd.prepare(runner); }
    void each(Slice slice, Each each) override {
      static_cast<void>(foldUntil(rdd, slice, 0, [each](int none, auto&& record) {
        using Record = std::remove_cvref_t<decltype(record)>;
        if constexpr (std::is_convertible_v<decltype(record), reference>) {
          return Until<int>{none, each(static_cast<reference>(std::forward<decltype(record)>(record)))};
        } else {
          const Kept<T> owned = Owned<Record>::own(std::forward<decltype(record)>(record));
          return Until<int>{none, each(Owned<T>::look(owned))};
        }
      }));
    }
    R rdd;
  };

  std::unique_ptr<Erased> held_;
};

namespace detail {

/// Stands for streams of different types between braces.
struct AnyStream {
  template <StreamLike Stream>
  AnyStream(const Stream&) {}  // NOLINT(google-explicit-constructor): a parameter type
};

template <Node Parent, class T>
class AnyNode final : public SharedNode<AnyRdd<T>> {
 public:
  explicit AnyNode(Parent parent) : parent_(std::move(parent)) {
    this->slide = parent_.slide();
    this->operatorInfo = {"AnyDStream", Role::Wide};
  }
  void eachParent(VisitShared visit) override { parent_.eachShared(visit); }

 private:
  std::optional<AnyRdd<T>> compute(const Batch& batch) override {
    auto rdd = parent_.compute(batch);
    if (!rdd) return std::nullopt;
    return AnyRdd<T>(*std::move(rdd));
  }
  Parent parent_;
};

template <class Ref>
class UnionOfNode final : public SharedNode<BatchesRdd<typename Ref::rdd_type>> {
  using R = typename Ref::rdd_type;

 public:
  explicit UnionOfNode(std::vector<Ref> parents) : parents_(std::move(parents)) {
    this->slide = parents_.front().slide();
    this->operatorInfo = {"unionOf", Role::Fused};
  }
  void eachParent(VisitShared visit) override {
    for (const auto& parent : parents_) parent.eachShared(visit);
  }

 private:
  std::optional<BatchesRdd<R>> compute(const Batch& batch) override {
    std::vector<R> batches;
    for (const auto& parent : parents_) {
      std::optional<R> rdd = parent.compute(batch);
      if (!rdd) throw MissingBatch("dstream: unionOf: one of the streams has no batch at this time");
      batches.push_back(*std::move(rdd));
    }
    const RunnerRef runner = batches.front().runner();
    return BatchesRdd<R>(std::move(batches), runner);
  }
  std::vector<Ref> parents_;
};

}  // namespace detail

/// **meaning** a DStream of T that forgot what it is made of; made from any DStream whose records are T, or another form of it: text that is
/// received is string_view, and copied for an AnyDStream<std::string>. **cost** an indirect call per record; sources and keyed results have types without a pipeline in them anyway and need no AnyDStream.
/// **errors** IllegalState after start.
/// **example** `std::map<std::string, AnyDStream<int>>`
template <class T>
class AnyDStream : public DStream<SharedRef<AnyRdd<T>>> {
 public:
  template <Node N>
    requires detail::sameRecords<typename N::rdd_type::value_type, T>
  AnyDStream(const DStream<N>& stream)  // NOLINT(google-explicit-constructor): any stream of T is one
      : DStream<SharedRef<AnyRdd<T>>>(stream.graph(), {std::make_shared<detail::AnyNode<N, T>>(stream.node())}) {
    this->graph()->requireOpen("a stream");
  }
  /// Says what is wrong. Explicit for a stream of other records, so that f(AnyDStream<A>) and f(AnyDStream<B>) can stand side by side.
  template <class Other>
    requires(Closure<Other> || (detail::StreamLike<Other> && !detail::sameRecords<typename Other::value_type, T>))
  explicit(detail::StreamLike<Other>) AnyDStream(const Other&) : DStream<SharedRef<AnyRdd<T>>>(nullptr, {nullptr}) {
    static_assert(!Closure<Other>, "an AnyDStream is made from a stream, and this pipeline has no source; pipe a stream into it");
    static_assert(!detail::StreamLike<Other>, "the records of an AnyDStream<T> are those of the stream it is made from, and this one has others than T; map them first");
  }
};

/// **shape** vector of DStream<T> → DStream<T>. **meaning** each batch holds the records of all, in their order. The streams must be of one type:
/// several sources of a kind, or any, which then become AnyDStreams. **errors** std::invalid_argument for no streams, different contexts or slides; IllegalState after start.
/// **source** Spark StreamingContext.union.
template <class Stream>
[[nodiscard]] auto unionOf(const std::vector<Stream>& streams) {
  using N = std::remove_cvref_t<decltype(streams.front().node())>;
  if constexpr (!detail::isSharedRef<N>) {
    return unionOf(std::vector<AnyDStream<typename Stream::value_type>>(streams.begin(), streams.end()));
  } else {
    using R = typename Stream::rdd_type;
    if (streams.empty()) throw std::invalid_argument("dstream: unionOf needs at least one stream");
    std::vector<N> parents;
    for (const Stream& stream : streams) {
      streams.front().requireSameClock(stream, "unionOf");
      parents.push_back(stream.node());
    }
    streams.front().graph()->requireOpen("a stream");
    return DStream<SharedRef<BatchesRdd<R>, N::replayable>>{streams.front().graph(), {std::make_shared<detail::UnionOfNode<N>>(std::move(parents))}};
  }
}
/// The same of streams between braces, or one by one: `unionOf({first, second})`, `unionOf(first, second)`.
template <class Stream>
[[nodiscard]] auto unionOf(std::initializer_list<Stream> streams) {
  return unionOf(std::vector<Stream>(streams));
}
/// Says what is wrong: they are not of one type.
template <class Given = detail::AnyStream>
Invalid unionOf(std::initializer_list<detail::AnyStream>) {
  static_assert(!std::is_same_v<Given, detail::AnyStream>, "the streams that unionOf puts together have different types; write unionOf(std::vector<AnyDStream<T>>{first, second})");
  return {};
}
template <detail::StreamLike... Streams>
  requires(sizeof...(Streams) > 0)
[[nodiscard]] auto unionOf(const Streams&... streams) {
  return unionOf({streams...});
}

}  // namespace dstream::inline v0
