// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/spare_memory.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace {

using dstream::detail::BatchAllocator;
using dstream::detail::BatchVector;
using dstream::detail::Recycled;
using dstream::detail::SpareMemory;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool keeps = false;
#elif defined(__has_feature)
constexpr bool keeps = !__has_feature(address_sanitizer);
#else
constexpr bool keeps = true;
#endif

TEST_CASE("SpareMemory: every piece is as large as asked for, and its own") {
  for (const std::size_t bytes : {0U, 1U, 31U, 32U, 33U, 1000U, 65535U, 65536U, 65537U, 1U << 20}) {
    CAPTURE(bytes);
    std::vector<void*> pieces;
    for (int round = 0; round < 2; ++round) {  // new ones, then spare ones
      for (unsigned char i = 0; i < 100; ++i) {
        pieces.push_back(SpareMemory::take(bytes));
        CHECK(reinterpret_cast<std::uintptr_t>(pieces.back()) % __STDCPP_DEFAULT_NEW_ALIGNMENT__
              == 0);
        std::memset(pieces.back(), i, bytes);
      }
      for (unsigned char i = 0; i < 100; ++i) {
        const auto* const piece = static_cast<const unsigned char*>(pieces[i]);
        CHECK((bytes == 0 || (piece[0] == i && piece[bytes - 1] == i)));
        SpareMemory::give(pieces[i], bytes);
      }
      pieces.clear();
    }
  }
}

TEST_CASE("SpareMemory: what was given is taken by who asks for about as much") {
  if (!keeps) return;
  void* const piece = SpareMemory::take(600);
  SpareMemory::give(piece, 600);
  void* const smaller = SpareMemory::take(100);
  void* const again = SpareMemory::take(1024);
  CHECK(smaller != piece);
  CHECK(again == piece);
  SpareMemory::give(again, 1024);
  SpareMemory::give(smaller, 100);
}

TEST_CASE("SpareMemory: many threads") {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([thread] {
      for (int i = 0; i < 5000; ++i) {
        BatchVector<int> numbers(static_cast<std::size_t>(1 + i % 50), thread);
        for (const int number : numbers)
          if (number != thread) std::abort();
      }
    });
  for (std::thread& thread : threads) thread.join();
}

struct Base : Recycled {
  virtual ~Base() = default;
};
struct Large final : Base {
  std::uint64_t numbers[40] = {};
};
struct alignas(256) Aligned final : Base {
  std::uint64_t number = 1;
};

TEST_CASE("Recycled: objects go back by the size that they have, whoever deletes them") {
  const Base* first = nullptr;
  {
    const std::unique_ptr<Base> one = std::make_unique<Large>();
    first = one.get();
  }
  const std::unique_ptr<Base> two = std::make_unique<Large>();
  CHECK((!keeps || two.get() == first));
  const std::unique_ptr<Base> aligned = std::make_unique<Aligned>();
  CHECK(reinterpret_cast<std::uintptr_t>(aligned.get()) % 256 == 0);
}

TEST_CASE("BatchAllocator: of anything, and all are equal") {
  CHECK(BatchAllocator<int>{} == BatchAllocator<int>(BatchAllocator<long>{}));
  const auto shared = std::allocate_shared<std::vector<int>>(BatchAllocator<int>{}, 3, 7);
  CHECK(*shared == std::vector{7, 7, 7});
  BatchVector<Aligned> aligned(5);
  for (const Aligned& one : aligned) {
    CHECK(reinterpret_cast<std::uintptr_t>(&one) % 256 == 0);
    CHECK(one.number == 1);
  }
}

}  // namespace
