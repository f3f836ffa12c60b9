// SPDX-License-Identifier: BSL-1.0
// windowed_word_count: reduceByKeyAndWindow, the words of the last 30 seconds, every 10 seconds.
// Without an inverse any function will do; with one, what leaves the window is subtracted.

#include <algorithm>
#include <exception>
#include <utility>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;
using namespace std::chrono_literals;

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv, "--window MS --slide MS");
  const auto length = options.duration("--window", 30s);
  const auto slide = options.duration("--slide", 10s);

  Context context{options.master, "WindowedWordCount"};
  StreamingContext stream{context, options.interval};

  const auto words =
      stream.socketTextStream(options.host, options.port, options.socket) | flatMap(splitWords);
  const auto ones = words | map([](auto word) { return std::pair{word, 1L}; });

  const auto add = [](long a, long b) { return a + b; };
  const auto subtract = [](long a, long b) { return a - b; };
  ones | reduceByKeyAndWindow(add, length, slide) | print(options.show);
  ones | reduceByKeyAndWindow(add, subtract, length, slide) | print(options.show);

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
