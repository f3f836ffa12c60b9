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
/// `step`; and `describe`, their names with bars between.
template <class Op>
struct Chain {
  template <class Record>
  static consteval bool check() {
    return Op::template check<Record>();
  }
  template <class Record>
  using Result = typename Op::template Result<Record>;

  template <class Next>
  DSTREAM_INLINE constexpr auto step(Next& next) const {
    return op.step(next);
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
  struct Steps {
    DSTREAM_INLINE constexpr Steps(const Chain& chain, Next& next)
        : then(chain.then.step(next)), first(chain.first.step(then)) {}
    Steps(const Steps&) = delete;
    Steps& operator=(const Steps&) = delete;
    template <class Accumulator, class Record>
    DSTREAM_INLINE constexpr Accumulator operator()(Accumulator accumulator, Record&& record) {
      return first(std::move(accumulator), std::forward<Record>(record));
    }
    template <class Reference>
    static constexpr bool thins = Thins<decltype(std::declval<Steps&>().first), Reference>;
    template <class Reference, class From, class Accumulator>
      requires thins<Reference>
    DSTREAM_INLINE constexpr Accumulator chunk(From from, std::size_t count, Accumulator accumulator) {
      return first.template chunk<Reference>(from, count, std::move(accumulator));
    }
    template <class Reference>
    [[nodiscard]] DSTREAM_INLINE constexpr bool foreseeable() const {
      return first.template foreseeable<Reference>();
    }
    decltype(std::declval<const Chain<Then>&>().step(std::declval<Next&>())) then;
    decltype(std::declval<const Chain<First>&>().step(std::declval<decltype(then)&>())) first;
  };
  template <class Next>
  DSTREAM_INLINE constexpr auto step(Next& next) const {
    return Steps<Next>(*this, next);
  }
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
