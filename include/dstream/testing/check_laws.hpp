// SPDX-License-Identifier: BSL-1.0
#pragma once
// checkLaws: tests with random values that a function keeps the laws that are stated of it.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <dstream/core/algebra.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/functions.hpp>
#include <dstream/core/invoke.hpp>
#include <dstream/testing/random.hpp>
#include <dstream/testing/show.hpp>

namespace dstream::inline v0::testing {

/// What checkLaws throws: the law by its name, the seed, and in `what()` the values that break it.
struct LawBroken : std::runtime_error {
  LawBroken(const std::string& what, std::string brokenLaw, std::uint64_t usedSeed)
      : std::runtime_error(what), law(std::move(brokenLaw)), seed(usedSeed) {}
  /// associative, commutative, inverse or identity.
  std::string law;
  std::uint64_t seed;
};

struct LawOptions {
  std::uint64_t seed = 1;
  /// How many times values are drawn for each law.
  std::size_t cases = 1000;
};

/// `generator(random)` gives a value of T that is drawn from `random` alone.
template <class Fn, class T>
concept GeneratorOf = std::is_invocable_r_v<T, Fn&, Random&>;

namespace detail {

template <class T, class Fn, class Generator, class Equal>
class LawCheck {
 public:
  LawCheck(const Fn& fn, Generator& generator, const LawOptions& options, const Equal& equal)
      : fn_(fn), generator_(generator), options_(options), equal_(equal) {}

  void associative() {
    each("associative", [&](const T& x, const T& y, const T& z) {
      return compared("fn(fn(x, y), z)", combine(combine(x, y), z), "fn(x, fn(y, z))", combine(x, combine(y, z)), {&x, &y, &z});
    });
  }
  void commutative() {
    each("commutative", [&](const T& x, const T& y, const T&) { return compared("fn(x, y)", combine(x, y), "fn(y, x)", combine(y, x), {&x, &y}); });
  }
  template <class Inv>
  void inverse(const Inv& inv) {
    each("inverse", [&](const T& x, const T& y, const T&) {
      return compared("inverse(fn(x, y), y)", called(inv, combine(x, y), y), "x", x, {&x, &y});
    });
  }
  void identity(const T& neutral) {
    each("identity", [&](const T& x, const T&, const T&) {
      auto broken = compared("fn(identity, x)", combine(neutral, x), "x", x, {&x});
      return broken ? broken : compared("fn(x, identity)", combine(x, neutral), "x", x, {&x});
    });
  }

 private:
  template <class Called>
  static T called(const Called& function, T left, T right) {
    return static_cast<T>(v0::detail::invoke(function, std::move(left), std::move(right)));
  }
  T combine(const T& left, const T& right) const { return called(fn_, left, right); }

  /// How the two differ, or none.
  std::optional<std::string> compared(const char* leftName, const T& left, const char* rightName, const T& right, std::initializer_list<const T*> drawn) const {
    if (equal_(left, right)) return std::nullopt;
    std::string text = std::string(leftName) + " is " + show(left) + ", " + rightName + " is " + show(right) + ", for";
    const char* name = "xyz";
    for (const T* value : drawn) {
      if (*name != 'x') text += ',';
      text += std::string(" ") + *name++ + " = " + show(*value);
    }
    return text;
  }

  /// Draws all cases; of those that break the law the one that is told shortest is told.
  template <class Test>
  void each(const char* law, const Test& test) {
    Random random(options_.seed);
    std::optional<std::string> shortest;
    for (std::size_t i = 0; i < options_.cases; ++i) {
      const T x = generator_(random);
      const T y = generator_(random);
      const T z = generator_(random);
      std::optional<std::string> broken = test(x, y, z);
      if (broken && (!shortest || broken->size() < shortest->size())) shortest = std::move(broken);
    }
    if (shortest)
      throw LawBroken(std::string("dstream: checkLaws: the law \"") + law + "\" does not hold: " + *shortest + " (seed " + std::to_string(options_.seed) + ")",
                      law, options_.seed);
  }

  const Fn& fn_;
  Generator& generator_;
  const LawOptions& options_;
  const Equal& equal_;
};

}  // namespace detail

/// **meaning** tests whatever is stated of Fn over T: associative and commutative by lawsOf, its Inverse (which states both), its Identity.
/// ```
/// testing::checkLaws<std::int64_t>(plus, [](testing::Random& random) { return random.between(-99, 99); });
/// ```
/// **function contract** `generator(random)` gives a T, copyable; `equal(x, y)` says what counts as the same (floats: nearly).
/// **cost** a few calls of fn per case and law. **errors** LawBroken. Compile time: nothing is stated. What the functions throw passes through.
template <class T, class Fn, class Generator, class Equal = std::equal_to<>>
  requires GeneratorOf<Generator, T>
void checkLaws(const Fn& fn, Generator generator, const LawOptions& options = {}, const Equal& equal = {}) {
  constexpr bool stated = Associative<Fn, T> || Commutative<Fn, T> || HasIdentity<Fn, T>;
  static_assert(stated, "checkLaws: nothing is stated of this function over this type; specialise dstream::lawsOf, Inverse or Identity for it, "
                        "or name the laws: checkLaws<T>(fn, Laws{.associative = true}, generator)");
  detail::LawCheck<T, Fn, Generator, Equal> check(fn, generator, options, equal);
  if constexpr (Associative<Fn, T>) check.associative();
  if constexpr (Commutative<Fn, T>) check.commutative();
  if constexpr (Invertible<Fn, T>) check.inverse(typename Inverse<Fn, T>::type{});
  if constexpr (HasIdentity<Fn, T>) check.identity(Identity<Fn, T>::value());
}

/// The same for laws named here: of a lambda, of which nothing can be stated elsewhere. reduce, reduceByWindow: associative; keyed operators: both.
template <class T, class Fn, class Generator, class Equal = std::equal_to<>>
  requires GeneratorOf<Generator, T>
void checkLaws(const Fn& fn, Laws laws, Generator generator, const LawOptions& options = {}, const Equal& equal = {}) {
  detail::LawCheck<T, Fn, Generator, Equal> check(fn, generator, options, equal);
  if (laws.associative) check.associative();
  if (laws.commutative) check.commutative();
}

/// The same for a function and its inverse, as given to reduceByWindow and reduceByKeyAndWindow: associative, commutative and
/// `inverse(fn(x, y), y) == x`.
template <class T, class Fn, class Inv, class Generator, class Equal = std::equal_to<>>
  requires(std::is_invocable_r_v<T, const Inv&, T, T> && GeneratorOf<Generator, T>)
void checkLaws(const Fn& fn, const Inv& inverse, Generator generator, const LawOptions& options = {}, const Equal& equal = {}) {
  detail::LawCheck<T, Fn, Generator, Equal> check(fn, generator, options, equal);
  check.associative();
  check.commutative();
  check.inverse(inverse);
}

}  // namespace dstream::inline v0::testing
