// SPDX-License-Identifier: BSL-1.0
#include "simulate/allocations.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

void* operator new(std::size_t bytes) {
  using simulate::Allocations;
  if (Allocations::counting && ++Allocations::count == Allocations::failAt) throw std::bad_alloc();
  if (void* const memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
