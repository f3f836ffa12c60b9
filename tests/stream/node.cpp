// SPDX-License-Identifier: BSL-1.0
#include <dstream/stream/node.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/core/range_rdd.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/operators/reduce.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using Numbers = std::vector<int>;

auto rddOf(const Numbers& numbers) { return detail::headOf(numbers); }
using Head = decltype(rddOf(std::declval<const Numbers&>()));

struct Counted final : SharedNode<Head> {
    std::optional<Head> compute(const Batch& batch) override {
        ++computed;
        if (throws) throw std::runtime_error("not now");
        if (batch.seq % 2 == 0) return std::nullopt;
        return rddOf(numbers);
    }
    Numbers numbers{1, 2, 3};
    int computed = 0;
    bool throws = false;
};

Batch numbered(std::uint64_t seq) {
    Batch batch;
    batch.seq = seq;
    batch.time = {static_cast<std::int64_t>(seq)};
    return batch;
}

TEST_CASE("node: a shared node computes each batch once, whoever asks and in whatever order") {
    Counted node;
    for (const std::uint64_t seq : {1U, 3U, 1U, 3U, 1U}) CHECK(node.get(numbered(seq)));
    CHECK(node.computed == 2);
}

TEST_CASE("node: none is remembered as none") {
    Counted node;
    CHECK_FALSE(node.get(numbered(2)));
    CHECK_FALSE(node.get(numbered(2)));
    CHECK(node.computed == 1);
}

TEST_CASE("node: forget drops a batch and those before it, not those behind") {
    Counted node;
    for (const std::uint64_t seq : {1U, 2U, 3U, 4U}) static_cast<void>(node.get(numbered(seq)));
    CHECK(node.computed == 4);
    node.forget(numbered(2));
    static_cast<void>(node.get(numbered(3)));
    static_cast<void>(node.get(numbered(4)));
    CHECK(node.computed == 4);
    static_cast<void>(node.get(numbered(1)));
    static_cast<void>(node.get(numbered(2)));
    CHECK(node.computed == 6);
    node.forget(numbered(0));
    static_cast<void>(node.get(numbered(1)));
    CHECK(node.computed == 6);
}

TEST_CASE("node: one that throws throws the same to all that ask; it is asked again once the batch is done, comes again, or is another") {
    const auto failed = [](Counted& node) {
        node.throws = true;
        CHECK_THROWS_AS(node.get(numbered(1)), std::runtime_error);
        node.throws = false;
        CHECK_THROWS_AS(node.get(numbered(1)), std::runtime_error);
        CHECK(node.computed == 1);
        CHECK(node.remembered().empty());
    };
    Counted done;
    failed(done);
    done.forget(numbered(1));
    CHECK(done.get(numbered(1)));
    Counted repeated;
    failed(repeated);
    repeated.again(numbered(1));
    CHECK(repeated.get(numbered(1)));
    Counted another;
    failed(another);
    CHECK(another.get(numbered(3)));
}

TEST_CASE("node: one that could not take the batch has none") {
    Counted node;
    node.fail(numbered(1), std::make_exception_ptr(std::runtime_error("no")));
    CHECK_THROWS_AS(node.get(numbered(1)), std::runtime_error);
    CHECK(node.computed == 0);
}

TEST_CASE("node: a narrow node owns the function and lends it; none stays none") {
    auto shared = std::make_shared<Counted>();
    const auto twice = map([](int n) { return n * 2; });
    using Op = std::remove_cvref_t<decltype(twice)>;
    const NarrowNode<SharedRef<Head>, Op> node{{shared}, twice};
    static_assert(Node<NarrowNode<SharedRef<Head>, Op>>);
    auto rdd = node.compute(numbered(1));
    REQUIRE(rdd);
    CHECK((*rdd | collect()) == Numbers{2, 4, 6});
    CHECK_FALSE(node.compute(numbered(2)));
    std::vector<NodeBase*> seen;
    node.eachShared([&](NodeBase& above, const FusedOperators*) { seen.push_back(&above); });
    CHECK(seen == std::vector<NodeBase*>{shared.get()});
}

TEST_CASE("node: what is remembered are the batches themselves, those that there were") {
    Counted node;
    for (const std::uint64_t seq : {1U, 2U, 5U}) static_cast<void>(node.get({seq, {static_cast<std::int64_t>(seq)}, 3, 4}));
    const std::vector<Batch> remembered = node.remembered();
    REQUIRE(remembered.size() == 2);
    CHECK(remembered[0].seq == 1);
    CHECK(remembered[1].seq == 5);
    CHECK(remembered[1].time == Time{5});
    CHECK(remembered[1].attempt == 3);
    CHECK(remembered[1].epoch == 4);
}

TEST_CASE("node: what reads from outside is seen through operators that keep nothing, and not through those that do") {
  for (const bool outside : {false, true}) {
    auto source = std::make_shared<Counted>();
    source->outside = outside;
    const SharedRef<Head> ref{source};
    const auto sum = reduce([](int a, int b) { return a + b; });
    using Sum = std::remove_cvref_t<decltype(sum)>;
    using Summed = WideNode<SharedRef<Head>, Sum>;
    auto summed = std::make_shared<Summed>(ref, sum);
    WideNode<SharedRef<WideResult<SharedRef<Head>, Sum>>, Sum> again({summed}, sum);
    for (int asked = 0; asked < 2; ++asked) {
      CHECK(summed->parentsReadOutside() == outside);
      CHECK_FALSE(again.parentsReadOutside());
    }
  }
}

}  // namespace
