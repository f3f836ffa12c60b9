// SPDX-License-Identifier: BSL-1.0
// line_lengths: map, one record out for each one in.
// The lambda becomes part of the loop that finds the lines: no call, no copy.

#include <exception>
#include <string_view>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv);
  Context context{options.master, "LineLengths"};
  StreamingContext stream{context, options.interval};

  auto lines = stream.socketTextStream(options.host, options.port, options.socket);
  lines | map([](std::string_view line) { return line.size(); }) | print();

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
