// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <memory>

#include <dstream/outputs/foreachRDD.hpp>
#include <dstream/windows/reduceByKeyAndWindow.hpp>
#include <dstream/windows/window.hpp>

#include "keyed_windows/contenders.hpp"

namespace bench {

namespace {

using namespace dstream;

template <class Pipeline>
Contender<Records> fed(const Pipeline& pipeline) {
  auto feed = std::make_shared<Feed<Record>>();
  auto last = std::make_shared<std::uint64_t>(0);
  feed->stream() | pipeline
      | map([](const auto& pair) { return digestOf(pair.first, pair.second); })
      | foreachRDD([last](const auto& batch) { *last = batch.sum(); });
  return [feed, last](const Records& batch) {
    feed->give(batch);
    return *last;
  };
}

}  // namespace

Contender<Records> dstreamLargest(std::size_t slides) {
  return fed(reduceByKeyAndWindow(larger, std::chrono::seconds(slides)));
}
Contender<Records> dstreamSums(std::size_t slides) {
  return fed(reduceByKeyAndWindow(plus, std::chrono::seconds(slides)));
}
Contender<Records> dstreamLargestAnew(std::size_t slides) {
  return fed(reduceByKey(larger) | window(std::chrono::seconds(slides)) | reduceByKey(larger));
}

}  // namespace bench
