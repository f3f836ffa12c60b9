// SPDX-License-Identifier: BSL-1.0
#pragma once
// Chain: narrow operators that wait for their source, as one.

#include <string>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/operator_info.hpp>
#include <dstream/core/pipe.hpp>

namespace dstream::inline v0::detail {

template <class Op>
inline constexpr bool isNarrow = is<Op::kind, Kind::Narrow>;
template <class First, class Then>
inline constexpr bool isNarrow<Composed<First, Then>> = isNarrow<First> && isNarrow<Then>;

/// **meaning** a narrow operator, or several composed, with what one has: `check`, `Result` and
/// `Step`; and `describe`, their names with bars between.
template <class Op>
struct Chain {
  template <class Record>
  static consteval bool check() {
    return Op::template check<Record>();
  }
  template <class Record>
  using Result = typename Op::template Result<Record>;

  template <class Next>
  using Step = typename Op::template Step<Next>;
  DSTREAM_INLINE constexpr operator const Op&() const {  // NOLINT(google-explicit-constructor): what its steps refer to
    return op;
  }
  void describe(std::string& into) const {
    (into += into.empty() ? "" : " | ") += infoOf<Op>(Role::Fused).name;
  }

  [[no_unique_address]] Op op;
};
template <class First, class Then>
struct Chain<Composed<First, Then>> {
  template <class Record>
  static consteval bool check() {
    if constexpr (Chain<First>::template check<Record>()) {
      return Chain<Then>::template check<typename Chain<First>::template Result<Record>>();
    } else {
      return false;
    }
  }
  template <class Record>
  using Result =
      typename Chain<Then>::template Result<typename Chain<First>::template Result<Record>>;

  /// A step knows the next one by reference, so the two stay where they are made.
  template <class Next>
  struct Step {
    DSTREAM_INLINE constexpr Step(const Chain& chain, Next& next)
        : then{chain.then, next}, first{chain.first, then} {}
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    template <class Accumulator, class Record>
    DSTREAM_INLINE constexpr Accumulator operator()(Accumulator accumulator, Record&& record) {
      return first(std::move(accumulator), std::forward<Record>(record));
    }
    template <class Reference>
    static constexpr bool thins = Thins<decltype(std::declval<Step&>().first), Reference>;
    template <class Reference, class From, class Accumulator>
      requires thins<Reference>
    DSTREAM_INLINE constexpr Accumulator chunk(From from, std::size_t count, Accumulator accumulator) {
      return first.template chunk<Reference>(from, count, std::move(accumulator));
    }
    template <class Reference>
    [[nodiscard]] DSTREAM_INLINE constexpr bool foreseeable() const {
      return first.template foreseeable<Reference>();
    }
    typename Chain<Then>::template Step<Next> then;
    typename Chain<First>::template Step<decltype(then)> first;
  };
  void describe(std::string& into) const {
    first.describe(into);
    then.describe(into);
  }

  explicit constexpr Chain(Composed<First, Then> ops)
      : first{std::move(ops.first)}, then{std::move(ops.then)} {}

  [[no_unique_address]] Chain<First> first;
  [[no_unique_address]] Chain<Then> then;
};

}  // namespace dstream::inline v0::detail
