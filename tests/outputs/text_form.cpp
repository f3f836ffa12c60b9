// SPDX-License-Identifier: BSL-1.0
#include <dstream/outputs/text_form.hpp>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <iomanip>
#include <limits>
#include <list>
#include <locale>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "support/catch.hpp"

namespace geo {
struct Point {
    int x, y;
};
std::string toText(const Point& point) {
    return "<" + std::to_string(point.x) + "|" + std::to_string(point.y) + ">";
}
enum class Side { Left, Right };
std::ostream& operator<<(std::ostream& out, Side side) { return out << (side == Side::Left ? "left" : "right"); }
class Segment {
 public:
  explicit Segment(int length) : length_(length) {}
  friend std::ostream& operator<<(std::ostream& out, const Segment& segment) {
    if (segment.length_ < 0) throw std::domain_error("a segment of less than nothing");
    out.put('[') << std::setw(4) << std::setfill('.') << segment.length_ << std::flush;
    return out << ']' << std::string(2000, '-');
  }

 private:
  int length_;
};
/// Leaves the stream as it should reach nobody.
struct Untidy {
    std::string what;
};
inline const int untidyWord = std::ios_base::xalloc();
inline std::ostream untidyTie(nullptr);
std::ostream& operator<<(std::ostream& out, const Untidy& untidy) {
    struct Comma : std::numpunct<char> {
        char do_decimal_point() const override { return ','; }
    };
    out << std::hex << std::showbase << std::scientific << std::setprecision(2) << std::setfill('*') << std::boolalpha;
    out.imbue(std::locale(std::locale::classic(), new Comma));
    out.iword(untidyWord) = 7;
    out.tie(&untidyTie);
    out.width(9);
    if (untidy.what == "throws") throw std::domain_error("untidy");
    if (untidy.what == "fails") out.setstate(std::ios_base::failbit);
    if (untidy.what == "ends") out.setstate(std::ios_base::eofbit);
    if (untidy.what == "redirects") out.rdbuf(untidyTie.rdbuf());
    if (untidy.what == "asks for exceptions") {
        out.exceptions(std::ios_base::failbit | std::ios_base::eofbit);
        out.setstate(std::ios_base::failbit);
    }
    return out << untidy.what << std::setw(9);
}
/// All that a stream can have been left with.
struct Tidy {};
std::ostream& operator<<(std::ostream& out, Tidy) {
    const bool asNew = out.good() && out.exceptions() == std::ios_base::badbit && out.tie() == nullptr && out.iword(untidyWord) == 0;
    return out << 255 << ' ' << 0.5 << ' ' << true << ' ' << std::setw(3) << 1 << (asNew ? " as new" : " used");
}
/// Says where its stream is.
struct Where {};
std::ostream& operator<<(std::ostream& out, Where) { return out << static_cast<const void*>(&out); }
/// Has a text appended while it is written itself.
struct Outer {
    int depth;
};
std::ostream& operator<<(std::ostream& out, const Outer& outer) {
    out << std::hex << std::setfill('_');
    std::string inner = "-";
    if (outer.depth != 0) dstream::appendText<dstream::TextStyle::Scala>(inner, Outer{outer.depth - 1});
    return out << std::setw(4) << 16 + outer.depth << inner;
}
}  // namespace geo

namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

template <class T>
std::string scala(const T& value) {
    std::string out;
    dstream::appendText<dstream::TextStyle::Scala>(out, value);
    return out;
}
template <class T>
std::string python(const T& value) {
    std::string out;
    dstream::appendText<dstream::TextStyle::Python>(out, value);
    return out;
}

struct Opaque {};
enum class Colour { Red };

static_assert(dstream::detail::hasTextForm<geo::Point>());
static_assert(dstream::detail::hasTextForm<const std::vector<std::pair<int, std::optional<geo::Point>>>&>());
static_assert(dstream::detail::hasTextForm<std::vector<bool>>());
static_assert(!dstream::detail::hasTextForm<Opaque>());
static_assert(!dstream::detail::hasTextForm<Colour>());
static_assert(!dstream::detail::hasTextForm<int*>());
static_assert(!dstream::detail::hasTextForm<std::pair<int, Opaque>>());
static_assert(!dstream::detail::hasTextForm<std::vector<std::optional<Opaque>>>());

TEST_CASE("text form: what an operator<< writes does not depend on the program's locale") {
  struct Grouped : std::numpunct<char> {
    char do_thousands_sep() const override { return '\''; }
    std::string do_grouping() const override { return "\3"; }
  };
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Grouped));
  const std::string text = scala(geo::Segment(1234567));
  std::locale::global(before);
  CHECK(text.starts_with("[1234567]"));
}

TEST_CASE("text form: a variant is the alternative that it has") {
  using Event = std::variant<std::monostate, int, std::string, std::vector<double>>;
  CHECK(scala(Event()) == "()");
  CHECK(python(Event()) == "()");
  CHECK(scala(Event(5)) == "5");
  CHECK(scala(std::pair{Event("a"), Event(std::vector{0.5})}) == "(a,List(0.5))");
  CHECK(python(std::pair{Event("a"), 1}) == "('a', 1)");
  STATIC_REQUIRE_FALSE(dstream::detail::hasTextForm<std::variant<int, std::unique_ptr<int>>>());
}

TEST_CASE("text form: an operator<< beside the type") {
  CHECK(scala(geo::Side::Left) == "left");
  CHECK(python(std::pair{geo::Side::Right, 1}) == "(right, 1)");
  CHECK(scala(std::vector{geo::Side::Left, geo::Side::Right}) == "List(left, right)");
  CHECK(scala(geo::Segment(7)) == "[...7]" + std::string(2000, '-'));
  CHECK_THROWS_AS(scala(geo::Segment(-1)), std::domain_error);
  STATIC_REQUIRE_FALSE(dstream::detail::hasTextForm<std::unique_ptr<int>>());
  STATIC_REQUIRE_FALSE(dstream::detail::hasTextForm<std::shared_ptr<int>>());
}

TEST_CASE("text form: what an operator<< leaves in its stream reaches no other value") {
    const std::string tidy = "255 0.5 1   1 as new";
    CHECK(scala(geo::Tidy{}) == tidy);
    for (const char* what : {"writes", "fails", "ends", "redirects"}) {
        CAPTURE(what);
        try {
            const std::string text = scala(geo::Untidy{what});
            CHECK(text == (what == "writes"s ? "***writes" : ""));
        } catch (const std::ios_base::failure&) {
            CHECK(what == "redirects"s);  // to nowhere, which is a badbit
        }
        CHECK(scala(geo::Tidy{}) == tidy);
    }
    CHECK_THROWS_AS(scala(geo::Untidy{"throws"}), std::domain_error);
    CHECK(scala(geo::Tidy{}) == tidy);
    CHECK_THROWS_AS(scala(geo::Untidy{"asks for exceptions"}), std::ios_base::failure);
    CHECK(scala(std::vector<geo::Tidy>(2)) == "List(" + tidy + ", " + tidy + ")");
}

TEST_CASE("text form: an operator<< may have texts appended itself") {
    CHECK(scala(geo::Outer{2}) == "__12-__11-__10-");
    CHECK(scala(std::pair(geo::Outer{1}, geo::Tidy{})) == "(__11-__10-,255 0.5 1   1 as new)");
}

std::string whereDeeper(int depth) {
    volatile char room[4096];
    room[0] = 'x';
    std::string text = depth == 0 ? scala(geo::Where{}) : whereDeeper(depth - 1);
    room[1] = room[0];
    return text;
}

TEST_CASE("text form: all that a thread streams goes through one stream, which is no other thread's") {
    const std::string where = whereDeeper(0);
    CHECK(whereDeeper(1) == where);
    CHECK(whereDeeper(2) == where);
    std::string another;
    std::thread([&] { another = whereDeeper(0); }).join();
    CHECK(another != where);
}

TEST_CASE("text_form: appends, and never clears") {
    std::string out = "already there ";
    dstream::appendText<dstream::TextStyle::Scala>(out, 1);
    dstream::appendText<dstream::TextStyle::Python>(out, true);
    CHECK(out == "already there 1True");
}

TEST_CASE("text_form: integers, the small ones as numbers") {
    CHECK(scala(0) == "0");
    CHECK(scala(-7) == "-7");
    CHECK(python(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(python(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(scala(std::uint8_t{200}) == "200");
    CHECK(scala(std::int8_t{-3}) == "-3");
    CHECK(scala(std::uint16_t{65535}) == "65535");
    CHECK(scala(std::numeric_limits<std::int32_t>::min()) == "-2147483648");
    CHECK(scala(L'a') == "97");
    CHECK(scala(u'a') == "97");
    CHECK(scala(U'\U0001F600') == "128512");
}

TEST_CASE("text_form: bool and char") {
    CHECK(scala(true) == "true");
    CHECK(scala(false) == "false");
    CHECK(python(true) == "True");
    CHECK(python(false) == "False");
    CHECK(scala('a') == "a");
    CHECK(python('a') == "a");
    CHECK(python(std::pair('a', '\'')) == "('a', \"'\")");
    CHECK(scala(std::pair('a', 'b')) == "(a,b)");
}

TEST_CASE("text_form: floats as Scala prints them") {
    CHECK(scala(0.0) == "0.0");
    CHECK(scala(-0.0) == "-0.0");
    CHECK(scala(0.1) == "0.1");
    CHECK(scala(1.0) == "1.0");
    CHECK(scala(-2.5) == "-2.5");
    CHECK(scala(100.0) == "100.0");
    CHECK(scala(1234567.0) == "1234567.0");
    CHECK(scala(9999999.0) == "9999999.0");
    CHECK(scala(1e7) == "1.0E7");
    CHECK(scala(12345678.0) == "1.2345678E7");
    CHECK(scala(1e16) == "1.0E16");
    CHECK(scala(1e-3) == "0.001");
    CHECK(scala(0.00123) == "0.00123");
    CHECK(scala(1e-4) == "1.0E-4");
    CHECK(scala(-1.5e-10) == "-1.5E-10");
    CHECK(scala(1e100) == "1.0E100");
    CHECK(scala(0.1 + 0.2) == "0.30000000000000004");
    CHECK(scala(std::numeric_limits<double>::max()) == "1.7976931348623157E308");
    CHECK(scala(std::numeric_limits<double>::infinity()) == "Infinity");
    CHECK(scala(-std::numeric_limits<double>::infinity()) == "-Infinity");
    CHECK(scala(std::numeric_limits<double>::quiet_NaN()) == "NaN");
}

TEST_CASE("text_form: floats as Python's repr") {
    CHECK(python(0.0) == "0.0");
    CHECK(python(-0.0) == "-0.0");
    CHECK(python(0.1) == "0.1");
    CHECK(python(1e7) == "10000000.0");
    CHECK(python(1e15) == "1000000000000000.0");
    CHECK(python(9999999999999998.0) == "9999999999999998.0");
    CHECK(python(1e16) == "1e+16");
    CHECK(python(1.5e16) == "1.5e+16");
    CHECK(python(123456789012345680.0) == "1.2345678901234568e+17");
    CHECK(python(1e-4) == "0.0001");
    CHECK(python(1e-5) == "1e-05");
    CHECK(python(1.5e-10) == "1.5e-10");
    CHECK(python(1e100) == "1e+100");
    CHECK(python(1e-300) == "1e-300");
    CHECK(python(5e-324) == "5e-324");
    CHECK(python(std::numeric_limits<double>::infinity()) == "inf");
    CHECK(python(-std::numeric_limits<double>::infinity()) == "-inf");
    CHECK(python(std::numeric_limits<double>::quiet_NaN()) == "nan");
}

/// The layout step by step, in texts.
template <std::floating_point T>
std::string laidOut(T number, bool scala) {
    if (number != number) return scala ? "NaN" : "nan";
    const std::string sign = std::signbit(number) ? "-" : "";
    number = std::abs(number);
    if (number > std::numeric_limits<T>::max()) return sign + (scala ? "Infinity" : "inf");
    char buffer[64];
    const std::string shortest(buffer, std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific).ptr);
    const std::size_t e = shortest.find('e');
    const int exponent = std::atoi(shortest.c_str() + e + 1);
    std::string digits = shortest.substr(0, 1);
    if (e > 2) digits += shortest.substr(2, e - 2);
    if (number != 0 && (exponent < (scala ? -3 : -4) || exponent >= (scala ? 7 : 16))) {
        if (scala) return sign + digits[0] + '.' + (digits.size() > 1 ? digits.substr(1) : "0") + 'E' + std::to_string(exponent);
        return sign + digits[0] + (digits.size() > 1 ? "." + digits.substr(1) : "") + (exponent < 0 ? "e-" : "e+") + (std::abs(exponent) < 10 ? "0" : "") +
               std::to_string(std::abs(exponent));
    }
    if (exponent < 0) return sign + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() < whole) digits.append(whole - digits.size(), '0');
    return sign + digits.substr(0, whole) + '.' + (digits.size() > whole ? digits.substr(whole) : "0");
}
template <std::floating_point T>
bool laidOutAs(T number) {
    return scala(number) == laidOut(number, true) && python(number) == laidOut(number, false) && scala(-number) == laidOut(-number, true) &&
           python(-number) == laidOut(-number, false);
}
template <std::floating_point T, class Bits>
void checkLayout() {
    using Limits = std::numeric_limits<T>;
    for (const T number : {T{0}, Limits::denorm_min(), Limits::min(), Limits::max(), Limits::epsilon(), Limits::infinity(), Limits::quiet_NaN()}) CHECK(laidOutAs(number));
    for (int exponent = Limits::min_exponent10 - 20; exponent <= Limits::max_exponent10; ++exponent) {
        const std::string power = "1e" + std::to_string(exponent);
        T number{};
        std::from_chars(power.data(), power.data() + power.size(), number);
        CAPTURE(power);
        for (const T each : {number, std::nextafter(number, T{0}), std::nextafter(number, Limits::infinity()), number * 3, number * 1.5F}) CHECK(laidOutAs(each));
    }
    std::mt19937_64 random(1);
    bool same = true;
    for (int i = 0; i < 50'000; ++i) {
        const auto bits = static_cast<Bits>(random());
        constexpr int mantissa = Limits::digits - 1;
        same = same && laidOutAs(std::bit_cast<T>(bits)) && laidOutAs(std::bit_cast<T>(static_cast<Bits>(bits & ((Bits{1} << mantissa) - 1)))) &&  // subnormal
               laidOutAs(static_cast<T>(static_cast<std::int64_t>(bits) % 100'000'000) / 100);
    }
    CHECK(same);
}
TEST_CASE("text_form: the layout of all kinds of floats") {
    checkLayout<double, std::uint64_t>();
    checkLayout<float, std::uint32_t>();
    CHECK(laidOutAs(0.1L));
    CHECK(laidOutAs(std::numeric_limits<long double>::max()));
}

TEST_CASE("text_form: a float32 has its own shortest digits") {
    CHECK(scala(0.1F) == "0.1");
    CHECK(python(0.1F) == "0.1");
    CHECK(scala(1e7F) == "1.0E7");
    CHECK(scala(16777216.0F) == "1.6777216E7");
    CHECK(python(16777216.0F) == "16777216.0");
    CHECK(scala(3.4028235e38F) == "3.4028235E38");
    CHECK(scala(-std::numeric_limits<float>::infinity()) == "-Infinity");
}

TEST_CASE("text_form: a text that is the record has no quotes, inside another it has Python's") {
    CHECK(scala("a b"s) == "a b");
    CHECK(python("a 'b'"s) == "a 'b'");
    CHECK(python("line\nbreak"sv) == "line\nbreak");
    CHECK(scala(std::pair("a'b"s, 1)) == "(a'b,1)");
    CHECK(python(std::pair("a"s, 1)) == "('a', 1)");
    CHECK(python(std::pair("a"sv, 1)) == "('a', 1)");
    CHECK(python(std::pair(""s, 1)) == "('', 1)");
}

TEST_CASE("text_form: Python's quotes and escapes") {
    const auto quoted = [](std::string text) { return python(std::tuple(std::move(text))); };
    CHECK(quoted("it's") == "(\"it's\",)");
    CHECK(quoted("say \"x\"") == "('say \"x\"',)");
    CHECK(quoted("it's \"x\"") == "('it\\'s \"x\"',)");
    CHECK(quoted("a\\b") == "('a\\\\b',)");
    CHECK(quoted("a\nb\rc\td") == "('a\\nb\\rc\\td',)");
    CHECK(quoted("a\0b"s) == "('a\\x00b',)");
    CHECK(quoted("\x1b\x7f") == "('\\x1b\\x7f',)");
}

TEST_CASE("text_form: UTF-8 passes, what is none is escaped byte by byte") {
    const auto quoted = [](std::string text) { return python(std::tuple(std::move(text))); };
    CHECK(quoted("\xC3\xB1") == "('\xC3\xB1',)");                          // ñ
    CHECK(quoted("\xE2\x82\xAC") == "('\xE2\x82\xAC',)");                  // €
    CHECK(quoted("\xF0\x9F\x98\x80") == "('\xF0\x9F\x98\x80',)");          // an emoji
    CHECK(quoted("\xF4\x8F\xBF\xBF") != "('\\xf4\\x8f\\xbf\\xbf',)");      // U+10FFFF is the last
    CHECK(quoted("\xF4\x90\x80\x80") == "('\\xf4\\x90\\x80\\x80',)");      // behind it
    CHECK(quoted("\xFF") == "('\\xff',)");
    CHECK(quoted("\x80") == "('\\x80',)");
    CHECK(quoted("a\xC3") == "('a\\xc3',)");                               // cut
    CHECK(quoted("\xE2\x82") == "('\\xe2\\x82',)");                        // cut
    CHECK(quoted("\xC0\xAF") == "('\\xc0\\xaf',)");                        // overlong
    CHECK(quoted("\xE0\x80\xAF") == "('\\xe0\\x80\\xaf',)");               // overlong
    CHECK(quoted("\xF0\x80\x80\x80") == "('\\xf0\\x80\\x80\\x80',)");      // overlong
    CHECK(quoted("\xED\xA0\x80") == "('\\xed\\xa0\\x80',)");               // a surrogate
    CHECK(quoted("\xC3\xB1\xFFz") == "('\xC3\xB1\\xffz',)");
    CHECK(scala(std::tuple("\xFF"s)) == "(\xFF)");                         // Scala's form is the bytes
}

TEST_CASE("text_form: products nest") {
    CHECK(scala(std::pair("a"s, 1)) == "(a,1)");
    CHECK(scala(std::tuple(1, std::pair("k"s, 2.0), 'c')) == "(1,(k,2.0),c)");
    CHECK(python(std::tuple(1, std::pair("k"s, 2.0), true)) == "(1, ('k', 2.0), True)");
    CHECK(scala(std::tuple(5)) == "(5)");
    CHECK(python(std::tuple(5)) == "(5,)");
    CHECK(scala(std::tuple()) == "()");
    CHECK(python(std::tuple()) == "()");
}

TEST_CASE("text_form: optionals") {
    CHECK(scala(std::optional(2)) == "Some(2)");
    CHECK(scala(std::optional<int>()) == "None");
    CHECK(python(std::optional(2)) == "2");
    CHECK(python(std::optional<int>()) == "None");
    CHECK(scala(std::pair("k"s, std::optional("v"s))) == "(k,Some(v))");
    CHECK(python(std::pair("k"s, std::optional("v"s))) == "('k', 'v')");
    CHECK(scala(std::optional<std::optional<int>>(std::in_place)) == "Some(None)");
}

TEST_CASE("text_form: ranges") {
    CHECK(scala(std::vector{1, 2, 3}) == "List(1, 2, 3)");
    CHECK(python(std::vector{1, 2, 3}) == "[1, 2, 3]");
    CHECK(scala(std::vector<int>{}) == "List()");
    CHECK(python(std::vector<int>{}) == "[]");
    CHECK(scala(std::vector{"a"s, "b"s}) == "List(a, b)");
    CHECK(python(std::vector{"a"s, "b"s}) == "['a', 'b']");
    CHECK(python(std::vector<std::vector<int>>{{1}, {}, {2, 3}}) == "[[1], [], [2, 3]]");
    CHECK(scala(std::array{1.5, 2.0}) == "List(1.5, 2.0)");
    CHECK(scala(std::list{true, false}) == "List(true, false)");
    CHECK(python(std::vector{true, false}) == "[True, False]");
    CHECK(scala(std::map<std::string, int>{{"a", 1}, {"b", 2}}) == "List((a,1), (b,2))");
    CHECK(scala(std::pair("k"s, std::vector{1, 2})) == "(k,List(1, 2))");
}

TEST_CASE("text_form: toText beside a type of the user's, inside others too") {
    CHECK(scala(geo::Point{1, 2}) == "<1|2>");
    CHECK(python(geo::Point{1, 2}) == "<1|2>");
    CHECK(python(std::pair("p"s, geo::Point{3, 4})) == "('p', <3|4>)");
    CHECK(scala(std::vector{geo::Point{0, 0}, geo::Point{1, 1}}) == "List(<0|0>, <1|1>)");
}

struct Expected {
    [[nodiscard]] bool has_value() const { return false; }
    [[nodiscard]] int error() const { return 1; }
    int operator*() const { return 0; }
};
static_assert(!dstream::detail::hasTextForm<Expected>(), "what it has instead of a value would not be seen");

}  // namespace
