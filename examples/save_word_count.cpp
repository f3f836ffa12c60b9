// SPDX-License-Identifier: BSL-1.0
// save_word_count: each batch as a directory PREFIX-TIME.txt of text files, shown when it is whole.

#include <exception>
#include <utility>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv, "--prefix P");
  Context context{options.master, "SaveWordCount"};
  StreamingContext stream{context, options.interval};

  const auto wordCount =
      flatMap(splitWords) | map([](auto word) { return std::pair{word, 1L}; }) | reduceByKey(plus);
  stream.socketTextStream(options.host, options.port, options.socket) | wordCount
      | saveAsTextFiles(options.text("--prefix", "counts"), "txt", {.skipEmpty = true});

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
