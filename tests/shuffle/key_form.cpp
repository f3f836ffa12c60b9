// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/key_form.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::string_view_literals;
using detail::HashSeed;
using detail::KeyForm;

enum class Colour : std::uint8_t { Red, Green };

static_assert(KeyForm<int>::small && KeyForm<Colour>::small && KeyForm<double>::small);
static_assert(KeyForm<std::string_view>::small && KeyForm<std::string>::small);
static_assert(!KeyForm<std::vector<int>>::small);
static_assert(!KeyForm<std::pair<std::string_view, int>>::small);
static_assert(std::is_same_v<KeyForm<std::string>::Stored, detail::TextKey>);

/// What is stored hashes as what was asked for, is the same, goes to the key's own partition, and
/// gives it back.
template <class Key>
void checkForm(const Key& key, const Key& other) {
  using Form = KeyForm<Key>;
  typename Form::Arena arena;
  for (const bool strong : {false, true}) {
    HashSeed seed(17);
    seed.strong = strong;
    const auto stored = Form::keep(arena, Form::probe(key));
    CHECK(Form::hash(Form::probe(key), seed) == Form::hashStored(stored, seed));
    CHECK(Form::hash(Form::probe(other), seed) != Form::hashStored(stored, seed));
    CHECK(Form::same(stored, Form::probe(key)));
    CHECK_FALSE(Form::same(stored, Form::probe(other)));
    CHECK(Form::partitionHash(stored) == partitionHash(key));
    if constexpr (Form::small) {
      if (Form::canWait(key)) {
        CHECK(Form::same(stored, Form::waiting(key)));
        CHECK(Form::hashWaiting(Form::waiting(key), seed) == Form::hashStored(stored, seed));
      }
    }
    auto last = stored;
    const Kept<Key> taken = Form::take(last);
    CHECK(Form::same(stored, Form::probe(Owned<Key>::look(taken))));
  }
}

TEST_CASE("KeyForm: every form of a key agrees with itself") {
  checkForm(1, 2);
  checkForm<std::int64_t>(-1, INT64_MIN);
  checkForm(true, false);
  checkForm('a', 'b');
  checkForm(Colour::Red, Colour::Green);
  checkForm(1.5, -0.0);
  checkForm(std::pair{1, 2}, std::pair{2, 1});
  checkForm(std::pair{"a"sv, 2}, std::pair{"b"sv, 2});
  checkForm(std::vector{1, 2}, std::vector{1, 2, 3});
  for (const std::size_t size : {0U, 1U, 14U, 15U, 16U, 17U, 400U}) {
    const std::string text(size, 'x');
    checkForm<std::string>(text, text + "y");
    checkForm<std::string_view>(text, std::string_view("another"));
  }
}

TEST_CASE("KeyForm: only what owns all it needs may wait") {
  CHECK(KeyForm<std::string_view>::canWait("fifteen bytes.."));
  CHECK_FALSE(KeyForm<std::string_view>::canWait("sixteen bytes..."));
  CHECK_FALSE(KeyForm<std::string_view>::canWait(std::string_view()));
  CHECK(KeyForm<int>::canWait(5));
}

TEST_CASE("KeyForm: each byte of a long text matters to its hash, and how long it is") {
  using Form = detail::KeyForm<std::string_view>;
  for (const bool strong : {false, true}) {
    detail::HashSeed seed(3);
    seed.strong = strong;
    std::set<std::uint64_t> hashes;
    std::size_t texts = 0;
    for (std::size_t size = 16; size <= 40; ++size) {
      const std::string text(size, 'a');
      const std::string same = text;
      CHECK(Form::hash(Form::probe(text), seed) == Form::hash(Form::probe(same), seed));
      hashes.insert(Form::hash(Form::probe(text), seed));
      ++texts;
      for (std::size_t i = 0; i < size; ++i) {
        std::string other = text;
        other[i] = 'b';
        hashes.insert(Form::hash(Form::probe(other), seed));
        ++texts;
      }
    }
    CHECK(hashes.size() == texts);
  }
}

TEST_CASE("KeyForm: seeds make other hashes") {
  CHECK(KeyForm<int>::hash(1, HashSeed(1)) != KeyForm<int>::hash(1, HashSeed(2)));
  CHECK(KeyForm<std::string>::hash(detail::TextKey("a"), HashSeed(1))
        != KeyForm<std::string>::hash(detail::TextKey("a"), HashSeed(2)));
}

}  // namespace
