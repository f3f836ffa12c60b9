// SPDX-License-Identifier: BSL-1.0
#include <dstream/connect/postgres_rows.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/connect/postgres.hpp>
#include <dstream/connect/row.hpp>
#include <dstream/operators/trying.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using Column = detail::PostgresColumn;

/// The field of a column, or "! " and why there is none.
template <class T>
std::string field(const T& value, Column column = {}) {
  std::string out;
  const char* const refused = detail::putPostgresField(value, column, out);
  return refused == nullptr ? out : std::string("! ") + refused;
}
Column of(std::int64_t type, std::int64_t most = 0) { return {"c", type, most, true, false}; }

TEST_CASE("postgres_rows: each kind of value as COPY reads it") {
  enum class Small : signed char { Minus = -1 };
  CHECK(field(-5) == "-5");
  CHECK(field(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(field('A') == "65");
  CHECK(field(Small::Minus) == "-1");
  CHECK(field(true, of(Column::boolean)) == "t");
  CHECK(field(true, of(Column::int2)) == "1");
  CHECK(field(0.1) == "0.1");
  CHECK(field(0.1F) == "0.1");
  CHECK(field(-std::numeric_limits<double>::infinity()) == "-Infinity");
  CHECK(field(std::numeric_limits<float>::quiet_NaN()) == "NaN");
  CHECK(field(std::string_view("a\\\t\n\rb")) == "a\\\\\\t\\n\\rb");
  CHECK(field(std::string("\\.")) == "\\\\.");
  CHECK(field(std::optional<int>{}) == "\\N");
  CHECK(field(std::optional<int>{3}) == "3");
  CHECK(field(std::vector<std::byte>{std::byte{0}, std::byte{171}}) == "\\\\x00ab");
  CHECK(field(std::chrono::milliseconds(1500)) == "1500");
  CHECK(field(std::chrono::milliseconds(1500), of(Column::interval)) == "1.500000 s");
  CHECK(field(std::chrono::microseconds(-1), of(Column::interval)) == "-0.000001 s");
  CHECK(field(std::chrono::nanoseconds(1'499), of(Column::interval)) == "0.000001 s");
  CHECK(field(std::chrono::hours(1'000'000), of(Column::interval)) == "3600000000.000000 s");
  CHECK(field(std::chrono::duration<double>(1e5), of(Column::interval)) == "100000.000000 s");
  CHECK(field(std::chrono::hours::max(), of(Column::interval))
        == "! a duration outside the column's range");
  CHECK(field(std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN()),
              of(Column::interval))
        == "! a duration outside the column's range");
}

TEST_CASE("postgres_rows: what a column cannot hold is known before the server is asked") {
  CHECK(field(32'767, of(Column::int2)) == "32767");
  CHECK(field(32'768, of(Column::int2)) == "! a number outside the column's range");
  CHECK(field(-2'147'483'649, of(Column::int4)) == "! a number outside the column's range");
  CHECK(field(std::uint64_t{1} << 63, of(Column::int8)) == "! a number outside the column's range");
  CHECK(field(1e39, of(Column::real)) == "! a number outside the column's range");
  CHECK(field(2.0, of(Column::int4)) == "2");
  CHECK(field(1e5, of(Column::int8)) == "100000");
  CHECK(field(-2e9F, of(Column::int8)) == "-2000000000");
  CHECK(field(9e18, of(Column::int8)) == "9000000000000000000");
  CHECK(field(1e19, of(Column::int8)) == "! a number that is no integer");
  CHECK(field(2.5, of(Column::int4)) == "! a number that is no integer");
  CHECK(field(std::numeric_limits<double>::quiet_NaN(), of(Column::int8))
        == "! a number that is no integer");
  CHECK(field(std::string("a\0", 2)) == "! a text with a NUL");
  CHECK(field(std::string("\xC3")) == "! a text that is not UTF-8");
  CHECK(field(std::string("\xED\xA0\x80")) == "! a text that is not UTF-8");  // a surrogate
  CHECK(field(std::string("éé"), of(Column::varying, 2)) == "éé");
  CHECK(field(std::string("ééé"), of(Column::varying, 2))
        == "! a text that is longer than the column");
  CHECK(field(std::string("éé   "), of(Column::varying, 2)) == "éé   ");
  CHECK(field(std::optional<int>{}, of(Column::int4)) == "! no value, and the column needs one");
}

TEST_CASE("postgres_rows: records of any form, and poison apart from rows") {
  const std::vector<Column> columns{{"a", Column::int2, 0, false, false},
                                    {"b", 25, 0, false, false}};
  const detail::PostgresStep step{&columns};
  struct Members {
    int a;
    std::string_view b;
  };
  detail::PostgresRows rows;
  step(&rows, std::pair{1, std::string("x")});
  step(&rows, Members{70'000, "y\tz"});
  step(&rows, std::tuple{2L, std::string_view("")});
  CHECK(rows.text == "1\tx\n2\t\n");
  REQUIRE(rows.poison.size() == 1);
  CHECK(rows.poison[0].reason == "column \"a\": a number outside the column's range");
  CHECK(rows.poison[0].record == "70000\ty\\tz");
}

TEST_CASE("postgres_rows: storable throws for texts that no column takes") {
  using Record = std::pair<int, std::optional<std::string>>;
  const std::vector<Record> good{{1, "é"}, {2, std::nullopt}};
  CHECK((good | postgres::storable() | collect()) == good);
  for (const std::string& bad : {std::string("a\0", 2), std::string("\xff")})
    CHECK_THROWS_AS((std::vector<Record>{{1, bad}} | postgres::storable() | collect()),
                    std::invalid_argument);
  const auto [rows, letters] =
      std::vector<Record>{{1, "a"}, {2, "\xff"}, {3, "b"}} | trying(postgres::storable());
  CHECK((rows | collect()).size() == 2);
  const auto dead = letters | collect();
  REQUIRE(dead.size() == 1);
  CHECK(dead[0].record.first == 2);
}

TEST_CASE("storable: text that a database can hold is made of any") {
  using detail::storableText;
  CHECK(storableText("").empty());
  CHECK(storableText("it's é, long enough to be looked at by eights") == "it's é, long enough to be looked at by eights");
  CHECK(storableText(std::string_view("\0a\0", 3)) == "\uFFFDa\uFFFD");
  CHECK(storableText("a\xE2\x80") == "a\uFFFD");
  CHECK(storableText("\xFF\xFFé\xED\xA0\x80z") == "\uFFFD\uFFFDé\uFFFD\uFFFD\uFFFDz");
}

/// A value or why there is none, as std::expected.
class Expected {
 public:
  using value_type = int;
  [[nodiscard]] bool has_value() const { return true; }
  explicit operator bool() const { return true; }
  int operator*() const { return 1; }
  [[nodiscard]] const char* error() const { return ""; }
};

TEST_CASE("row: what fills how many columns") {
  struct Three {
    int a;
    std::optional<std::string> b;
    std::vector<unsigned char> c;
  };
  CHECK(detail::rowColumns<int>() == 1);
  CHECK(detail::rowColumns<std::string_view>() == 1);
  CHECK(detail::rowColumns<std::pair<const int, double>>() == 2);
  CHECK(detail::rowColumns<Three>() == 3);
  CHECK(detail::rowColumns<std::vector<int>>() == 0);
  CHECK(detail::rowColumns<std::pair<int, std::pair<int, int>>>() == 0);
  CHECK(detail::rowColumns<long double>() == 0);
  CHECK(detail::rowColumns<Expected>() == 0);  // NULL would say nothing of the error
  CHECK(detail::rowColumns<std::pair<int, Expected>>() == 0);
}

}  // namespace
