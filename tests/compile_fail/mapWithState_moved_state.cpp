// SPDX-License-Identifier: BSL-1.0
// expect: this operator carries keys and values from batch to batch and copies them where an earlier batch may still be looked at, and one of these types can only be moved; let it hold a std::shared_ptr
#include <dstream/dstream.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

using namespace dstream;
using namespace std::chrono_literals;

template <class Pointer>
struct Total {
  Pointer at;
};
template <class Pointer>
struct dstream::Owned<Total<Pointer>> : dstream::KeptAsIs<Total<Pointer>> {};

int main() {
  Context context("local");
  StreamingContext stream(context, 1s);
  BatchQueue<std::pair<int, int>> queue;
  const auto pairs = stream.queueStream(queue);
#ifdef RIGHT
  using Sum = Total<std::shared_ptr<int>>;
#else
  using Sum = Total<std::unique_ptr<int>>;
#endif
  const auto keyOf = [](const int& key, std::optional<int>, State<Sum>&) { return key; };
  pairs | mapWithState(StateSpec::function<Sum>(keyOf).transient()) | print();
}
