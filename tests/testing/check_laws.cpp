// SPDX-License-Identifier: BSL-1.0
#include <dstream/testing/check_laws.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using testing::checkLaws;
using testing::LawBroken;
using testing::Random;

constexpr auto numbers = [](Random& random) { return random.between(-99, 99); };
constexpr auto naturals = [](Random& random) { return static_cast<unsigned>(random.between(0, 99)); };
constexpr auto texts = [](Random& random) { return random.text(random.below(4), "ab"); };

template <class Call>
LawBroken broken(Call&& call) {
    try {
        call();
    } catch (const LawBroken& error) {
        return error;
    }
    FAIL("no law was broken");
    throw std::logic_error("not reached");
}

/// Subtraction, of which too much is stated.
struct Subtract {
    int operator()(int left, int right) const { return left - right; }
};
struct Average {
    int operator()(int left, int right) const { return (left + right) / 2; }
};
/// Concatenation, said to commute.
struct Append {
    std::string operator()(const std::string& left, const std::string& right) const { return left + right; }
};
/// Addition with an inverse that forgets the sign.
struct Add {
    int operator()(int left, int right) const { return left + right; }
};
struct Difference {
    int operator()(int left, int right) const { return std::abs(left - right); }
};
/// The largest, with an identity that is right for natural numbers only.
struct Largest {
    int operator()(int left, int right) const { return std::max(left, right); }
};
struct Xor {
    unsigned operator()(unsigned left, unsigned right) const { return left ^ right; }
};
/// Without a text form.
struct Pair {
    int sum;
    int last;
    bool operator==(const Pair&) const = default;
};
struct KeepLast {
    Pair operator()(const Pair& left, const Pair& right) const { return {left.sum + right.sum, right.last}; }
};

}  // namespace

template <>
inline constexpr Laws dstream::lawsOf<Subtract, int>{.associative = true};
template <>
inline constexpr Laws dstream::lawsOf<Average, int>{.associative = true, .commutative = true};
template <>
inline constexpr Laws dstream::lawsOf<Append, std::string>{.associative = true, .commutative = true};
template <>
struct dstream::Inverse<Add, int> {
    using type = Difference;
};
template <>
struct dstream::Identity<Largest, int> {
    static constexpr int value() { return 0; }
};
template <>
struct dstream::Inverse<Xor, unsigned> {
    using type = Xor;
};
template <>
struct dstream::Identity<Xor, unsigned> {
    static constexpr unsigned value() { return 0; }
};
template <>
inline constexpr Laws dstream::lawsOf<KeepLast, Pair>{.commutative = true};

namespace {

TEST_CASE("checkLaws: what the library states of its own functions") {
    checkLaws<int>(plus, numbers);
    checkLaws<std::int64_t>(plus, numbers);
    checkLaws<unsigned>(multiplies, [](Random& random) { return static_cast<unsigned>(random()); });
    checkLaws<int>(max, numbers);
    checkLaws<int>(min, numbers);
    checkLaws<double>(plus, [](Random& random) { return random.between(-99, 99) / 7.0; });
    checkLaws<float>(multiplies, [](Random& random) { return static_cast<float>(random.between(-99, 99)) / 7.0F; });
    const auto truths = [](Random& random) { return random.below(2) == 0; };
    checkLaws<bool>(logicalAnd, truths);
    checkLaws<bool>(logicalOr, truths);
}

TEST_CASE("checkLaws: laws of the user's own") {
    checkLaws<unsigned>(Xor{}, naturals);
    checkLaws<unsigned>(Xor{}, Xor{}, naturals);
}

TEST_CASE("checkLaws: subtraction is not associative") {
    const LawBroken error = broken([] { checkLaws<int>(Subtract{}, [](Random& random) { return random.between(1, 1); }, {.seed = 7}); });
    CHECK(error.law == "associative");
    CHECK(error.seed == 7);
    CHECK(std::string(error.what()) == "dstream: checkLaws: the law \"associative\" does not hold: fn(fn(x, y), z) is -1, fn(x, fn(y, z)) is 1, "
                                       "for x = 1, y = 1, z = 1 (seed 7)");
    CHECK(broken([] { checkLaws<int>(Average{}, numbers); }).law == "associative");
}

TEST_CASE("checkLaws: concatenation does not commute; text stands in quotes") {
    const LawBroken error = broken([] { checkLaws<std::string>(Append{}, texts); });
    CHECK(error.law == "commutative");
    const std::string what = error.what();  // the shortest counterexample is told
    CHECK((what.find("for x = 'a', y = 'b'") != std::string::npos || what.find("for x = 'b', y = 'a'") != std::string::npos));
}

TEST_CASE("checkLaws: a wrong inverse") {
    CHECK(broken([] { checkLaws<int>(Add{}, numbers); }).law == "inverse");
    const LawBroken error = broken([] { checkLaws<int>(plus, Difference{}, numbers); });
    CHECK(error.law == "inverse");
    CHECK(std::string(error.what()).find("inverse(fn(x, y), y) is ") != std::string::npos);
    checkLaws<int>(plus, minus, numbers);
    checkLaws<unsigned>(plus, [](unsigned sum, unsigned gone) { return sum - gone; }, naturals);
}

TEST_CASE("checkLaws: a function with an inverse must commute, since windows take out the oldest") {
    const auto keepLeft = [](int left, int) { return left; };
    CHECK(broken([&] { checkLaws<int>(keepLeft, keepLeft, numbers); }).law == "commutative");
}

TEST_CASE("checkLaws: an identity of some values only") {
    checkLaws<int>(Largest{}, [](Random& random) { return random.between(0, 9); });
    const LawBroken error = broken([] { checkLaws<int>(Largest{}, numbers); });
    CHECK(error.law == "identity");
    CHECK(std::string(error.what()).find("fn(identity, x) is 0, x is -") != std::string::npos);
}

TEST_CASE("checkLaws: laws named at the call, for a lambda") {
    const auto left = [](int x, int) { return x; };
    checkLaws<int>(left, Laws{.associative = true}, numbers);
    checkLaws<int>(left, {.associative = true}, numbers);
    CHECK(broken([&] { checkLaws<int>(left, {.associative = true, .commutative = true}, numbers); }).law == "commutative");
    CHECK(broken([&] { checkLaws<int>(minus, {.commutative = true}, numbers); }).law == "commutative");
}

TEST_CASE("checkLaws: what counts as equal is the caller's") {
    const auto fractions = [](Random& random) { return random.between(-99, 99) / 7.0; };
    const auto near = [](double left, double right) { return std::abs(left - right) < 1e-9; };
    CHECK(broken([&] { checkLaws<double>(plus, {.associative = true}, fractions); }).law == "associative");
    checkLaws<double>(plus, {.associative = true}, fractions, {}, near);
    checkLaws<double>(plus, minus, fractions, {}, near);
}

TEST_CASE("checkLaws: values without a text form") {
    const auto pairs = [](Random& random) { return Pair{random.between(0, 3), random.between(0, 3)}; };
    const LawBroken error = broken([&] { checkLaws<Pair>(KeepLast{}, pairs); });
    CHECK(error.law == "commutative");
    CHECK(std::string(error.what()).find("(a value without a text form") != std::string::npos);
}

TEST_CASE("checkLaws: the seed decides the cases, their number is kept") {
    const auto drawn = [](testing::LawOptions options) {
        std::vector<int> values;
        checkLaws<int>(plus, {.associative = true}, [&](Random& random) { return values.emplace_back(random.between(0, 999)); }, options);
        return values;
    };
    CHECK(drawn({.seed = 3, .cases = 10}).size() == 30);
    CHECK(drawn({.seed = 3, .cases = 10}) == drawn({.seed = 3, .cases = 10}));
    CHECK(drawn({.seed = 3, .cases = 10}) != drawn({.seed = 4, .cases = 10}));
    CHECK(drawn({.cases = 0}).empty());
}

}  // namespace
