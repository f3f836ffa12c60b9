// SPDX-License-Identifier: BSL-1.0
#include <dstream/dstream.hpp>

#include <string>
#include <vector>

long count(dstream::StreamingContext& stream) {
  long words = 0;
  dstream::BatchQueue<std::string> queue;
  queue.push(std::vector<std::string>{"one two", "three"});
  queue.close();
  stream.queueStream(queue) | dstream::flatMap(dstream::splitWords) | dstream::foreachRDD([&](auto batch) { words += static_cast<long>(batch.count()); });
  stream.start();
  stream.awaitTermination();
  return words;
}
