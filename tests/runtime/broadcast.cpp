// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/broadcast.hpp>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using support::messageOf;

TEST_CASE("broadcast: every task reads the one value") {
    Context context("local[4]", "broadcast", support::quiet());
    const auto table = context.broadcast(std::vector<int>{10, 20, 30});
    const auto looked = context.parallelize(std::vector<int>{0, 1, 2, 1}, 3) | map([table](int i) { return table->at(static_cast<std::size_t>(i)); }) | collect();
    CHECK(looked == std::vector<int>{10, 20, 30, 20});
}

TEST_CASE("broadcast: a share is the same value, and cannot change it") {
    Context context("local", "broadcast", support::quiet());
    std::string text = "text";
    const auto value = context.broadcast(text);
    text = "other";
    const auto share = value;
    CHECK(*value == "text");
    CHECK(&share.value() == &value.value());
    CHECK(share->size() == 4);
    static_assert(std::is_same_v<decltype(*value), const std::string&>);
    CHECK(*context.broadcast("a literal") == std::string("a literal"));
}

TEST_CASE("broadcast: unpersist changes nothing, destroy ends it for every share, but not under a reader's hands") {
    Context context("local", "broadcast", support::quiet());
    const auto value = context.broadcast(std::string("text"));
    const auto share = value;
    const std::string& reader = *share;
    value.unpersist();
    CHECK(*share == "text");
    value.destroy();
    value.destroy();
    CHECK(messageOf<IllegalState>([&] { static_cast<void>(share.value()); }) == "dstream: this broadcast value has been destroyed");
    CHECK(messageOf<IllegalState>([&] { static_cast<void>(*value); }) == "dstream: this broadcast value has been destroyed");
    CHECK(reader == "text");
}

TEST_CASE("broadcast: it outlives its context") {
    const auto value = [] {
        Context context("local", "broadcast", support::quiet());
        return context.broadcast(7);
    }();
    CHECK(*value == 7);
}

}  // namespace
