// SPDX-License-Identifier: BSL-1.0
// minimal: the README's first program, complete. Try it with `examples/run`'s text_server or `nc -lk 9999`.

// [minimal]
#include <dstream/dstream.hpp>
using namespace dstream;
using namespace std::chrono_literals;

int main() {
  Context context{"local[*]", "NetworkWordCount"};
  StreamingContext stream{context, 1s};

  auto wordCount = flatMap(splitWords) | map([](auto word) { return std::pair{word, 1L}; }) | reduceByKey(plus);

  stream.socketTextStream("localhost", 9999) | wordCount | print();

  stream.start();
  stream.awaitTermination();
}
// [/minimal]
