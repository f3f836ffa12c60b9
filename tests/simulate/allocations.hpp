// SPDX-License-Identifier: BSL-1.0
#pragma once
// The n-th allocation fails. What replaces operator new has a file of its own, where no caller sees what it is made of.

#include <cstdint>

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
