// SPDX-License-Identifier: BSL-1.0
// words: flatMap, any number of records out for each one in.
// splitWords gives the words of a line as views into the receive buffer.

#include <exception>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv);
  Context context{options.master, "Words"};
  StreamingContext stream{context, options.interval};

  auto lines = stream.socketTextStream(options.host, options.port, options.socket);
  lines | flatMap(splitWords) | print();

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
