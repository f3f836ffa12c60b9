// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/planned.hpp>

#include <memory>
#include <utility>

#include "support/catch.hpp"

namespace {

TEST_CASE("planned: each batch takes its own, once") {
    dstream::detail::Planned<std::unique_ptr<int>> planned;
    planned.add(1, std::make_unique<int>(10));
    planned.add(2, std::make_unique<int>(20));
    CHECK(**planned.take(2) == 20);
    CHECK_FALSE(planned.take(2));
    CHECK(**planned.take(1) == 10);
    CHECK_FALSE(planned.take(3));
}

TEST_CASE("planned: taken in any order, and of two tries the last") {
    dstream::detail::Planned<int> planned;
    for (int seq = 1; seq <= 6; ++seq) planned.add(static_cast<unsigned>(seq), 10 * seq);
    planned.add(6, 66);
    CHECK(planned.take(4) == 40);
    CHECK(planned.look(6) == 66);
    CHECK_FALSE(planned.look(4));
    CHECK(planned.take(1) == 10);
    CHECK(planned.take(3) == 30);
    CHECK(planned.take(2) == 20);
    CHECK_FALSE(planned.take(4));
    planned.forget(4);
    CHECK(planned.take(5) == 50);
    CHECK(planned.take(6) == 66);
    CHECK_FALSE(planned.take(6));
}

TEST_CASE("planned: forget is for a batch and all before it, clear for all") {
    dstream::detail::Planned<int> planned;
    for (int seq = 1; seq <= 4; ++seq) planned.add(static_cast<unsigned>(seq), seq);
    planned.forget(2);
    CHECK_FALSE(planned.take(1));
    CHECK_FALSE(planned.take(2));
    CHECK(planned.take(3) == 3);
    planned.clear();
    CHECK_FALSE(planned.take(4));
}

}  // namespace
