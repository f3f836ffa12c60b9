// SPDX-License-Identifier: BSL-1.0
#pragma once
// SpareMemory: what one batch gives back, the next one takes. Recycled, BatchVector: objects and
// vectors that live in it.

#include <cstddef>
#include <new>
#include <vector>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>

namespace dstream::inline v0::detail {

/// **meaning** memory for what lives about as long as a batch: its Rdds, jobs, lists of slices and
/// blocks. What is given back is taken again by whoever next asks for about as much, on whatever
/// thread.
/// **kept** of each power of two up to 64 KiB at most 64 KiB, for the life of the program; under
/// AddressSanitizer, which is to see what is used too late, nothing. **cost** some ten
/// instructions. **threads** any.
template <class Use = OnUse>
class BasicSpareMemory {
 public:
  [[nodiscard]] static void* take(std::size_t bytes) {
    if (bytes > most) return ::operator new(bytes);
    Shelf& shelf = shelfOf(bytes);
    {
      const SpinHold hold(shelf.busy);
      if (Piece* const piece = shelf.first) {
        shelf.first = piece->next;
        --shelf.count;
        return piece;
      }
    }
    return ::operator new(shelf.bytes);
  }
  static void give(void* memory, std::size_t bytes) noexcept {
    if (keeps && bytes <= most) {
      Shelf& shelf = shelfOf(bytes);
      const SpinHold hold(shelf.busy);
      if (shelf.count * shelf.bytes < most) {
        shelf.first = ::new (memory) Piece{shelf.first};
        ++shelf.count;
        return;
      }
    }
    ::operator delete(memory);
  }

 private:
  static constexpr std::size_t least = 32;
  static constexpr std::size_t most = std::size_t{64} << 10;
#if defined(__SANITIZE_ADDRESS__)
  static constexpr bool keeps = false;
#elif defined(__has_feature)
  static constexpr bool keeps = !__has_feature(address_sanitizer);
#else
  static constexpr bool keeps = true;
#endif

  struct Piece {
    Piece* next;
  };
  struct Shelf {
    std::size_t bytes;  // of each piece
    Piece* first = nullptr;
    std::size_t count = 0;
    SpinLock busy{};
  };

  static Shelf& shelfOf(std::size_t bytes) {
    std::size_t at = 0;
    while (least << at < bytes) ++at;
    return shelves_[at];
  }

  static inline constinit Shelf shelves_[]{
      {least},      {least << 1}, {least << 2}, {least << 3}, {least << 4},  {least << 5},
      {least << 6}, {least << 7}, {least << 8}, {least << 9}, {least << 10}, {least << 11}};
};
using SpareMemory = BasicSpareMemory<>;

/// **meaning** the base of classes whose objects live in spare memory.
struct Recycled {
  static void* operator new(std::size_t bytes) { return SpareMemory::take(bytes); }
  static void operator delete(void* memory, std::size_t bytes) noexcept {
    SpareMemory::give(memory, bytes);
  }
  static void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return ::operator new(bytes, alignment);
  }
  static void operator delete(void* memory, std::size_t, std::align_val_t alignment) noexcept {
    ::operator delete(memory, alignment);
  }
};

/// **meaning** a standard allocator of spare memory; what needs more alignment than that has is
/// allocated as ever.
template <class T>
struct BatchAllocator {
  using value_type = T;

  BatchAllocator() = default;
  template <class Other>
  BatchAllocator(const BatchAllocator<Other>&) noexcept {}  // NOLINT(google-explicit-constructor): as allocators convert

  [[nodiscard]] T* allocate(std::size_t count) {
    if constexpr (aligned) {
      return static_cast<T*>(SpareMemory::take(count * sizeof(T)));
    } else {
      return static_cast<T*>(::operator new(count * sizeof(T), std::align_val_t{alignof(T)}));
    }
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    if constexpr (aligned) {
      SpareMemory::give(memory, count * sizeof(T));
    } else {
      ::operator delete(memory, std::align_val_t{alignof(T)});
    }
  }
  friend bool operator==(const BatchAllocator&, const BatchAllocator&) { return true; }

 private:
  static constexpr bool aligned = alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__;
};

template <class T>
using BatchVector = std::vector<T, BatchAllocator<T>>;

}  // namespace dstream::inline v0::detail
