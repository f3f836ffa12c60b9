// SPDX-License-Identifier: BSL-1.0
#pragma once
// The n-th allocation fails. For the one main file of an executable: it replaces operator new.

#include <cstdint>
#include <cstdlib>
#include <new>

namespace simulate {

struct Allocations {
  static inline bool counting = false;
  static inline std::uint64_t count = 0;
  static inline std::uint64_t failAt = 0;  // 0: none

  // What the simulation itself needs memory for does not count.
  class Suspended {
   public:
    Suspended() { counting = false; }
    Suspended(const Suspended&) = delete;
    Suspended& operator=(const Suspended&) = delete;
    ~Suspended() { counting = was_; }

   private:
    bool was_ = counting;
  };
};

}  // namespace simulate

void* operator new(std::size_t bytes) {
  using simulate::Allocations;
  if (Allocations::counting && ++Allocations::count == Allocations::failAt) throw std::bad_alloc();
  if (void* const memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
