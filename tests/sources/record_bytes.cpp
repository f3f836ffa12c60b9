// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/record_bytes.hpp>

#include <array>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "support/catch.hpp"

namespace {

using dstream::recordBytes;

struct Plain {
    int a;
    double b;
};
struct Tweet {
    std::string user;
    std::string text;
};

}  // namespace

template <>
struct dstream::HeldBytes<Tweet> {
    static std::size_t of(const Tweet& tweet) { return HeldBytes<std::string>::of(tweet.user) + HeldBytes<std::string>::of(tweet.text); }
};

namespace {

const std::string longText(100, 'x');
const std::size_t longHeld = longText.capacity();

TEST_CASE("record_bytes: what holds nothing is as large as it is") {
    CHECK(recordBytes(1) == sizeof(int));
    CHECK(recordBytes(Plain{}) == sizeof(Plain));
    CHECK(recordBytes(std::string_view("a view of something")) == sizeof(std::string_view));
    CHECK(recordBytes(std::array<int, 5>{}) == 5 * sizeof(int));
}

TEST_CASE("record_bytes: text that lies within its string, and text that does not") {
    CHECK(recordBytes(std::string()) == sizeof(std::string));
    CHECK(recordBytes(std::string("short")) == sizeof(std::string));
    CHECK(recordBytes(longText) == sizeof(std::string) + longHeld);
    CHECK(recordBytes(std::u32string(50, U'x')) >= sizeof(std::u32string) + 200);
}

TEST_CASE("record_bytes: containers and what their elements hold") {
    std::vector<int> numbers;
    CHECK(recordBytes(numbers) == sizeof numbers);
    numbers.reserve(10);
    CHECK(recordBytes(numbers) == sizeof numbers + 10 * sizeof(int));
    const std::vector<std::string> texts{longText, "short"};
    CHECK(recordBytes(texts) == sizeof texts + 2 * sizeof(std::string) + longHeld);
    const std::list<std::string> list{longText};
    CHECK(recordBytes(list) == sizeof list + sizeof(std::string) + 2 * sizeof(void*) + longHeld);
    const std::map<int, std::string> map{{1, longText}, {2, ""}};
    CHECK(recordBytes(map) == sizeof map + 2 * (sizeof(std::pair<const int, std::string>) + 2 * sizeof(void*)) + longHeld);
    CHECK(recordBytes(std::vector<bool>(100)) > sizeof(std::vector<bool>));
}

TEST_CASE("record_bytes: pairs, tuples, arrays, optionals and smart pointers") {
    const std::pair<std::string, int> pair{longText, 1};
    CHECK(recordBytes(pair) == sizeof pair + longHeld);
    const std::tuple<int, std::string, std::string> tuple{1, longText, longText};
    CHECK(recordBytes(tuple) == sizeof tuple + 2 * longHeld);
    const std::array<std::string, 2> array{longText, "short"};
    CHECK(recordBytes(array) == sizeof array + longHeld);
    std::optional<std::string> optional;
    CHECK(recordBytes(optional) == sizeof optional);
    optional = longText;
    CHECK(recordBytes(optional) == sizeof optional + longHeld);
    std::unique_ptr<std::string> pointer;
    CHECK(recordBytes(pointer) == sizeof pointer);
    pointer = std::make_unique<std::string>(longText);
    CHECK(recordBytes(pointer) == sizeof pointer + sizeof(std::string) + longHeld);
}

TEST_CASE("record_bytes: a variant holds what its alternative holds") {
    using Value = std::variant<std::monostate, int, std::string, std::vector<std::string>>;
    CHECK(recordBytes(Value()) == sizeof(Value));
    CHECK(recordBytes(Value(1)) == sizeof(Value));
    CHECK(recordBytes(Value(longText)) == sizeof(Value) + longHeld);
    CHECK(recordBytes(Value(std::vector{longText, longText})) == sizeof(Value) + 2 * (sizeof(std::string) + longHeld));
}

struct Order {
    int id;
    std::string customer;
    std::optional<std::string> note;
    std::vector<std::pair<std::string, int>> items;
    const std::string place;
};
struct Journey {
    std::array<std::string, 2> ends;
    std::unique_ptr<Order> ticket;
    std::variant<int, std::string> fare;
    unsigned stops : 4;
    std::string texts[1];
};
struct Tree {
    std::string name;
    std::vector<Tree> children;
};

TEST_CASE("record_bytes: a struct holds what its members hold") {
    CHECK(recordBytes(Order{}) == sizeof(Order));
    const Order order{1, longText, longText, {{longText, 1}, {"short", 2}}, longText};
    const std::size_t held = 4 * longHeld + 2 * sizeof(std::pair<std::string, int>);
    CHECK(recordBytes(order) == sizeof(Order) + held);
    CHECK(recordBytes(std::pair(1, order)) == sizeof(std::pair<int, Order>) + held);
    CHECK(recordBytes(std::vector{order, order}) == sizeof(std::vector<Order>) + 2 * (sizeof(Order) + held));
    CHECK(recordBytes(std::optional(order)) == sizeof(std::optional<Order>) + held);
    CHECK(recordBytes(std::variant<int, Order>(order)) == sizeof(std::variant<int, Order>) + held);
    const Journey journey{{longText, "short"}, std::make_unique<Order>(order), longText, 3, {"short"}};
    CHECK(recordBytes(journey) == sizeof(Journey) + 2 * longHeld + sizeof(Order) + held);
    CHECK(recordBytes(Tree{longText, {Tree{longText, {}}, Tree{"short", {}}}}) == 3 * sizeof(Tree) + 2 * longHeld);
}

struct Ring {
    std::string name;
    std::shared_ptr<Ring> next;
    std::vector<std::shared_ptr<Ring>> all;
};
struct Shared {
    std::string text;
    std::shared_ptr<const std::map<std::string, std::string>> dictionary;
};

TEST_CASE("record_bytes: what a struct shares is not counted, and a circle of structs has an end") {
    const auto dictionary = std::make_shared<const std::map<std::string, std::string>>(std::map<std::string, std::string>{{longText, longText}});
    CHECK(recordBytes(Shared{longText, dictionary}) == sizeof(Shared) + longHeld);
    const auto ring = std::make_shared<Ring>();
    ring->next = ring;
    ring->all = {ring, nullptr};
    CHECK(recordBytes(*ring) == sizeof(Ring) + 2 * sizeof(ring) + sizeof(Ring));
    CHECK(recordBytes(ring) == sizeof ring + sizeof(Ring));
    *ring = {};
    CHECK(recordBytes(std::make_shared<Tweet>(Tweet{longText, ""})) == sizeof(std::shared_ptr<Tweet>) + sizeof(Tweet) + longHeld);
}

/// What cannot be taken apart holds nothing, as far as can be seen; and it compiles.
struct CArray {
    char symbol[8];
    std::string text;
};
struct CTexts {
    int number;
    std::string texts[3];
    int last;
};
struct Union {
    union {
        int whole;
        double real;
    };
    std::string text;
};
struct Based : Tweet {
    std::string more;
};
struct Wide {
    int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p;
    std::string text;
};
class Closed {
 public:
    explicit Closed(std::string text) : text_(std::move(text)) {}
    [[nodiscard]] const std::string& text() const { return text_; }

 private:
    std::string text_;
};
/// Two values in braces make any of these: none is taken for an array.
struct Braced {
    Plain plain;
    std::array<int, 4> four;
    std::pair<int, int> pair;
    std::vector<int> numbers;
    std::map<int, int> map;
    std::optional<std::pair<int, int>> optional;
    std::string text;
    std::string_view view;
    std::tuple<int, std::string> tuple;
    std::unique_ptr<int> pointer;
    std::function<int()> function;
    std::variant<int, std::string> variant;
    Tree tree;
};

TEST_CASE("record_bytes: structs that cannot be taken apart") {
    CHECK(recordBytes(CArray{"symbol", longText}) == sizeof(CArray));
    CHECK(recordBytes(CTexts{1, {longText, longText, longText}, 2}) == sizeof(CTexts));
    CHECK(recordBytes(Union{{.whole = 1}, longText}) == sizeof(Union));
    CHECK(recordBytes(Based{{longText, ""}, longText}) == sizeof(Based));
    CHECK(recordBytes(Wide{.a = 1, .b = 2, .c = 3, .d = 4, .e = 5, .f = 6, .g = 7, .h = 8, .i = 9, .j = 10, .k = 11, .l = 12, .m = 13, .n = 14, .o = 15, .p = 16, .text = longText}) == sizeof(Wide));
    CHECK(recordBytes(Closed(longText)) == sizeof(Closed));
    Braced braced{};
    CHECK(recordBytes(braced) == sizeof(Braced));
    braced.text = longText;
    braced.tree.name = longText;
    CHECK(recordBytes(braced) == sizeof(Braced) + 2 * longHeld);
}

TEST_CASE("record_bytes: a type of the user's own says what it holds, also within others") {
    const Tweet tweet{longText, longText};
    CHECK(recordBytes(tweet) == sizeof tweet + 2 * longHeld);
    CHECK(recordBytes(std::pair{1, tweet}) == sizeof(std::pair<int, Tweet>) + 2 * longHeld);
    struct Answer {
        Tweet to;
        std::string text;
    };
    CHECK(recordBytes(Answer{tweet, longText}) == sizeof(Answer) + 3 * longHeld);
}

/// What they point at is not known here.
struct Undefined;
struct Holder {
  std::string name;
  std::unique_ptr<void, void (*)(void*)> handle{nullptr, nullptr};
  std::vector<std::shared_ptr<Undefined>> others;
};

/// Point back at themselves by way of pairs and vectors.
struct Linked;
using NamedLink = std::pair<std::string, Linked>;
struct Linked {
  std::string name;
  std::vector<std::shared_ptr<NamedLink>> pairs;
  std::vector<std::shared_ptr<std::vector<Linked>>> lists;
};

TEST_CASE("record_bytes: pointers at nothing that is known hold nothing, circles end") {
  const Holder holder{std::string(100, 'x'), {nullptr, nullptr}, {}};
  CHECK(dstream::HeldBytes<Holder>::of(holder) >= 100);
  const auto pair = std::make_shared<NamedLink>();
  pair->second.pairs.push_back(pair);
  const auto list = std::make_shared<std::vector<Linked>>(1);
  list->front().lists.push_back(list);
  CHECK(dstream::HeldBytes<std::shared_ptr<NamedLink>>::of(pair) == sizeof(NamedLink));
  CHECK(dstream::HeldBytes<std::shared_ptr<std::vector<Linked>>>::of(list) == sizeof(std::vector<Linked>));
  CHECK(dstream::HeldBytes<NamedLink>::of(*pair) >= sizeof(std::shared_ptr<NamedLink>));
  pair->second.pairs.clear();
  list->front().lists.clear();
}

}  // namespace
