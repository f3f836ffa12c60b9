// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/schema.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "support/catch.hpp"

namespace own {
struct Point {
  int x = 0;
};
struct Named {
  int x = 0;
};
}  // namespace own

template <>
struct dstream::Codec<own::Point> {
  static void encode(const own::Point& point, std::string& out) { Codec<int>::encode(point.x, out); }
  static own::Point decode(std::string_view& in) { return {Codec<int>::decode(in)}; }
};
template <>
struct dstream::Codec<own::Named> {
  static constexpr const char* schema = "Named, second form";
  static void encode(const own::Named& named, std::string& out) { Codec<int>::encode(named.x, out); }
  static own::Named decode(std::string_view& in) { return {Codec<int>::decode(in)}; }
};

namespace {

using dstream::schemaOf;

enum class Colour : std::uint16_t { Red };
struct Visit {
  std::string page;
  std::vector<double> durations;
};

TEST_CASE("schema: what has other bytes has another schema") {
  CHECK(schemaOf<bool>() == "bool");
  CHECK(schemaOf<long>() == schemaOf<long long>());
  CHECK(schemaOf<std::int32_t>() == "int32");
  CHECK(schemaOf<std::uint8_t>() == "uint8");
  CHECK(schemaOf<float>() == "float32");
  CHECK(schemaOf<Colour>() == "enum uint16");
  CHECK(schemaOf<std::string>() == schemaOf<std::string_view>());
  CHECK(schemaOf<std::optional<int>>() == "optional(int32)");
  CHECK(schemaOf<std::tuple<int, std::string>>() == "(int32, text)");
  CHECK(schemaOf<std::variant<std::monostate, int, std::string>>() == "one of (nothing, int32, text)");
  CHECK(schemaOf<std::array<short, 2>>() == "(int16, int16)");
  CHECK(schemaOf<std::array<char, 2048>>().size() == std::string_view("(int8").size() * 2048 + 2047 + 1);
  CHECK(schemaOf<std::map<std::string, int>>() == "[(text, int32)]");
  CHECK(schemaOf<Visit>() == "{text, [float64]}");
  CHECK(schemaOf<std::chrono::milliseconds>() == "int64 * 1/1000 s");
  CHECK(schemaOf<std::chrono::sys_seconds>() == "moment int64 * 1/1 s");
  CHECK(schemaOf<own::Point>() == "own codec");
  CHECK(schemaOf<std::vector<own::Named>>() == "[Named, second form]");
}

TEST_CASE("members: an aggregate's members, by reference where it may change") {
  Visit visit{"home", {1.0}};
  dstream::detail::withMembers(visit, [](std::string& page, std::vector<double>& durations) {
    page += "!";
    durations.push_back(2.0);
  });
  CHECK(visit.page == "home!");
  CHECK(visit.durations == std::vector<double>{1.0, 2.0});
  static_assert(std::is_same_v<dstream::detail::MembersOf<Visit>, dstream::detail::MemberTypes<std::string, std::vector<double>>>);
}

}  // namespace
