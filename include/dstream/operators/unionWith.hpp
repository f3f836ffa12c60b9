// SPDX-License-Identifier: BSL-1.0
#pragma once
// unionWith: two DStreams of the same records → one, the batches of both behind each other. (Spark's union; that word is C++'s.)

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/joint.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/rdd.hpp>

namespace dstream::inline v0 {

namespace detail {

/// What both records are passed on as: their common reference where they differ only in const or in kind of reference, but a value where that is as
/// cheap as a reference and one could be moved; else a value. Of two forms of
/// one record, a text and a view of it, a pair and one that refers to its members, the one that the other can be seen as, a view rather than a copy; else
/// what is kept of both.
template <class First, class Second, class Left = std::remove_cvref_t<First>, class Right = std::remove_cvref_t<Second>>
struct UnionRecord {
  static constexpr bool seenAsLeft = !SelfOwned<Left> && std::is_constructible_v<Left, Second>;
  static constexpr bool seenAsRight = !SelfOwned<Right> && std::is_constructible_v<Right, First>;
  using type = std::conditional_t<seenAsLeft, Left, std::conditional_t<seenAsRight, Right, Kept<Left>>>;
};
template <class First, class Second, class Record>
struct UnionRecord<First, Second, Record, Record> {
  static constexpr bool stay = std::is_lvalue_reference_v<First> && std::is_lvalue_reference_v<Second>;
  static constexpr bool oneStays = (std::is_lvalue_reference_v<First> && std::is_reference_v<Second>) || (std::is_reference_v<First> && std::is_lvalue_reference_v<Second>);
  using type = std::conditional_t<std::is_same_v<First, Second>, First, std::conditional_t<stay || (oneStays && !wordSized<Record>), const Record&, Record>>;
};

}  // namespace detail

/// **meaning** the partitions of one Rdd, then those of another. **cost** each keeps its own loop.
template <Rdd First, Rdd Second>
class [[nodiscard("a pipeline does nothing until an action or output ends it")]] UnionRdd {
 public:
  using reference = typename detail::UnionRecord<typename First::reference, typename Second::reference>::type;
  using value_type = std::remove_cvref_t<reference>;

  constexpr UnionRdd(First first, Second second) : first_(std::move(first)), second_(std::move(second)) {}

  /// The same over what `fn` makes of both.
  template <class Fn>
  [[nodiscard]] constexpr auto withParents(const Fn& fn) && {
    auto first = fn(std::move(first_));
    auto second = fn(std::move(second_));
    return UnionRdd<decltype(first), decltype(second)>{std::move(first), std::move(second)};
  }

  [[nodiscard]] constexpr std::size_t partitions() const { return first_.partitions() + second_.partitions(); }
  [[nodiscard]] constexpr std::size_t splits(std::size_t partition, std::size_t bytes) const {
    const std::size_t before = first_.partitions();
    return partition < before ? first_.splits(partition, bytes) : second_.splits(partition - before, bytes);
  }
  [[nodiscard]] constexpr auto runner() const { return detail::runnerOf(first_, second_); }
  template <Runner R>
  constexpr void prepare(R& runner) {
    first_.prepare(runner);
    second_.prepare(runner);
  }

  template <class Accumulator, class Step>
  DSTREAM_INLINE constexpr Accumulator fold(Slice slice, Accumulator accumulator, Step& step) {
    AsReference<Step> same{step};
    const std::size_t before = first_.partitions();
    if (slice.partition < before) return first_.fold(slice, std::move(accumulator), same);
    slice.partition -= before;
    return second_.fold(slice, std::move(accumulator), same);
  }

 private:
  template <class Step>
  struct AsReference {
    template <class Accumulator, class Record>
    DSTREAM_INLINE constexpr Accumulator operator()(Accumulator accumulator, Record&& record) {
      if constexpr (std::is_constructible_v<reference, Record>) {
        return step(std::move(accumulator), static_cast<reference>(std::forward<Record>(record)));
      } else {
        return step(std::move(accumulator), Owned<std::remove_cvref_t<Record>>::own(std::forward<Record>(record)));
      }
    }
    Step& step;
  };

  First first_;
  Second second_;
};

namespace detail {
struct UnionOp {
  static constexpr OperatorInfo info{"unionWith", Role::Fused};

  template <class First, class Second>
  static consteval bool check() {
    constexpr bool same = sameRecords<First, Second>;
    static_assert(same, "unionWith needs two inputs of the same record type; map one of them first");
    return same;
  }
  template <class First, class Second>
  constexpr auto over(First first, Second second) const {
    return UnionRdd<First, Second>{std::move(first), std::move(second)};
  }
};
}  // namespace detail

/// **shape** DStream<T> × DStream<T> → DStream<T> (also Rdds and ranges; a range joined to a stream is the same for every batch: its container is copied then, or moved in, also below narrow operators and unions; what a wide operator makes of it is computed then)
/// **meaning** each batch holds the records of both, those of `other` last; partitions = sum. `unionWith(b, c, d)` joins several.
/// **order** kept. **cost** fused: each input keeps its loop; where the records of one stay where they are and those of the other were moved in, large ones are given as const references, and copied where they are kept. **errors** compile time: different records; std::invalid_argument for streams of
/// different contexts or slides; a stream without a batch at a time at which the other has one fails that batch.
/// **source** Spark DStream.union, StreamingContext.union.
template <class Other>
[[nodiscard]] constexpr auto unionWith(Other&& other) {
  return detail::joint(detail::UnionOp{}, std::forward<Other>(other));
}
template <class Other, class... Others>
  requires(sizeof...(Others) > 0)
[[nodiscard]] constexpr auto unionWith(Other&& other, Others&&... others) {
  return unionWith(std::forward<Other>(other)) | unionWith(std::forward<Others>(others)...);
}

}  // namespace dstream::inline v0
