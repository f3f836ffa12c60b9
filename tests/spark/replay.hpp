// SPDX-License-Identifier: BSL-1.0
#pragma once
// Replays golden cases: what real Spark said of random batches (`generate` makes the files and describes them) against
// the same pipeline here. A pipeline's replay is an entry of a Replays table in the file of its family.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <ranges>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>
#include <dstream/testing/world.hpp>

namespace spark {

using Number = std::int64_t;
using Word = std::string;
using Pair = std::pair<std::string, Number>;

/// What Spark promises: the order of records; only which they are; not even that of the values in a group.
enum class Order { Kept, Any, AnyInGroupsToo };

/// 0 … n − 1; nothing for a negative n.
inline auto until(Number n) { return std::views::iota(Number{0}, std::max(n, Number{0})); }

template <class T>
inline constexpr bool isTuple = false;
template <class... Parts>
inline constexpr bool isTuple<std::tuple<Parts...>> = true;
template <class First, class Second>
inline constexpr bool isTuple<std::pair<First, Second>> = true;

void appendQuoted(std::string& json, std::string_view text);

/// A record, or a list of them, as the golden files have it. Text, since instances of a JSON class would be most of the compile time.
template <class T>
void append(std::string& json, const T& value) {
  const auto list = [&json](const auto& each) {
    json += '[';
    each([&json, first = true](const auto& part) mutable {
      if (!std::exchange(first, false)) json += ',';
      append(json, part);
    });
    json += ']';
  };
  if constexpr (std::is_same_v<T, bool>) {
    json += value ? "true" : "false";
  } else if constexpr (std::is_integral_v<T>) {
    json += std::to_string(value);
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    appendQuoted(json, value);
  } else if constexpr (isTuple<T>) {
    list([&value](auto add) { std::apply([&add](const auto&... parts) { (add(parts), ...); }, value); });
  } else if constexpr (requires { value.has_value(); }) {
    if (value) return append(json, *value);
    json += "null";
  } else {
    list([&value](auto add) {
      for (const auto& part : value) add(part);
    });
  }
}

template <class T>
std::string toJson(const T& value) {
  std::string json;
  append(json, value);
  return json;
}

/// One case in a world of its own. A replay makes streams of its inputs and says what is to be compared.
class Run {
  template <class T>
  using Source = decltype(std::declval<dstream::StreamingContext&>().queueStream(std::declval<dstream::BatchQueue<T>&>()));

 public:
  Run(const nlohmann::json& golden, std::size_t workers);

  [[nodiscard]] bool has(const char* param) const;
  [[nodiscard]] std::size_t number(const char* param) const;
  [[nodiscard]] bool flag(const char* param) const;
  [[nodiscard]] std::string text(const char* param) const;
  [[nodiscard]] std::vector<Pair> initial() const;
  /// Of the batch at this time, from 1.
  [[nodiscard]] Number indexOf(dstream::Time time) const { return (time.nanoseconds - start_) / 1'000'000'000; }
  [[nodiscard]] std::chrono::seconds batches(const char* param) const { return std::chrono::seconds(number(param)); }
  [[nodiscard]] std::chrono::seconds window() const { return batches("window"); }
  [[nodiscard]] std::chrono::seconds slide() const { return batches("slide"); }

  [[nodiscard]] Source<Number> numbers(dstream::QueueOptions options = {});
  [[nodiscard]] Source<Word> words();
  [[nodiscard]] Source<Pair> pairs();
  [[nodiscard]] Source<Number> otherNumbers();
  [[nodiscard]] Source<Pair> otherPairs();

  template <class Stream>
  void records(Order order, const Stream& stream, const char* which = "outputs") {
    action(order, stream, [](auto batch) { return batch.collect(); }, which);
  }
  /// The number of partitions as well; their contents where the order is kept, else that no key is in two of them.
  template <class Stream>
  void partitions(Order order, const Stream& stream) {
    Output& output = expect("outputs", order);
    output.partitioned = true;
    stream | dstream::foreachRDD([this, &output](auto batch) {
      std::vector<std::vector<typename decltype(batch)::value_type>> all(batch.getNumPartitions());
      for (std::size_t partition = 0; partition < all.size(); ++partition) {
        auto append = [&into = all[partition]](std::size_t size, auto&& record) {
          into.emplace_back(std::forward<decltype(record)>(record));
          return size + 1;
        };
        static_cast<void>(batch.fold(dstream::Slice{partition, 0, 1}, std::size_t{0}, append));
      }
      tell(output, batch.batch(), toJson(all));
    });
  }
  /// `act(batch)` gives a list of what an action returned.
  template <class Stream, class Act>
  void action(Order order, const Stream& stream, Act act, const char* which = "outputs") {
    Output& output = expect(which, order);
    stream | dstream::foreachRDD([this, &output, act](auto batch) { tell(output, batch.batch(), toJson(act(batch))); });
  }

  /// What is to be compared is known once all batches are done: a list, whole.
  void afterwards(std::function<std::string()> said) { afterwards_ = std::move(said); }
  /// The time of a case's `param`, in milliseconds behind the zero time.
  [[nodiscard]] dstream::Time time(const char* param) const { return {start_ + static_cast<dstream::Nanos>(number(param)) * 1'000'000}; }
  [[nodiscard]] dstream::StreamingContext& context() { return stream_; }

  /// Runs; the differences in words, or nothing.
  [[nodiscard]] std::string differences();

 private:
  struct Output {
    std::string which;
    Order order;
    std::vector<std::string> said;
    bool partitioned = false;
  };

  template <class T>
  Source<T> queued(const char* which, dstream::QueueOptions options = {});
  Output& expect(const char* which, Order order);
  void tell(Output& output, const dstream::Batch& batch, std::string said) { output.said.at(batch.seq - 1) = std::move(said); }

  const nlohmann::json& golden_;
  std::deque<Output> outputs_;
  std::function<std::string()> afterwards_;
  std::vector<std::shared_ptr<void>> queues_;
  dstream::testing::World world_;
  const dstream::Nanos start_ = world_.now(dstream::Clock::Wall);
  dstream::Context context_;
  dstream::StreamingContext stream_;
};

using Replay = std::function<void(Run&)>;

/// Pipelines by name; each family's file adds its own.
std::map<std::string, Replay>& replays();

struct Replays {
  Replays(std::initializer_list<std::pair<const std::string, Replay>> some);
};

}  // namespace spark
