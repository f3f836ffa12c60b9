// SPDX-License-Identifier: BSL-1.0
#pragma once
// The only operator|: a source into a closure applies it, a closure into a closure composes; wrong pipes get a sentence.

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/operator_info.hpp>
#include <dstream/core/range_rdd.hpp>
#include <dstream/core/rdd.hpp>

namespace dstream::inline v0 {

/// **meaning** what a closure does to what is piped into it. Narrow: joins the loop. Wide: ends a loop and begins the next. Joint: the same
/// over two inputs. Temporal: needs a stream, since it looks at more than one batch, or at the batch's identity.
/// Split: gives two parts. Action: ends a range or a batch with a value. Output: ends a stream.
enum class Kind { Narrow, Wide, Joint, Temporal, Split, Action, Output };

/// **meaning** the right side of a `|`: an operator, an action, an output, or several composed.
/// Every closure has `check<Record>()`, consteval, which speaks its sentences and says whether the record fits; a narrow one has
/// `Result<Record>` and `Step<Next>`, made of `{op, next}`, a wide one and an action `over(rdd)`, a joint one `over(rdd, otherRdd)` and `other`, a temporal one
/// `onto(stream)`, one that splits both, an output `attach(graph, node)`.
template <class T>
concept Closure = requires {
  { std::remove_cvref_t<T>::kind } -> std::convertible_to<Kind>;
};

/// **meaning** a pipeline that is not yet complete: it takes a source and hands the result to `then`.
template <class First, class Then>
struct [[nodiscard("a pipeline without a source does nothing; pipe a stream, a range or an Rdd into it")]] Composed {
  static constexpr Kind kind = Then::kind;
  /// What the last of them makes gets the name.
  [[nodiscard]] auto named(std::string given) const& {
    constexpr bool shared = requires(const Then& last) { last.named(std::move(given)); };
    static_assert(shared, "only sources, keyed results and outputs have names; a fused operator leaves no trace at run time");
    if constexpr (shared) {
      auto last = then.named(std::move(given));
      return Composed<First, decltype(last)>{first, std::move(last)};
    } else {
      return *this;
    }
  }
  [[no_unique_address]] First first;
  [[no_unique_address]] Then then;
};

/// **meaning** what a pipe that ended in an output gives: nothing can follow it.
struct Attached {};

/// **meaning** what a refused pipe gives, so that one mistake is one error: later closures accept it in silence.
struct Invalid {};

namespace detail {

/// Kinds compared once for all: at every `==` of enumerators in a template clang looks for an operator== anew.
template <Kind kind, Kind wanted>
inline constexpr bool is = kind == wanted;

template <class T>
inline constexpr bool isComposed = false;
template <class First, class Then>
inline constexpr bool isComposed<Composed<First, Then>> = true;

/// DStreams are known here by their tag alone: core does not include stream.
template <class T>
concept StreamLike = requires { typename std::remove_cvref_t<T>::stream_tag; };

template <class T>
concept RddLike = isNarrowRdd<std::remove_cvref_t<T>> || Rdd<std::remove_cvref_t<T>>;

template <class Left>
concept Ended = std::is_same_v<std::remove_cvref_t<Left>, Attached> ||
                (Closure<Left> && (std::remove_cvref_t<Left>::kind == Kind::Action || std::remove_cvref_t<Left>::kind == Kind::Output));

/// What nothing can follow, and what has records or takes them: the left sides that are ours.
template <class T>
concept Ours = Closure<T> || StreamLike<T> || (RddLike<T> && !Iterable<T>) || std::is_same_v<std::remove_cvref_t<T>, Invalid>;

}  // namespace detail

/// An Rdd and an operator; an lvalue Rdd is copied: lazy, it would otherwise dangle. One function for each pipe, since pipes are what a program has most of;
/// static_cast for std::forward, which would be two more.
template <detail::RddLike Left, Closure Right>
constexpr auto operator|(Left&& rdd, Right&& op) {
  using R = std::remove_cvref_t<Left>;
  using Op = std::remove_cvref_t<Right>;
  if constexpr (detail::isComposed<Op>) {
    return (static_cast<Left&&>(rdd) | static_cast<Right&&>(op).first) | static_cast<Right&&>(op).then;
  } else if constexpr (detail::is<Op::kind, Kind::Output>) {
    static_assert(Op::kind != Kind::Output,
                  "an output such as print() ends a DStream; a range or a batch is ended by an action: collect(), value(), foreach(f)…");
    return Invalid{};
  } else if constexpr (detail::is<Op::kind, Kind::Temporal>) {
    static_assert(Op::kind != Kind::Temporal, "windows, state, transform and trying with an output need a DStream; a range or a batch has no time");
    return Invalid{};
  } else if constexpr (!Op::template check<typename R::reference>()) {
    return Invalid{};
  } else if constexpr (detail::is<Op::kind, Kind::Narrow>) {
    if constexpr (detail::isNarrowRdd<R>) {
      return NarrowRdd<R, Op>{{static_cast<Left&&>(rdd), static_cast<Right&&>(op)}};
    } else {
      return NarrowRdd<R, Op>{{{static_cast<Left&&>(rdd)}, static_cast<Right&&>(op)}};
    }
  } else if constexpr (detail::is<Op::kind, Kind::Joint>) {
    static_assert(!detail::StreamLike<decltype(op.other)>, "a range or a batch cannot be put together with a DStream; inside transformWith both are batches");
    if constexpr (!detail::StreamLike<decltype(op.other)>) {
      return op.over(R(static_cast<Left&&>(rdd)), static_cast<Right&&>(op).other);
    } else {
      return Invalid{};
    }
  } else {
    return static_cast<Right&&>(op).over(R(static_cast<Left&&>(rdd)));
  }
}

/// Every other left side: streams, ranges, closures, and what cannot be piped.
template <class Left, Closure Right>
  requires(!detail::RddLike<Left>)
constexpr auto operator|(Left&& left, Right&& op) {
  using Source = std::remove_cvref_t<Left>;
  if constexpr (detail::Ended<Left>) {
    static_assert(!detail::Ended<Left>, "nothing can follow an action or an output; keep the stream in a variable and use it twice");
    return Invalid{};
  } else if constexpr (Closure<Left>) {
    return Composed<Source, std::remove_cvref_t<Right>>{static_cast<Left&&>(left), static_cast<Right&&>(op)};
  } else if constexpr (detail::isComposed<std::remove_cvref_t<Right>>) {
    return (static_cast<Left&&>(left) | static_cast<Right&&>(op).first) | static_cast<Right&&>(op).then;
  } else if constexpr (std::is_same_v<Source, Invalid>) {
    return Invalid{};
  } else if constexpr (detail::StreamLike<Left>) {
    return static_cast<Left&&>(left).lift(static_cast<Right&&>(op));
  } else if constexpr (detail::Iterable<Left>) {
    return detail::headOf(static_cast<Left&&>(left)) | static_cast<Right&&>(op);
  } else {
    constexpr bool split = requires { Source::hasTwoParts; };
    static_assert(!split, "what trying gives has two parts, each of which goes on by itself; write const auto [records, deadLetters] = … | trying(…)");
    static_assert(split || detail::Iterable<Left>, "the left side of | has no records; it needs a range, an Rdd or a DStream (did an action end the pipeline before?)");
    return Invalid{};
  }
}

/// Decoys: what is ours piped into what is no closure, and anything into a closure that was refused where it was made.
template <class Left, class Right>
  requires(!Closure<Right> && (detail::Ours<Left> || std::is_same_v<Right, Invalid>))
constexpr auto operator|(Left&&, Right&&) {
  constexpr bool isInvalid = std::is_same_v<std::remove_cvref_t<Left>, Invalid> || std::is_same_v<std::remove_cvref_t<Right>, Invalid>;
  constexpr bool isStream = detail::StreamLike<Right>;
  static_assert(isInvalid || !isStream, "a stream cannot be piped into a stream; to put two together use unionWith, join or transformWith");
  static_assert(isInvalid || isStream,
                "the right side of | is not a dstream closure; wrap a function as map(f), filter(f) or flatMap(f), "
                "and a range-v3 view through <dstream/ranges.hpp>");
  return Invalid{};
}

namespace detail {
/// Whatever it is, by a conversion: so that an operator| that takes it as it is comes first.
struct Anything {
  template <class T>
  constexpr Anything(const T&) {}  // NOLINT(google-explicit-constructor): a parameter type
};
template <class T>
concept RangeAndRdd = !isNarrowRdd<std::remove_cvref_t<T>> && RddLike<T> && Iterable<T> && !StreamLike<T>;
}  // namespace detail

/// The same for an Rdd that is a range as well, as lines are: there views of std and range-v3 may follow.
template <detail::RangeAndRdd Left>
constexpr auto operator|(Left&&, detail::Anything) {
  static_assert(!detail::RangeAndRdd<Left>,
                "the right side of | is neither a dstream closure nor a view; wrap a function as map(f), filter(f) or flatMap(f)");
  return Invalid{};
}

namespace detail {
using v0::operator|;  // closures live here: so that it is found without a using-directive, whatever operator| stands nearer
}

}  // namespace dstream::inline v0
