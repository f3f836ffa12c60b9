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
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>
#include <dstream/testing/world.hpp>

namespace spark {

using Json = nlohmann::json;
using Number = std::int64_t;
using Word = std::string;
using Pair = std::pair<std::string, Number>;

/// What Spark promises: the order of records; only which they are; not even that of the values in a group.
enum class Order { Kept, Any, AnyInGroupsToo };

template <class T>
struct IsTuple : std::false_type {};
template <class... Parts>
struct IsTuple<std::tuple<Parts...>> : std::true_type {};
template <class First, class Second>
struct IsTuple<std::pair<First, Second>> : std::true_type {};

/// 0 … n − 1; nothing for a negative n.
inline auto until(Number n) { return std::views::iota(Number{0}, std::max(n, Number{0})); }

/// A record as the golden files have it.
template <class T>
Json toJson(const T& value) {
  if constexpr (requires { value.has_value(); }) {
    return value ? toJson(*value) : Json();
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return std::string(std::string_view(value));
  } else if constexpr (IsTuple<T>::value) {
    return std::apply([](const auto&... parts) { return Json::array({toJson(parts)...}); }, value);
  } else if constexpr (requires { value.begin(); }) {
    Json all = Json::array();
    for (const auto& part : value) all.push_back(toJson(part));
    return all;
  } else {
    return value;
  }
}

/// One case in a world of its own. A replay makes streams of its inputs and says what is to be compared.
class Run {
  template <class T>
  using Partitions = typename dstream::BatchQueue<T>::Partitions;

 public:
  Run(const Json& golden, std::size_t workers)
      : golden_(golden),
        context_("local[" + std::to_string(workers) + "]", "replay",
                 dstream::Configuration{.stopOnSignals = false, .defaultListener = false}, world_),
        stream_(context_, std::chrono::seconds(1)) {}

  // Params.

  [[nodiscard]] bool has(const char* param) const { return golden_["params"].contains(param); }
  template <class T = std::size_t>
  [[nodiscard]] T param(const char* name) const {
    return golden_["params"].at(name).get<T>();
  }
  [[nodiscard]] std::chrono::seconds batches(const char* param) const {
    return std::chrono::seconds(golden_["params"].at(param).get<int>());
  }

  // Inputs.

  template <class T>
  [[nodiscard]] auto queued(const char* which, dstream::QueueOptions options = {}) {
    auto queue = std::make_shared<dstream::BatchQueue<T>>();
    for (const Json& batch : golden_.at(which)) queue->push(batch.get<Partitions<T>>());
    owned_.push_back(queue);
    return stream_.queueStream(*queue, options);
  }
  [[nodiscard]] auto numbers() { return queued<Number>("batches"); }
  [[nodiscard]] auto words() { return queued<Word>("batches"); }
  [[nodiscard]] auto pairs() { return queued<Pair>("batches"); }
  [[nodiscard]] auto otherNumbers() { return queued<Number>("second"); }
  [[nodiscard]] auto otherPairs() { return queued<Pair>("second"); }
  [[nodiscard]] dstream::StreamingContext& stream() { return stream_; }

  // What is compared, batch by batch.

  template <class Stream>
  void records(Order order, const Stream& stream, const char* which = "outputs") {
    action(order, stream, [](auto batch) { return toJson(batch.collect()); }, which);
  }
  /// The number of partitions as well; their contents where the order is kept, else that no key is in two of them.
  template <class Stream>
  void partitions(Order order, const Stream& stream) {
    Output& output = expect("outputs", order);
    output.partitioned = true;
    stream | dstream::foreachRDD([this, &output](auto batch) {
      Json all = Json::array();
      const std::size_t count = batch.getNumPartitions();
      for (std::size_t partition = 0; partition < count; ++partition) {
        all.push_back(Json::array());
        auto append = [&all](std::size_t size, const auto& record) {
          all.back().push_back(toJson(record));
          return size + 1;
        };
        static_cast<void>(batch.fold(dstream::Slice{partition, 0, 1}, std::size_t{0}, append));
      }
      tell(output, batch.batch(), std::move(all));
    });
  }
  /// `act(batch)` or, with the batch's number from 1, `act(batch, number)` gives a list of what an action returned.
  template <class Stream, class Act>
  void action(Order order, const Stream& stream, Act act, const char* which = "outputs") {
    Output& output = expect(which, order);
    stream | dstream::foreachRDD([this, &output, act](auto batch) { tell(output, batch.batch(), act(batch)); });
  }

  /// Runs; the differences in words, or nothing.
  [[nodiscard]] std::string differences();

 private:
  struct Output {
    std::string which;
    Order order;
    bool partitioned = false;
    Json said = Json::array();
  };

  Output& expect(const char* which, Order order) {
    outputs_.push_back({which, order});
    outputs_.back().said = Json(golden_.at("batches").size(), Json());
    return outputs_.back();
  }
  void tell(Output& output, const dstream::Batch& batch, Json said) { output.said.at(batch.seq - 1) = std::move(said); }

  const Json& golden_;
  std::deque<Output> outputs_;
  std::vector<std::shared_ptr<void>> owned_;
  dstream::testing::World world_;
  dstream::Context context_;
  dstream::StreamingContext stream_;
};

using Replay = std::function<void(Run&)>;

/// Pipelines by name; each family's file adds its own.
std::map<std::string, Replay>& replays();

struct Replays {
  Replays(std::initializer_list<std::pair<const std::string, Replay>> some) {
    for (const auto& [pipeline, replay] : some)
      if (!replays().emplace(pipeline, replay).second) throw std::logic_error("two replays of " + pipeline);
  }
};

}  // namespace spark
