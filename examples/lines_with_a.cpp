// SPDX-License-Identifier: BSL-1.0
// lines_with_a: filter, only the records of which the function says true.
// What it refuses ends there: nothing is stored in between.

#include <exception>
#include <string_view>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv);
  Context context{options.master, "LinesWithA"};
  StreamingContext stream{context, options.interval};

  auto lines = stream.socketTextStream(options.host, options.port, options.socket);
  lines | filter([](std::string_view line) { return line.starts_with('A'); }) | print();

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
