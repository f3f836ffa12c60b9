// SPDX-License-Identifier: BSL-1.0
#pragma once
// TableStore: an operator's tables between its batches.

#include <cstddef>
#include <cstdint>
#include <utility>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>

namespace dstream::inline v0::detail {

/// **meaning** empty tables with the memory they had; `take` gives one, or a new one. Copies share them, so that the batches that an operator
/// makes find the tables of those before. What type they are, an operator does not know before it is applied: all of the same one at a time.
/// **kept** as many tables as were in use at a time, at most 64. **threads** any.
template <class Use = OnUse>
class BasicTableStore {
 public:
  /// name: the operator's, for errors.
  explicit BasicTableStore(const char* name = "a keyed operator") : shelf_(new Shelf), name_(name) {}
  BasicTableStore(const BasicTableStore& other) : shelf_(other.shelf_), name_(other.name_) { shelf_->owners.increment(); }
  BasicTableStore& operator=(BasicTableStore other) noexcept {
    std::swap(shelf_, other.shelf_);
    std::swap(name_, other.name_);
    return *this;
  }
  ~BasicTableStore() {
    if (!shelf_->owners.decrement()) return;
    shelf_->drop();
    delete shelf_;
  }

  [[nodiscard]] const char* name() const { return name_; }

  template <class Table>
  [[nodiscard]] Table* take(std::uint64_t seed) const {
    {
      const SpinHold hold(shelf_->busy);
      if (shelf_->type == &typeMark<Table> && shelf_->count != 0) return static_cast<Table*>(shelf_->tables[--shelf_->count]);
    }
    return new Table(seed);
  }
  template <class Table>
  void give(Table* table) const noexcept {
    table->clear();
    const SpinHold hold(shelf_->busy);
    if (shelf_->type != &typeMark<Table>) {
      shelf_->drop();
      shelf_->type = &typeMark<Table>;
      shelf_->destroy = [](void* held) { delete static_cast<Table*>(held); };
    }
    if (shelf_->count < most) {
      shelf_->tables[shelf_->count++] = table;
      return;
    }
    delete table;
  }

 private:
  static constexpr std::size_t most = 64;
  template <class Table>
  static inline char typeMark = 0;

  struct Shelf {
    void drop() noexcept {
      while (count != 0) destroy(tables[--count]);
    }
    AtomicCount owners;
    SpinLock busy;
    const char* type = nullptr;
    void (*destroy)(void*) = nullptr;
    std::size_t count = 0;
    void* tables[most];
  };

  Shelf* shelf_;
  const char* name_;
};
using TableStore = BasicTableStore<>;

/// Of an operator that is made of another one: errors name it.
template <class Op>
[[nodiscard]] Op speakingFor(const char* name, Op op) {
  op.tables = TableStore(name);
  return op;
}

}  // namespace dstream::inline v0::detail
