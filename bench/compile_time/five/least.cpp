// SPDX-License-Identifier: BSL-1.0
// The least that pipelines can be, for comparison: no partitions, no checks, no ownership, nothing but these five; a function per operator and per step.
#include <cstring>
#include <string_view>
#include <vector>

#include <dstream/core.hpp>

namespace {

template <class Range>
struct Source {
  template <class Step>
  [[gnu::always_inline]] void each(Step step) const {
    for (const auto& record : range) step(record);
  }
  const Range& range;
};
struct Fields {
  template <class Step>
  [[gnu::always_inline]] void each(Step step) const {
    const char* at = text.data();
    const char* const end = at + text.size();
    for (;;) {
      const auto* blank = static_cast<const char*>(std::memchr(at, delimiter, static_cast<std::size_t>(end - at)));
      step(std::string_view(at, static_cast<std::size_t>((blank == nullptr ? end : blank) - at)));
      if (blank == nullptr) return;
      at = blank + 1;
    }
  }
  std::string_view text;
  char delimiter;
};
struct Lines {
  template <class Step>
  [[gnu::always_inline]] void each(Step step) const {
    if (text.empty()) return;
    const std::string_view whole = text.back() == '\n' ? text.substr(0, text.size() - 1) : text;
    Fields{whole, '\n'}.each([&](std::string_view line) {
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      step(line);
    });
  }
  std::string_view text;
};

template <class Parent, class Fn>
struct Mapped {
  template <class Step>
  [[gnu::always_inline]] void each(Step step) const {
    parent.each([&](auto&& record) { step(fn(record)); });
  }
  Parent parent;
  Fn fn;
};
template <class Parent, class Fn>
struct Filtered {
  template <class Step>
  [[gnu::always_inline]] void each(Step step) const {
    parent.each([&](auto&& record) {
      if (fn(record)) step(record);
    });
  }
  Parent parent;
  Fn fn;
};
template <class Parent, class Fn>
struct Flat {
  template <class Step>
  [[gnu::always_inline]] void each(Step step) const {
    parent.each([&](auto&& record) { fn(record).each(step); });
  }
  Parent parent;
  Fn fn;
};

template <template <class, class> class Node, class Fn>
struct Op {
  Fn fn;
};
template <class Parent, template <class, class> class Node, class Fn>
constexpr auto operator|(Parent parent, Op<Node, Fn> op) {
  return Node<Parent, Fn>{parent, op.fn};
}
template <class Fn>
constexpr auto map(Fn fn) {
  return Op<Mapped, Fn>{fn};
}
template <class Fn>
constexpr auto filter(Fn fn) {
  return Op<Filtered, Fn>{fn};
}
template <class Fn>
constexpr auto flatMap(Fn fn) {
  return Op<Flat, Fn>{fn};
}
template <class T, class Parent>
T sum(const Parent& parent) {
  T total = 0;
  parent.each([&](T value) { total += value; });
  return total;
}

}  // namespace

long integers(const std::vector<long>& numbers) {
  return sum<long>(Source<std::vector<long>>{numbers} | map([](long x) { return x * 3 + 1; }) | filter([](long x) { return x % 2 == 0; })
                   | map([](long x) { return x >> 1; }) | filter([](long x) { return x % 5 != 0; }));
}
float floats(const std::vector<float>& numbers) {
  return sum<float>(Source<std::vector<float>>{numbers} | map([](float x) { return x * 1.5F + 2.0F; }) | map([](float x) { return x * x; })
                    | filter([](float x) { return x > 1.0F; }) | map([](float x) { return x - 0.25F; }));
}
void array(const std::vector<float>& numbers, std::vector<float>& results) {
  float* to = results.data();
  (Source<std::vector<float>>{numbers} | map([](float x) { return x * 1.5F + 2.0F; }) | map([](float x) { return x * x; })
   | map([](float x) { return x + 1; }) | map([](float x) { return x - 0.25F; }))
      .each([&](float x) { *to++ = x; });
}
long inner(const std::vector<std::vector<long>>& lists) {
  return sum<long>(Source<std::vector<std::vector<long>>>{lists} | filter([](const auto& list) { return list.size() > 1; })
                   | flatMap([](const std::vector<long>& list) { return Source<std::vector<long>>{list}; }) | filter([](long x) { return x % 2 == 1; })
                   | map([](long x) { return x * x; }));
}
long text(std::string_view book) {
  return sum<long>(Lines{book} | flatMap([](std::string_view line) { return Fields{line, ' '}; }) | filter([](std::string_view word) { return word.size() > 3; })
                   | map([](std::string_view word) { return static_cast<long>(word.size()); }));
}
