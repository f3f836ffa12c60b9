// SPDX-License-Identifier: BSL-1.0
// count_by_window: how many lines came in the last 10 seconds, every 2 seconds.

#include <exception>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;
using namespace std::chrono_literals;

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv, "--window MS --slide MS");
  Context context{options.master, "CountByWindow"};
  StreamingContext stream{context, options.interval};

  stream.socketTextStream(options.host, options.port, options.socket)
      | countByWindow(options.duration("--window", 10s), options.duration("--slide", 2s)) | print();

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
