// SPDX-License-Identifier: BSL-1.0
#include <dstream/testing/check_equivalent.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using testing::checkEquivalent;
using testing::NotEquivalent;
using testing::Random;
using Pair = std::pair<std::string, int>;

constexpr auto numbers = [](Random& random) { return random.between(-9, 9); };
constexpr auto lines = [](Random& random) { return random.text(random.below(30), "abc  "); };
constexpr auto pairs = [](Random& random) { return Pair{random.text(1, "abcd"), random.between(-9, 9)}; };

template <class Call>
NotEquivalent differing(Call&& call) {
    try {
        call();
    } catch (const NotEquivalent& error) {
        return error;
    }
    FAIL("no difference was found");
    throw std::logic_error("not reached");
}
bool says(const NotEquivalent& error, std::string_view part) {
    return std::string_view(error.what()).find(part) != std::string_view::npos;
}

// --- pipelines that are right ---------------------------------------------------------------------------------------

TEST_CASE("checkEquivalent: fused operators, in order") {
    const auto next = map([](int n) { return n + 1; });
    const auto odd = filter([](int n) { return n % 2 != 0; });
    const auto twice = flatMap([](int n) { return std::vector{n, n}; });
    checkEquivalent<int>((next | odd) | (twice | next), numbers, {.inOrder = true});
    checkEquivalent<int>(twice | repartition(3) | sortBy([](int n) { return -n; }) | zipWithIndex(), numbers, {.inOrder = true});
}

TEST_CASE("checkEquivalent: word count, whose records are views") {
    const auto wordCount = flatMap(splitWords) | map([](auto word) { return std::pair{word, 1L}; }) | reduceByKey(plus);
    checkEquivalent<std::string>(wordCount, lines);
    checkEquivalent<std::string>(wordCount | filter([](const auto& pair) { return pair.second > 1; }) | keys() | count(), lines);
}

TEST_CASE("checkEquivalent: wide operators") {
    checkEquivalent<Pair>(groupByKey(), pairs);  // values in the order of the records
    checkEquivalent<int>(reduce(max) | map([](int n) { return std::optional<int>(n); }), numbers);
    checkEquivalent<int>(countByValue() | filter([](const auto& pair) { return pair.second > 1; }), numbers);
}

TEST_CASE("checkEquivalent: two inputs, of which one is a range") {
    const std::vector<std::pair<std::string, double>> prices{{"a", 1.5}, {"c", 2.5}, {"c", 3.5}};
    checkEquivalent<Pair>(join(prices) | mapValues([](const auto& both) { return both.first * both.second; }), pairs);
    checkEquivalent<int>(unionWith(std::vector{1, 2}, std::vector{3}) | map([](int n) { return n + 1; }), numbers, {.inOrder = true});
}

TEST_CASE("checkEquivalent: windows") {
    checkEquivalent<int>(map([](int n) { return n + 1; }) | window(4s, 2s) | filter([](int n) { return n > 0; }) | count(), numbers);
    checkEquivalent<int>(reduceByWindow(max, 3s, 2s), numbers);
    checkEquivalent<Pair>(reduceByKeyAndWindow(plus, minus, 4s, 2s) | keys(), pairs);
    checkEquivalent<int>(countByWindow(200ms, 100ms), numbers, {.interval = 100ms});
}

TEST_CASE("checkEquivalent: windows over windows, each with its slide") {
    checkEquivalent<int>(window(2s, 2s) | reduce(plus) | window(4s), numbers, {.batches = 12});
    checkEquivalent<Pair>(reduceByKeyAndWindow(plus, 3s, 3s) | groupByKeyAndWindow(6s, 6s) | mapValues([](const auto& sums) { return sums.size(); }), pairs,
                          {.batches = 14});
}

TEST_CASE("checkEquivalent: state") {
    const auto sum = [](const std::vector<int>& values, std::optional<int> before) -> std::optional<int> {
        int total = before.value_or(0);
        for (const int value : values) total += value;
        if (total < 0) return std::nullopt;
        return total;
    };
    const auto running = [](const std::string& key, std::optional<int> value, State<int>& state) {
        const int total = state.getOption().value_or(0) + value.value_or(0);
        if (value) state.update(total);
        return std::pair{key, total};
    };
    checkEquivalent<Pair>(mapWithState(StateSpec::function<int>(running).timeout(2s)) | values(), pairs);
    checkEquivalent<Pair>(map([](const Pair& pair) { return pair; }) | updateStateByKey(sum) | window(2s, 2s) | count(), pairs);
}

TEST_CASE("checkEquivalent: batches as a whole") {
    checkEquivalent<int>(transform([](auto batch, Time time) { return batch | map([time](int n) { return n + time.nanoseconds; }); }) | count(), numbers);
    checkEquivalent<int>(glom() | map([](const auto& all) { return all.size(); }), numbers, {.partitions = {1}});
}

TEST_CASE("checkEquivalent: which results are equal is the caller's") {
    const auto fractions = [](Random& random) { return random.between(-99, 99) / 7.0; };
    CHECK_THROWS_AS(checkEquivalent<double>(reduce(plus), fractions), NotEquivalent);
    checkEquivalent<double>(reduce(plus), fractions, {}, [](double left, double right) { return std::abs(left - right) < 1e-9; });
}

// --- pipelines that are wrong ---------------------------------------------------------------------------------------

TEST_CASE("checkEquivalent: subtraction is not what reduces") {
    const NotEquivalent error = differing([] { checkEquivalent<int>(reduce(minus), numbers, {.seed = 40}); });
    CHECK(error.seed >= 40);
    CHECK(says(error, "dstream: checkEquivalent: fused and un-fused differ in batch "));
    CHECK(says(error, "(seed " + std::to_string(error.seed) + ", "));
    CHECK(differing([] { checkEquivalent<Pair>(reduceByKey(minus), pairs); }).seed == 1);
}

TEST_CASE("checkEquivalent: a function of keys that does not commute") {
    const auto append = [](const std::string& left, const std::string& right) { return left + right; };
    const auto texts = [](Random& random) { return std::pair{random.between(0, 1), random.text(1, "abcdef")}; };
    CHECK(says(differing([&] { checkEquivalent<std::pair<int, std::string>>(reduceByKey(append), texts); }), "un-fused gives ("));
}

/// Numbers the records, and begins anew in each loop: fused, that is each slice.
struct Numbering {
    static constexpr Kind kind = Kind::Narrow;
    template <class Record>
    static consteval bool check() {
        return true;
    }
    template <class Record>
    using Result = int;
    template <class Next>
    struct Step {
        template <class Accumulator, class Record>
        Accumulator operator()(Accumulator accumulator, Record&& record) {
            return next(std::move(accumulator), record * 100 + number++);
        }
        const Numbering& op;
        Next& next;
        int number = 0;
    };
};

TEST_CASE("checkEquivalent: an operator that sees where loops begin") {
    CHECK(says(differing([] { checkEquivalent<int>(Numbering{}, numbers); }), "un-fused gives "));
    checkEquivalent<int>(Numbering{}, numbers, {.partitions = {1}, .workers = {1}});  // small batches are one slice
}

/// A filter whose fused form is wrong: in one loop with what is before it, it keeps every record.
template <class R>
constexpr bool isFused = false;
template <class Parent, class First, class Second>
constexpr bool isFused<NarrowRdd<NarrowRdd<Parent, First>, Second>> = true;  // the interpreter's own map is one of them
struct Positive {
    static constexpr Kind kind = Kind::Wide;
    template <class Record>
    static consteval bool check() {
        return true;
    }
    struct Kept {
        static constexpr Kind kind = Kind::Narrow;
        template <class Record>
        static consteval bool check() {
            return true;
        }
        template <class Record>
        using Result = Record;
        template <class Next>
        struct Step {
            template <class Accumulator, class Record>
            Accumulator operator()(Accumulator accumulator, Record&& record) {
                if (record > 0 || op.fused) return next(std::move(accumulator), std::forward<Record>(record));
                return accumulator;
            }
            const Kept& op;
            Next& next;
        };
        bool fused;
    };
    template <class R>
    auto over(R rdd) const {
        return std::move(rdd) | Kept{isFused<R>};
    }
};

TEST_CASE("checkEquivalent: an operator whose fused form is wrong; the least input is told") {
    const auto next = map([](int n) { return n + 1; });
    checkEquivalent<int>(next | Positive{}, numbers);
    const NotEquivalent error = differing([&] { checkEquivalent<int>(next | next | Positive{}, numbers, {.inOrder = true}); });
    CHECK(says(error, "record 0 is un-fused nothing, fused "));
    const std::string input = std::string(error.what()).substr(std::string(error.what()).find("in partitions:") + 14);
    std::size_t records = 0, rows = 0;  // one record, in the last batch
    for (const char c : input) {
        records += c >= '0' && c <= '9' ? 1 : 0;
        rows += c == '\n' ? 1 : 0;
    }
    CHECK(records == 1);
    CHECK(rows == error.batch + 1);
}

TEST_CASE("checkEquivalent: the seed gives the same input again") {
    const NotEquivalent first = differing([] { checkEquivalent<int>(reduce(minus), numbers); });
    const NotEquivalent again = differing([&] { checkEquivalent<int>(reduce(minus), numbers, {.seed = first.seed, .rounds = 1}); });
    CHECK(std::string(first.what()) == again.what());
    CHECK(first.batch == again.batch);
    checkEquivalent<int>(reduce(minus), numbers, {.rounds = 0});
}

TEST_CASE("checkEquivalent: what the pipeline throws passes through") {
    CHECK_THROWS_WITH(checkEquivalent<int>(map([](int n) { return n == 0 ? throw std::runtime_error("zero") : n; }), numbers), "zero");
}

TEST_CASE("checkEquivalent: empty batches, several partitions and batches that are not pushed are among the inputs") {
    std::vector<std::size_t> sizes;
    checkEquivalent<int>(transform([&](auto batch) {
                             sizes.push_back(batch.partitions());
                             return batch;
                         }),
                         numbers, {.batches = 20, .partitions = {1, 7}});
    for (const std::size_t partitions : {0U, 1U, 7U}) CHECK(std::count(sizes.begin(), sizes.end(), partitions) > 0);
}

}  // namespace
