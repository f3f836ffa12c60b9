// SPDX-License-Identifier: BSL-1.0
#include <dstream/testing/random.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace {

using dstream::testing::Random;

TEST_CASE("random: the same seed gives the same, on every machine") {
    Random random(0);
    CHECK(random() == 0xe220a8397b1dcdafULL);  // splitmix64's first two words
    CHECK(random() == 0x6e789e6aa1b965f4ULL);
    Random one(7), two(7), other(8);
    CHECK(one() == two());
    CHECK(one.text(20, "ab") == two.text(20, "ab"));
    CHECK(one() != other());
}

TEST_CASE("random: bounds are kept and reached") {
    Random random(1);
    std::vector<int> seen(5, 0);
    for (int i = 0; i < 200; ++i) {
        ++seen[random.below(5)];
        const int drawn = random.between(-2, 2);
        CHECK((drawn >= -2 && drawn <= 2));
    }
    CHECK(std::count(seen.begin(), seen.end(), 0) == 0);
    CHECK(random.between(3, 3) == 3);
    CHECK(random.text(0, "a").empty());
}

TEST_CASE("random: a shuffle loses nothing") {
    Random random(1);
    std::vector<int> range{1, 2, 3, 4, 5, 6, 7};
    const std::vector<int> before = range;
    random.shuffle(range);
    CHECK(range != before);
    std::sort(range.begin(), range.end());
    CHECK(range == before);
}

}  // namespace
