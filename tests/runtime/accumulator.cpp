// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/accumulator.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using Numbers = std::vector<int>;

struct Alone {
    Context context{"local[4]", "accumulator", support::quiet()};
};

TEST_CASE("accumulator: a long one has sum, count, mean and a name") {
    Alone test;
    const auto numbers = test.context.longAccumulator("numbers");
    CHECK(numbers.name() == "numbers");
    CHECK(numbers.isZero());
    CHECK(numbers.value() == 0);
    CHECK(std::isnan(numbers.avg()));
    numbers.add(3);
    numbers.add(-1);
    CHECK_FALSE(numbers.isZero());
    CHECK(numbers.sum() == 2);
    CHECK(numbers.value() == 2);
    CHECK(numbers.count() == 2);
    CHECK(numbers.avg() == 1.0);
    numbers.reset();
    CHECK(numbers.isZero());
    CHECK(numbers.sum() == 0);
    numbers.add(0);
    CHECK_FALSE(numbers.isZero());
    CHECK(test.context.longAccumulator("numbers").isZero());  // another one
}

TEST_CASE("accumulator: a long one wraps around, a double one does not") {
    Alone test;
    const auto whole = test.context.longAccumulator();
    whole.add(std::numeric_limits<std::int64_t>::max());
    std::thread([whole] { whole.add(1); }).join();  // another cell
    CHECK(whole.sum() == std::numeric_limits<std::int64_t>::min());
    const auto real = test.context.doubleAccumulator("real");
    real.add(0.5);
    real.add(0.25);
    CHECK(real.value() == 0.75);
    CHECK(real.avg() == 0.375);
    CHECK(real.count() == 2);
    real.reset();
    CHECK(real.isZero());
    CHECK(real.value() == 0);
}

TEST_CASE("accumulator: a collection keeps the order of each thread") {
    Alone test;
    const auto list = test.context.collectionAccumulator<std::string>("list");
    CHECK(list.isZero());
    list.add("a");
    list.add("b");
    CHECK(list.value() == std::vector<std::string>{"a", "b"});
    CHECK(list.count() == 2);
    CHECK(list.name() == "list");
    list.reset();
    CHECK(list.isZero());
    CHECK(list.value().empty());
}

TEST_CASE("accumulator: any function that is associative and commutative") {
    Alone test;
    const auto most = test.context.accumulator(0, [](int a, int b) { return a < b ? b : a; }, "most");
    CHECK(most.isZero());
    CHECK(most.value() == 0);
    std::thread([most] { most.add(7); }).join();
    most.add(5);
    CHECK(most.value() == 7);
    CHECK(most.count() == 2);
    CHECK(most.name() == "most");
    most.reset();
    CHECK(most.isZero());
    const auto words = test.context.accumulator(std::set<std::string>{}, [](std::set<std::string> a, std::set<std::string> b) {
        a.merge(b);
        return a;
    });
    words.add({"x"});
    words.add({"y", "x"});
    CHECK(words.value() == std::set<std::string>{"x", "y"});
    const auto product = test.context.accumulator(1, multiplies);
    for (int i = 1; i <= 5; ++i) product.add(i);
    CHECK(product.value() == 120);
}

TEST_CASE("accumulator: tasks on workers add to it") {
    Alone test;
    const auto total = test.context.longAccumulator();
    const auto seen = test.context.collectionAccumulator<int>();
    Numbers numbers(10000);
    std::iota(numbers.begin(), numbers.end(), 1);
    test.context.parallelize(numbers, 16) | foreach([total, seen](int n) {
        total.add(n);
        if (n % 1000 == 0) seen.add(n);
    });
    CHECK(total.sum() == 50005000);
    CHECK(total.count() == 10000);
    std::vector<int> sorted = seen.value();
    std::sort(sorted.begin(), sorted.end());
    CHECK(sorted == Numbers{1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10000});
}

TEST_CASE("accumulator: in a transformation it counts each time the batch is computed; in an output once") {
    support::Stage stage;
    const auto transformed = stage.context.longAccumulator();
    const auto put = stage.context.longAccumulator();
    const auto doubled = stage.stream.queueStream(stage.queue) | map([transformed](int n) {
        transformed.add(1);
        return 2 * n;
    });
    doubled | foreachRDD([](const auto& batch) { static_cast<void>(batch.collect()); });
    doubled | foreachRDD([put](const auto& batch) {
        for (int n : batch.collect()) put.add(n);
    });
    stage.queue.push(Numbers{1, 2, 3});
    stage.stream.start();
    stage.world.advance(2s);
    CHECK(transformed.count() == 6);
    CHECK(put.count() == 3);
    CHECK(put.sum() == 12);
}

TEST_CASE("accumulator: what a failed batch added stays") {
    support::Stage stage;
    const auto seen = stage.context.longAccumulator();
    stage.stream.queueStream(stage.queue) | map([seen](int n) {
        seen.add(1);
        if (n == 2) throw std::runtime_error("two");
        return n;
    }) | foreachRDD([](const auto& batch) { static_cast<void>(batch.collect()); });
    stage.queue.push(Numbers{1, 2});
    stage.queue.push(Numbers{3});
    stage.stream.start();
    stage.world.advance(2s);
    CHECK(seen.count() == 3);
    CHECK_THROWS_AS(stage.stream.awaitTermination(), std::runtime_error);
}

TEST_CASE("accumulator: many threads, more than it has cells, and a reader") {
    Alone test;
    const auto whole = test.context.longAccumulator();
    const auto real = test.context.doubleAccumulator();
    const auto list = test.context.collectionAccumulator<int>();
    const auto sum = test.context.accumulator(0L, plus);
    constexpr int threads = 40, rounds = 500;
    std::vector<std::thread> adding;
    for (int t = 0; t < threads; ++t)
        adding.emplace_back([=] {
            for (int i = 0; i < rounds; ++i) {
                whole.add(i);
                real.add(0.5);
                list.add(i);
                sum.add(1L);
            }
        });
    std::int64_t before = 0;
    for (int i = 0; i < 50; ++i) {
        const std::int64_t now = whole.count();
        CHECK(now >= before);
        before = now;
        CHECK(sum.value() <= threads * rounds);
        static_cast<void>(list.value());
    }
    for (std::thread& thread : adding) thread.join();
    CHECK(whole.sum() == threads * rounds * (rounds - 1) / 2);
    CHECK(whole.count() == threads * rounds);
    CHECK(real.sum() == threads * rounds * 0.5);
    CHECK(list.value().size() == threads * rounds);
    CHECK(sum.value() == threads * rounds);
}

}  // namespace
