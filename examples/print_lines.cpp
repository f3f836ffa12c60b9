// SPDX-License-Identifier: BSL-1.0
// print_lines: the smallest streaming program: a source and an output.
// Each batch is the lines that came since the one before; print shows its first ten.

#include <exception>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv);
  Context context{options.master, "PrintLines"};
  StreamingContext stream{context, options.interval};

  auto lines = stream.socketTextStream(options.host, options.port, options.socket);
  lines | print();

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
