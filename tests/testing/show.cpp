// SPDX-License-Identifier: BSL-1.0
#include <dstream/testing/show.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace {

using dstream::testing::show;

struct Silent {
    int value;
};
struct Named {
    int value;
};
std::string toText(const Named& named) { return "Named " + std::to_string(named.value); }

TEST_CASE("show: the text form, texts in quotes") {
    CHECK(show(-3) == "-3");
    CHECK(show(1.5) == "1.5");
    CHECK(show(std::string("a\nb")) == R"('a\nb')");
    CHECK(show(std::vector<std::pair<std::string, std::optional<int>>>{{"a", 1}, {"", {}}}) == "[('a', 1), ('', None)]");
    CHECK(show(Named{4}) == "Named 4");
}

TEST_CASE("show: what has no text form is no error") {
    CHECK(show(Silent{1}).substr(0, 16) == "(a value without");
    CHECK(show(std::vector<Silent>{}).substr(0, 16) == "(a value without");
}

}  // namespace
