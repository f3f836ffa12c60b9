// SPDX-License-Identifier: BSL-1.0
#pragma once
// The global operator new of a test executable, which counts; included by exactly one of its files.

#include <cstdlib>
#include <new>

#include "support/counting_new.hpp"

namespace support {

thread_local std::size_t allocationCount = 0;

namespace {

void* counted(std::size_t bytes) {
  ++allocationCount;
  return std::malloc(bytes == 0 ? 1 : bytes);
}

void* countedOrThrow(std::size_t bytes) {
  if (void* memory = counted(bytes)) return memory;
  throw std::bad_alloc{};
}

void* countedAligned(std::size_t bytes, std::align_val_t alignment) {
  ++allocationCount;
  const auto align = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(align, (bytes + align) / align * align)) return memory;
  throw std::bad_alloc{};
}

}  // namespace
}  // namespace support

void* operator new(std::size_t bytes) { return support::countedOrThrow(bytes); }
void* operator new[](std::size_t bytes) { return support::countedOrThrow(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return support::counted(bytes);
}
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept {
  return support::counted(bytes);
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return support::countedAligned(bytes, alignment);
}
void* operator new[](std::size_t bytes, std::align_val_t alignment) {
  return support::countedAligned(bytes, alignment);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
