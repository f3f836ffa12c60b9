// SPDX-License-Identifier: BSL-1.0
// file_word_count: a directory as a source: the words of the text files that appear in it.
// Write a file elsewhere, or by a name with a dot in front, and move it in when it is whole.

#include <exception>
#include <utility>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv, "--directory D");
  Context context{options.master, "FileWordCount"};
  StreamingContext stream{context, options.interval};

  const auto wordCount =
      flatMap(splitWords) | map([](auto word) { return std::pair{word, 1L}; }) | reduceByKey(plus);
  stream.textFileStream(options.text("--directory", ".")) | wordCount | print(options.show);

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
