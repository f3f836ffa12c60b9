// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/owned.hpp>

#include <any>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "support/catch.hpp"

// Not unnamed: of types without linkage Clang says that a probe's conversion is never defined.
namespace owned_cases {

using namespace dstream;

template <class T>
inline constexpr bool refused = Owned<T>::refused;
template <class T>
concept KeptUnchanged = !Owned<T>::refused && std::is_same_v<Kept<T>, T>;
template <class T, class Stored>
concept KeptAs = !Owned<T>::refused && std::is_same_v<Kept<T>, Stored>;

enum class Colour : std::uint8_t { Red };
struct ConstBesideOptional {
  const int id;
  std::optional<int> score;
  std::tuple<int> one;
};
struct ConstInside {
  const std::string name;
};
struct Empty {};
struct Plain {
  int number;
  std::string text;
  double values[3];
};
struct Nested {
  Plain inner;
  std::vector<Plain> more;
  std::optional<std::string> name;
  std::map<std::string, int> table;
};
struct Flags {
  unsigned one : 1;
  unsigned two : 3;
  Colour colour;
};
struct Derived : Plain {
  bool more;
};
struct MoveOnly {
  std::unique_ptr<int> owned;
  int number;
};
struct WithSum {
  std::variant<int, std::string> sum;
  std::chrono::milliseconds time;
  std::shared_ptr<const std::string> shared;
};
struct ViewFirst {
  std::string_view view;
  int number;
};
struct ViewLast {
  int number;
  std::string_view view;
};
struct ViewDeep {
  int number;
  ViewLast inner;
};
struct ViewInArray {
  std::string_view views[2];
};
struct ViewInStdArray {
  std::array<std::string_view, 2> views;
};
struct ViewInOptional {
  int number;
  std::optional<std::string_view> view;
};
struct ViewInVector {
  std::vector<std::string_view> views;
};
struct ViewInPair {
  std::pair<int, std::string_view> pair;
};
struct ViewInVariant {
  std::variant<int, std::string_view> sum;
};
struct ViewInBase : ViewFirst {
  int more;
};
struct PointerInside {
  const char* text;
};
struct PointersInside {
  int number;
  const char* text[2];
};
struct ConstReferenceInside {
  int number;
  const std::string& name;
};
struct ReferenceInside {
  int& number;
};
struct SpanInside {
  std::span<int> numbers;
};
struct ReferenceWrapperInside {
  int number;
  std::reference_wrapper<int> reference;
};
struct FunctionInside {
  std::function<void()> function;
};
struct AnyInside {
  std::any any;
};
struct SharedView {
  std::shared_ptr<std::string_view> view;
};
class Opaque {
 public:
  explicit Opaque(const char* text) : text_(text) {}
  [[nodiscard]] const char* text() const { return text_; }

 private:
  const char* text_;
};
class Declared {
 public:
  explicit Declared(int number) : number_(number) {}
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};
/// A view type of a user's, with an owner of the user's.
class Token {
 public:
  explicit Token(std::string_view text) : text_(text) {}
  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

}  // namespace owned_cases

template <>
struct dstream::Owned<owned_cases::Declared> : dstream::KeptAsIs<owned_cases::Declared> {};
template <>
struct dstream::Owned<owned_cases::Token> {
  static constexpr bool refused = false;
  using type = std::string;
  using view = owned_cases::Token;
  static type own(const owned_cases::Token& token) { return type(token.text()); }
  static view look(const type& stored) { return view(stored); }
};

namespace owned_cases {

// --- kept as they are ---

static_assert(KeptUnchanged<int> && KeptUnchanged<bool> && KeptUnchanged<double>);
static_assert(KeptUnchanged<char> && KeptUnchanged<std::uint64_t> && KeptUnchanged<Colour>);
static_assert(KeptUnchanged<std::chrono::nanoseconds>);
static_assert(KeptUnchanged<std::chrono::system_clock::time_point>);
static_assert(KeptUnchanged<std::string> && KeptUnchanged<std::wstring>);
static_assert(KeptUnchanged<std::vector<int>> && KeptUnchanged<std::vector<bool>>);
static_assert(KeptUnchanged<std::vector<std::string>> && KeptUnchanged<std::list<int>>);
static_assert(KeptUnchanged<std::deque<std::string>> && KeptUnchanged<std::set<int>>);
static_assert(KeptUnchanged<std::map<std::string, std::vector<int>>>);
static_assert(KeptUnchanged<std::unordered_map<int, std::string>>);
static_assert(KeptUnchanged<std::pair<int, std::string>>);
static_assert(std::is_same_v<Kept<std::pair<const std::string, int>>, std::pair<std::string, int>>);  // of a map: could not be assigned
static_assert(KeptUnchanged<std::optional<std::map<int, std::string>>> && KeptUnchanged<std::shared_ptr<std::pair<const int, int>>>);
static_assert(KeptUnchanged<std::tuple<int>> && KeptUnchanged<std::tuple<>>);
static_assert(KeptUnchanged<std::tuple<int, std::string, double>>);
static_assert(KeptUnchanged<std::optional<std::string>>);
static_assert(KeptUnchanged<std::array<int, 4>> && KeptUnchanged<std::array<std::string, 2>>);
static_assert(KeptUnchanged<std::unique_ptr<int>> && KeptUnchanged<std::shared_ptr<std::string>>);
static_assert(KeptUnchanged<std::variant<int, std::string>>);
static_assert(KeptUnchanged<std::monostate> && KeptUnchanged<Empty>);
static_assert(KeptUnchanged<Plain> && KeptUnchanged<Nested> && KeptUnchanged<Flags>);
static_assert(KeptUnchanged<Derived> && KeptUnchanged<MoveOnly> && KeptUnchanged<WithSum>);
static_assert(KeptUnchanged<std::vector<Nested>> && KeptUnchanged<std::pair<Plain, MoveOnly>>);
static_assert(KeptUnchanged<Declared>);
constexpr auto withoutCapture = [](int x) { return x; };
static_assert(KeptUnchanged<std::remove_const_t<decltype(withoutCapture)>>);

// --- converted ---

static_assert(KeptAs<std::string_view, std::string> && KeptAs<std::wstring_view, std::wstring>);
static_assert(KeptAs<std::pair<std::string_view, int>, std::pair<std::string, int>>);
static_assert(KeptAs<std::pair<const std::string&, int>, std::pair<std::string, int>>);
static_assert(KeptAs<std::tuple<int, std::string_view>, std::tuple<int, std::string>>);
static_assert(KeptAs<std::tuple<std::string_view>, std::tuple<std::string>>);
static_assert(KeptAs<std::optional<std::string_view>, std::optional<std::string>>);
static_assert(KeptAs<std::vector<std::string_view>, std::vector<std::string>>);
static_assert(KeptAs<std::array<std::string_view, 2>, std::array<std::string, 2>>);
static_assert(KeptAs<std::vector<std::pair<std::string_view, std::optional<std::string_view>>>,
                     std::vector<std::pair<std::string, std::optional<std::string>>>>);
static_assert(KeptAs<Token, std::string>);
static_assert(KeptAs<std::pair<Token, int>, std::pair<std::string, int>>);
static_assert(std::is_same_v<Kept<const std::string_view&>, std::string>);

// --- refused ---

static_assert(refused<int*> && refused<const char*> && refused<void (*)()> && refused<int&>);
static_assert(refused<std::span<int>> && refused<std::reference_wrapper<int>>);
static_assert(refused<std::function<void()>> && refused<std::any> && refused<Opaque>);
static_assert(refused<std::initializer_list<int>> && refused<std::weak_ptr<int>>);
static_assert(refused<std::unique_ptr<std::string_view>> && refused<SharedView>);
static_assert(refused<std::shared_ptr<int*>> && refused<std::vector<const char*>>);
static_assert(refused<std::pair<int*, int>> && refused<std::tuple<int, std::span<int>>>);
static_assert(refused<std::pair<std::string&, int>>);
static_assert(refused<std::optional<int*>> && refused<std::array<int*, 2>>);
static_assert(refused<std::variant<int, std::string_view>> && refused<std::variant<int*>>);
static_assert(refused<std::map<std::string, std::string_view>> && refused<std::list<int*>>);
static_assert(refused<ViewFirst> && refused<ViewLast> && refused<ViewDeep>);
static_assert(refused<ViewInArray> && refused<ViewInStdArray> && refused<ViewInOptional>);
static_assert(refused<ViewInVector> && refused<ViewInPair> && refused<ViewInVariant>);
static_assert(refused<ViewInBase> && refused<PointerInside> && refused<PointersInside>);
static_assert(refused<ReferenceInside> && refused<SpanInside> && refused<ReferenceWrapperInside>);
static_assert(refused<ConstReferenceInside> && KeptUnchanged<ConstInside> && KeptUnchanged<ConstBesideOptional>);
static_assert(refused<FunctionInside> && refused<AnyInside>);
static_assert(refused<std::vector<ViewFirst>> && refused<std::pair<ViewLast, int>>);

TEST_CASE("Owned: a lambda that captured is refused") {
  int number = 1;
  auto byReference = [&number] { return number; };
  auto byValue = [number] { return number; };
  CHECK(refused<decltype(byReference)>);
  CHECK(refused<decltype(byValue)>);
  CHECK(byReference() == byValue());
}

TEST_CASE("Owned: what is stored does not refer to the record") {
  std::string text = "a text that is longer than any small buffer";
  using Record = std::tuple<std::string_view, std::optional<std::string_view>,
                            std::vector<std::string_view>, std::array<std::string_view, 2>>;
  const auto stored = Owned<Record>::own(Record{text, text, {text, text}, {text, text}});
  text.assign(text.size(), '#');
  text.shrink_to_fit();
  const std::string expected = "a text that is longer than any small buffer";
  CHECK(std::get<0>(stored) == expected);
  CHECK(std::get<1>(stored) == expected);
  CHECK(std::get<2>(stored) == std::vector{expected, expected});
  CHECK(std::get<3>(stored) == std::array{expected, expected});
}

TEST_CASE("Owned: what the next loop sees are views of what is stored") {
  using Record = std::pair<std::string_view, std::vector<int>>;
  const auto stored = Owned<Record>::own(Record{"key", {1, 2}});
  const auto view = Owned<Record>::look(stored);
  static_assert(std::is_same_v<decltype(view.first), std::string_view>);
  CHECK(view.first.data() == stored.first.data());
  CHECK(&view.second == &stored.second);
  static_assert(std::is_same_v<View<std::pair<int, int>>, const std::pair<int, int>&>);
  static_assert(std::is_same_v<View<int>, const int&>);
}

TEST_CASE("Owned: an owned view can be kept again") {
  using Record = std::pair<std::string_view, std::vector<int>>;
  const auto stored = Owned<Record>::own(Record{"key", {1, 2}});
  using Seen = std::remove_cvref_t<View<Record>>;
  const auto again = Owned<Seen>::own(Owned<Record>::look(stored));
  static_assert(std::is_same_v<decltype(again), const Kept<Record>>);
  CHECK(again == stored);
}

TEST_CASE("Owned: move-only members move") {
  using Record = std::pair<std::string_view, std::unique_ptr<int>>;
  const auto stored = Owned<Record>::own(Record{"key", std::make_unique<int>(3)});
  CHECK(*stored.second == 3);
  const auto kept = Owned<MoveOnly>::own(MoveOnly{std::make_unique<int>(4), 1});
  CHECK(*kept.owned == 4);
  const auto optional =
      Owned<std::optional<std::unique_ptr<int>>>::own(std::optional(std::make_unique<int>(5)));
  CHECK(**optional == 5);
}

TEST_CASE("Owned: two forms of one record") {
  using detail::sameRecords;
  STATIC_REQUIRE(sameRecords<int, const int&>);
  STATIC_REQUIRE(sameRecords<std::string_view, const std::string&>);
  STATIC_REQUIRE(sameRecords<std::pair<const std::string&, int>, std::pair<std::string, int>&&>);
  STATIC_REQUIRE(sameRecords<std::vector<std::string_view>, std::vector<std::string>>);
  STATIC_REQUIRE_FALSE(sameRecords<int, long>);
  STATIC_REQUIRE_FALSE(sameRecords<std::string, std::vector<char>>);
  STATIC_REQUIRE_FALSE(sameRecords<const char*, std::string>);
}

TEST_CASE("Owned: nothing stays nothing") {
  CHECK(!Owned<std::optional<std::string_view>>::own(std::optional<std::string_view>{}));
  CHECK(!Owned<std::optional<std::string_view>>::look(std::nullopt));
}

TEST_CASE("Owned: a user's specialisation") {
  const auto stored = Owned<Token>::own(Token("word"));
  CHECK(Owned<Token>::look(stored).text().data() == stored.data());
  CHECK(Owned<Declared>::own(Declared(3)).number() == 3);
}

}  // namespace owned_cases
