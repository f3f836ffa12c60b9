// SPDX-License-Identifier: BSL-1.0
#include "executor/contenders.hpp"

#if BENCH_ONE_TBB
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>
#endif

namespace bench {

#if BENCH_ONE_TBB
namespace {

namespace tbb = oneapi::tbb;

/// Calls body with each number from `begin` to `end`; all but the first number of a range are given
/// away by halves.
template <class Body>
void halve(tbb::task_group& group, std::size_t begin, std::size_t end, const Body& body) {
  while (end - begin > 1) {
    const std::size_t middle = begin + (end - begin) / 2;
    group.run([&group, &body, middle, end] { halve(group, middle, end, body); });
    end = middle;
  }
  body(begin);
}

std::uint64_t sumOf(const std::vector<std::uint64_t>& sums) {
  std::uint64_t all = 0;
  for (const std::uint64_t sum : sums) all += sum;
  return all;
}

class Arena : public Crew {
 public:
  explicit Arena(std::size_t threads) : arena_(static_cast<int>(threads)), parts_(threads) {
    arena_.initialize();
  }

 protected:
  template <class Body>
  void tree(std::size_t n, const Body& body) {
    arena_.execute([&] {
      tbb::task_group group;
      halve(group, 0, n, body);
      group.wait();
    });
  }

  tbb::task_arena arena_;
  std::vector<Part> parts_;
};

class Tree : public Arena {
 public:
  using Arena::Arena;

  void tasks(std::size_t n, EmptyTask task) override { tree(n, task); }
  std::uint64_t fork(std::uint64_t elementsEach) override {
    Part parts[2];
    tree(2, [&](std::size_t task) { parts[task].sum = elements(0, elementsEach); });
    return parts[0].sum + parts[1].sum;
  }
  void loop(std::vector<std::uint32_t>& numbers, std::uint32_t mark) override {
    tree(numbers.size() / 4096 + 1, [&](std::size_t chunk) {
      const std::size_t to = std::min(numbers.size(), (chunk + 1) * 4096);
      for (std::size_t i = chunk * 4096; i < to; ++i)
        numbers[i] = static_cast<std::uint32_t>(i) + mark;
    });
  }
  std::uint64_t irregular(const Sizes& sizes) override {
    std::vector<std::uint64_t> sums(sizes.size());
    tree(sizes.size(), [&](std::size_t task) { sums[task] = elements(0, sizes[task]); });
    return sumOf(sums);
  }
};

class For final : public Arena {
 public:
  using Arena::Arena;

  void tasks(std::size_t n, EmptyTask task) override {
    arena_.execute([&] {
      tbb::parallel_for(
          tbb::blocked_range<std::size_t>(0, n, 1),
          [&](const tbb::blocked_range<std::size_t>& range) { task(range.begin()); },
          tbb::simple_partitioner{});
    });
  }
  std::uint64_t fork(std::uint64_t elementsEach) override {
    Part parts[2];
    arena_.execute([&] {
      tbb::parallel_for(std::size_t{0}, std::size_t{2},
                        [&](std::size_t task) { parts[task].sum = elements(0, elementsEach); });
    });
    return parts[0].sum + parts[1].sum;
  }
  void loop(std::vector<std::uint32_t>& numbers, std::uint32_t mark) override {
    arena_.execute([&] {
      tbb::parallel_for(
          tbb::blocked_range<std::size_t>(0, numbers.size()),
          [&](const tbb::blocked_range<std::size_t>& range) {
            for (std::size_t i = range.begin(); i < range.end(); ++i)
              numbers[i] = static_cast<std::uint32_t>(i) + mark;
          },
          tbb::auto_partitioner{});
    });
  }
  std::uint64_t irregular(const Sizes& sizes) override {
    for (Part& part : parts_) part.sum = 0;
    arena_.execute([&] {
      tbb::parallel_for(std::size_t{0}, sizes.size(), [&](std::size_t task) {
        const auto run = [&](const tbb::blocked_range<std::uint32_t>& range) {
          parts_[static_cast<std::size_t>(tbb::this_task_arena::current_thread_index())].sum +=
              elements(range.begin(), range.end());
        };
        const tbb::blocked_range<std::uint32_t> all(0, sizes[task], grain);
        if (sizes[task] <= grain) {
          run(all);
        } else {
          tbb::parallel_for(all, run, tbb::auto_partitioner{});
        }
      });
    });
    std::uint64_t sum = 0;
    for (const Part& part : parts_) sum += part.sum;
    return sum;
  }

 private:
  static constexpr std::uint32_t grain = 1024;
};

}  // namespace

std::unique_ptr<Crew> oneTbbTree(std::size_t threads) { return std::make_unique<Tree>(threads); }
std::unique_ptr<Crew> oneTbbFor(std::size_t threads) { return std::make_unique<For>(threads); }
#else
std::unique_ptr<Crew> oneTbbTree(std::size_t) { return nullptr; }
std::unique_ptr<Crew> oneTbbFor(std::size_t) { return nullptr; }
#endif

}  // namespace bench
