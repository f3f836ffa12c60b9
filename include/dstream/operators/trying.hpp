// SPDX-License-Identifier: BSL-1.0
#pragma once
// trying: DStream<T> → DStream<U> and DStream<DeadLetter<T>>, what fused operators make of the
// records, and those whose functions threw.

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/buffer.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/chain.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/dead_letter.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/operator_info.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/tried.hpp>
#include <dstream/core/wide.hpp>

namespace dstream::inline v0 {

/// **meaning** what `trying` gives: `const auto [records, deadLetters] = lines |
/// trying(map(parse));`
template <class Records, class Letters>
struct [[nodiscard(
    "records that fail are in the second part; without an output of their own they are "
    "lost")]] Tried {
  static constexpr bool hasTwoParts = true;
  Records records;
  Letters deadLetters;
};

namespace detail {

template <class Op>
struct TryOp : Nameable<TryOp<Op>> {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"trying", Role::Wide};

  explicit TryOp(Chain<Op> given) : chain(std::move(given)) {}

  /// The operator for one batch.
  template <class BatchOf>
  [[nodiscard]] TryOp at(const BatchOf& batch) const {
    TryOp op = *this;
    op.seq = batch.seq;
    return op;
  }

  template <class Record>
  static consteval bool check() {
    using Shown = const std::remove_reference_t<Record>&;
    if constexpr (canKeep<Shown>() && Chain<Op>::template check<Shown>()) {
      return canKeep<typename Chain<Op>::template Result<Shown>>();
    } else {
      return false;
    }
  }

  template <class R>
  auto over(R rdd) const {
    using T = typename R::value_type;
    using U = std::remove_cvref_t<typename Chain<Op>::template Result<const T&>>;
    return wide<TriedData<T, U>>(std::move(rdd), [op = *this](R& parent, RunnerRef runner) {
      return op.template tryAll<T, U>(parent, runner);
    });
  }

  Chain<Op> chain;
  std::uint64_t seq = 0;

 private:
  template <class T, class U, class R>
  TriedData<T, U> tryAll(R& parent, RunnerRef runner) const {
    std::string node = this->name;
    if (node.empty()) chain.describe(node);
    const auto slices = slicesOf(parent, runner.sliceBytes());
    std::vector<TriedSlice<T, U>> parts(slices.size());
    runner.forEach(slices.size(), [&](std::size_t, std::size_t task) {
      using Records = std::vector<Kept<U>>;
      AppendStep<Records, U> append;
      typename Chain<Op>::template Step<decltype(append)> inner{chain, append};
      TryStep<T, Records, decltype(inner)> step{inner, parts[task].letters, node, seq};
      static_cast<void>(parent.fold(slices[task], &parts[task].records, step));
    });
    std::vector<std::vector<Kept<U>>> records(parent.partitions());
    std::vector<std::vector<DeadLetter<Kept<T>>>> letters(parent.partitions());
    for (std::size_t task = 0; task < slices.size(); ++task) {
      join(records[slices[task].partition], std::move(parts[task].records));
      join(letters[slices[task].partition], std::move(parts[task].letters));
    }
    return {std::move(records), std::move(letters)};
  }
  template <class Records>
  static void join(Records& into, Records from) {
    if (into.empty()) {
      into = std::move(from);
    } else {
      for (auto&& record : from) into.push_back(std::move(record));
    }
  }
};

struct DeadLettersOp {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"deadLetters", Role::Fused};
  template <class Record>
  static consteval bool check() {
    return true;
  }
  template <class Data>
  auto over(WideRdd<Data> tried) const {
    return DeadLettersRdd<Data>(std::move(tried));
  }
};

/// Both parts as they are.
template <class Op>
struct TryingOp {
  static constexpr Kind kind = Kind::Split;
  static constexpr OperatorInfo info = TryOp<Op>::info;

  template <class Record>
  static consteval bool check() {
    return TryOp<Op>::template check<Record>();
  }
  [[nodiscard]] TryingOp named(std::string given) const& { return {op.named(std::move(given))}; }

  template <class R>
  auto over(R rdd) const {
    auto records = op.over(std::move(rdd));
    auto letters = DeadLettersOp{}.over(records);
    return Tried<decltype(records), decltype(letters)>{std::move(records), std::move(letters)};
  }
  template <class Stream>
  auto onto(const Stream& stream) const {
    auto records = stream.lift(op);
    auto letters = records.lift(DeadLettersOp{});
    return Tried<decltype(records), decltype(letters)>{std::move(records), std::move(letters)};
  }

  TryOp<Op> op;
};

/// The letters go where they were told to.
template <class Op, class Into>
struct TryingIntoOp {
  static constexpr Kind kind = Kind::Temporal;
  static constexpr OperatorInfo info = TryOp<Op>::info;

  template <class Record>
  static consteval bool check() {
    return TryOp<Op>::template check<Record>();
  }
  [[nodiscard]] TryingIntoOp named(std::string given) const& {
    return {op.named(std::move(given)), into};
  }

  template <class Stream>
  auto onto(const Stream& stream) const {
    auto records = stream.lift(op);
    records.lift(DeadLettersOp{}) | into;
    return records;
  }

  TryOp<Op> op;
  Into into;
};

template <class Op>
consteval bool canBeTried() {
  constexpr bool closure = Closure<Op>;
  static_assert(closure,
                "trying needs operators, as in trying(map(parse)); a function alone does not say "
                "what becomes of its result");
  if constexpr (closure) {
    constexpr bool narrow = isNarrow<Op>;
    static_assert(narrow,
                  "trying needs fused operators, such as map, flatMap and filter, or several of "
                  "them; the function of a wide one sees more than one record, and none of "
                  "them could be set aside");
    return narrow;
  }
  return false;
}

}  // namespace detail

/// **shape** DStream<T> → DStream<U> and DStream<DeadLetter<T>> (also Rdd and range)
/// **meaning** `const auto [records, deadLetters] = lines | trying(map(parse) |
/// filter(plausible));`: a record in whose functions something throws is set aside as a DeadLetter,
/// with the message, and the batch goes on with the others. Both parts are streams as others are:
/// they are computed together, once per batch, so a record is in one of them and whole, also where
/// a batch is repeated or comes again after a restart; outputs of either are committed with the
/// batch.
/// **function contract** that of the operators, which see each record as const. **kept** the
/// results and the letters of a batch, as owners.
/// **order** kept in both, and partitions. **cost** that of `cache()` here, nothing anywhere else.
/// **errors** compile time: operators that are not fused, records that cannot be kept.
/// std::bad_alloc is no record's fault and fails the batch. Functions of keyed and stateful
/// operators are not tried: put what may throw before them.
/// **source** Flink's side outputs. Included by name. **example** examples/dead_letters.cpp
template <class Op>
[[nodiscard]] auto trying(Op op) {
  if constexpr (detail::canBeTried<Op>()) {
    return detail::TryingOp<Op>{detail::TryOp<Op>{detail::Chain<Op>{std::move(op)}}};
  } else {
    return op;
  }
}

/// **shape** DStream<T> → DStream<U>. The same where the letters have a place of their own, so that
/// a pipeline can go on: `trying(map(parse), saveAsTextFiles("dead")) | …`; `into` is an output or
/// a pipeline that ends in one.
template <class Op, Closure Into>
[[nodiscard]] auto trying(Op op, Into into) {
  constexpr bool ends = Into::kind == Kind::Output;
  static_assert(ends,
                "trying needs an output for its dead letters, or a pipeline that ends in one; auto "
                "[records, deadLetters] = … | trying(…) gives them as a stream");
  if constexpr (ends && detail::canBeTried<Op>()) {
    return detail::TryingIntoOp<Op, Into>{detail::TryOp<Op>{detail::Chain<Op>{std::move(op)}},
                                          std::move(into)};
  } else {
    return op;
  }
}

}  // namespace dstream::inline v0
