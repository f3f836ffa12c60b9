// SPDX-License-Identifier: BSL-1.0
#pragma once
// Accumulators: what tasks of all batches add to and the program reads.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/exec/mutex.hpp>
#include <dstream/runtime/context.hpp>

namespace dstream::inline v0 {

namespace detail {

/// One cell for each of the first threads that ask, in cache lines of its own; later threads share them.
template <class Cell>
class Sharded {
 public:
  /// More than workers and receivers of most programs, and at a cache line or two each still small.
  static constexpr std::size_t count = 32;

  [[nodiscard]] Cell& mine() { return cells_[place() % count].cell; }
  template <class Visit>
  void each(Visit visit) {
    for (Line& line : cells_) visit(line.cell);
  }

 private:
  struct alignas(64) Line {
    Cell cell;
  };
  static std::size_t place() {
    static detail::Atomic<std::size_t> threads{0};
    thread_local const std::size_t own = threads.fetch_add(1, detail::memory_order_relaxed);  // partner: none, any number will do
    return own;
  }

  std::array<Line, count> cells_;
};

/// A value under a lock that, one cell a thread, is hardly ever waited for.
template <class T>
struct LockedCell {
  Mutex mutex;
  T value{};
  std::int64_t count = 0;
};

}  // namespace detail

/// **meaning** the sum, count and mean of the numbers that any tasks add; `context.longAccumulator(name)` and `doubleAccumulator`. A copy is the same
/// accumulator: lambdas capture it by value.
/// What a function adds inside an output, such as foreachRDD, is added once per run of the output. What it adds inside a transformation is added
/// each time its batch is computed: for each output and action that is not served from cache() or a shared node. What a batch added that then
/// failed, or was cut short, stays.
/// **threads** add from any. value, sum, count, avg and isZero see at least what was added before in the same thread, and all of a batch once it has
/// completed; while tasks add, sum and count may be from different moments. reset leaves what is added meanwhile either in or out.
/// **kept** 2 KiB. **cost** add: two atomic additions in a cache line of the thread's own, no lock; reading looks at 32 cells.
/// Integers wrap around; sums of floating point depend on which thread added what, in their last bits.
/// **source** Spark's LongAccumulator and DoubleAccumulator.
template <class T>
class NumberAccumulator {
 public:
  explicit NumberAccumulator(std::string name) : state_(std::make_shared<State>(std::move(name))) {}

  void add(T number) const {
    Cell& cell = state_->cells.mine();
    // relaxed: numbers alone are passed on; that a batch is over is known from elsewhere
    cell.sum.fetch_add(number, detail::memory_order_relaxed);
    cell.count.fetch_add(1, detail::memory_order_relaxed);
  }
  [[nodiscard]] T value() const { return sum(); }
  [[nodiscard]] T sum() const {
    T total{};
    state_->cells.each([&](Cell& cell) { total = wrappingSum(total, cell.sum.load(detail::memory_order_relaxed)); });
    return total;
  }
  [[nodiscard]] std::int64_t count() const {
    std::int64_t total = 0;
    state_->cells.each([&](Cell& cell) { total += cell.count.load(detail::memory_order_relaxed); });
    return total;
  }
  /// NaN when nothing was added.
  [[nodiscard]] double avg() const { return static_cast<double>(sum()) / static_cast<double>(count()); }
  /// Nothing was added since the reset, or the beginning.
  [[nodiscard]] bool isZero() const { return count() == 0; }
  void reset() const {
    state_->cells.each([](Cell& cell) {
      cell.sum.store(T{}, detail::memory_order_relaxed);
      cell.count.store(0, detail::memory_order_relaxed);
    });
  }
  [[nodiscard]] const std::string& name() const { return state_->name; }

 private:
  struct Cell {
    detail::Atomic<T> sum{};
    detail::Atomic<std::int64_t> count{0};
  };
  struct State {
    explicit State(std::string of) : name(std::move(of)) {}
    const std::string name;
    detail::Sharded<Cell> cells;
  };
  static T wrappingSum(T left, T right) {
    if constexpr (requires { left % right; }) {
      return static_cast<T>(static_cast<std::uint64_t>(left) + static_cast<std::uint64_t>(right));
    } else {
      return left + right;
    }
  }

  std::shared_ptr<State> state_;
};
using LongAccumulator = NumberAccumulator<std::int64_t>;
using DoubleAccumulator = NumberAccumulator<double>;

/// **meaning** all that any tasks add, joined by a function of the user's; `context.accumulator(zero, fn, name)`. What counts, and when, is as
/// with NumberAccumulator. **function contract** `fn(T, T) → T`, associative and commutative, `zero` changes nothing: which thread adds what, and in
/// which order parts are joined, is not known. It is called under a lock, must not use the same accumulator, and may not throw. T has a default.
/// **kept** a T for each of 32 cells. **cost** add: a lock of the thread's own cell and fn. **source** Spark's AccumulatorV2.
template <class T, class Fn>
class Accumulator {
 public:
  Accumulator(T zero, Fn fn, std::string name) : state_(std::make_shared<State>(std::move(zero), std::move(fn), std::move(name))) { reset(); }

  void add(T value) const {
    Cell& cell = state_->cells.mine();
    const detail::Lock lock(cell.mutex);
    cell.value = state_->fn(std::move(cell.value), std::move(value));
    ++cell.count;
  }
  [[nodiscard]] T value() const {
    T joined = state_->zero;
    state_->cells.each([&](Cell& cell) {
      const detail::Lock lock(cell.mutex);
      if (cell.count != 0) joined = state_->fn(std::move(joined), T(cell.value));
    });
    return joined;
  }
  [[nodiscard]] std::int64_t count() const {
    std::int64_t total = 0;
    state_->cells.each([&](Cell& cell) {
      const detail::Lock lock(cell.mutex);
      total += cell.count;
    });
    return total;
  }
  /// Nothing was added since the reset, or the beginning.
  [[nodiscard]] bool isZero() const { return count() == 0; }
  void reset() const {
    state_->cells.each([&](Cell& cell) {
      const detail::Lock lock(cell.mutex);
      cell.value = state_->zero;
      cell.count = 0;
    });
  }
  [[nodiscard]] const std::string& name() const { return state_->name; }

 private:
  using Cell = detail::LockedCell<T>;
  struct State {
    State(T identity, Fn join, std::string of) : zero(std::move(identity)), fn(std::move(join)), name(std::move(of)) {}
    const T zero;
    const Fn fn;
    const std::string name;
    detail::Sharded<Cell> cells;
  };
  std::shared_ptr<State> state_;
};

/// **meaning** a list of all that any tasks add; `context.collectionAccumulator<T>(name)`. What counts, and when, is as with NumberAccumulator.
/// **order** that of each thread; none between them. **kept** everything added, until reset. **source** Spark's CollectionAccumulator.
template <class T>
class CollectionAccumulator {
 public:
  explicit CollectionAccumulator(std::string name) : state_(std::make_shared<State>(std::move(name))) {}

  void add(T value) const {
    Cell& cell = state_->cells.mine();
    const detail::Lock lock(cell.mutex);
    cell.value.push_back(std::move(value));
  }
  [[nodiscard]] std::vector<T> value() const {
    std::vector<T> all;
    state_->cells.each([&](Cell& cell) {
      const detail::Lock lock(cell.mutex);
      all.insert(all.end(), cell.value.begin(), cell.value.end());
    });
    return all;
  }
  [[nodiscard]] std::int64_t count() const {
    std::int64_t total = 0;
    state_->cells.each([&](Cell& cell) {
      const detail::Lock lock(cell.mutex);
      total += static_cast<std::int64_t>(cell.value.size());
    });
    return total;
  }
  [[nodiscard]] bool isZero() const { return count() == 0; }
  void reset() const {
    state_->cells.each([](Cell& cell) {
      const detail::Lock lock(cell.mutex);
      cell.value.clear();
    });
  }
  [[nodiscard]] const std::string& name() const { return state_->name; }

 private:
  using Cell = detail::LockedCell<std::vector<T>>;
  struct State {
    explicit State(std::string of) : name(std::move(of)) {}
    const std::string name;
    detail::Sharded<Cell> cells;
  };
  std::shared_ptr<State> state_;
};

template <class Use>
auto BasicContext<Use>::longAccumulator(std::string name) {
  return Deferred<LongAccumulator, Use>(std::move(name));
}
template <class Use>
auto BasicContext<Use>::doubleAccumulator(std::string name) {
  return Deferred<DoubleAccumulator, Use>(std::move(name));
}
template <class Use>
template <class T>
auto BasicContext<Use>::collectionAccumulator(std::string name) {
  return CollectionAccumulator<T>(std::move(name));
}
template <class Use>
template <class T, class Fn>
auto BasicContext<Use>::accumulator(T zero, Fn fn, std::string name) {
  return Accumulator<T, Fn>(std::move(zero), std::move(fn), std::move(name));
}

}  // namespace dstream::inline v0
