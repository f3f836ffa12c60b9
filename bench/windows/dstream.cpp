// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <memory>

#include <dstream/outputs/foreachRDD.hpp>
#include <dstream/windows/reduceByWindow.hpp>
#include <dstream/windows/window.hpp>

#include "windows/contenders.hpp"

namespace bench {

namespace {

using namespace dstream;

template <class T, class Pipeline>
Contender<std::vector<T>> fed(const Pipeline& pipeline) {
  auto feed = std::make_shared<Feed<T>>();
  auto last = std::make_shared<std::uint64_t>(0);
  feed->stream() | pipeline
      | foreachRDD([last](const auto& batch) { *last = digestOf(batch.first()); });
  return [feed, last](const std::vector<T>& batch) {
    feed->give(batch);
    return *last;
  };
}

}  // namespace

Contender<Numbers> dstreamWindow(std::size_t slides) {
  return fed<std::int64_t>(
      reduceByWindow(larger, std::chrono::seconds(slides), std::chrono::seconds(1)));
}
Contender<Numbers> dstreamAnew(std::size_t slides) {
  return fed<std::int64_t>(window(std::chrono::seconds(slides)) | reduce(larger));
}
Contender<Sketches> dstreamSketches(std::size_t slides) {
  return fed<Sketch>(
      reduceByWindow(Union{}, std::chrono::seconds(slides), std::chrono::seconds(1)));
}

}  // namespace bench
