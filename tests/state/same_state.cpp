// SPDX-License-Identifier: BSL-1.0
#include <dstream/state/same_state.hpp>

#include <array>
#include <chrono>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <dstream/core/codec.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using detail::hasSameState;
using detail::sameState;

/// Its == leaves out what its bytes have.
struct Visit {
  std::string page;
  double seconds = 0;
  std::vector<int> clicks;
  bool operator==(const Visit& other) const { return page == other.page; }
};
struct Opaque {
  std::shared_ptr<int> inside;
};
struct HasOpaque {
  int a;
  Opaque b;
};
enum class Color { Red, Green };

/// Equal states are those of equal bytes, among all pairs of these.
template <class T>
void agreesWithCodec(const std::vector<T>& values) {
  STATIC_REQUIRE(hasSameState<T>());
  for (const T& a : values)
    for (const T& b : values) {
      std::string bytesOfA;
      std::string bytesOfB;
      Codec<T>::encode(a, bytesOfA);
      Codec<T>::encode(b, bytesOfB);
      CHECK(sameState(a, b) == (bytesOfA == bytesOfB));
    }
}

TEST_CASE("sameState: says what comparing the bytes would say") {
  agreesWithCodec<long>({0, 1, -1, 1L << 40});
  agreesWithCodec<bool>({false, true});
  agreesWithCodec<Color>({Color::Red, Color::Green});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  agreesWithCodec<double>({0.0, -0.0, 1.5, nan, -nan});
  agreesWithCodec<std::string>({"", "a", "b", std::string("a\0", 2)});
  agreesWithCodec<std::chrono::seconds>({std::chrono::seconds(1), std::chrono::seconds(2)});
  agreesWithCodec<std::optional<int>>({std::nullopt, 0, 1});
  agreesWithCodec<std::pair<std::string, double>>({{"a", 0.0}, {"a", -0.0}, {"b", 0.0}});
  agreesWithCodec<std::tuple<int, std::string>>({{1, "a"}, {1, "b"}, {2, "a"}});
  agreesWithCodec<std::array<double, 300>>({{}, {0.0, 1.0}, {-0.0, 1.0}, {nan}});
  agreesWithCodec<std::vector<std::optional<int>>>({{}, {1}, {std::nullopt}, {1, 2}, {1, 3}});
  agreesWithCodec<std::map<std::string, int>>({{}, {{"a", 1}}, {{"a", 2}}, {{"a", 1}, {"b", 1}}});
  agreesWithCodec<Visit>({{"p", 1, {}}, {"p", 2, {}}, {"p", 1, {1}}, {"q", 1, {}}, {"p", 1, {1}}});
}

TEST_CASE("sameState: what only a Codec knows is not looked into") {
  STATIC_REQUIRE(!hasSameState<Opaque>());
  STATIC_REQUIRE(!hasSameState<HasOpaque>());
  STATIC_REQUIRE(!hasSameState<std::vector<Opaque>>());
  STATIC_REQUIRE(!hasSameState<std::array<Opaque, 2>>());
  STATIC_REQUIRE(!hasSameState<std::pair<int, Opaque>>());
}

}  // namespace
