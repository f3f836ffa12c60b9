// SPDX-License-Identifier: BSL-1.0
// draining_word_count: a service. On SIGTERM or SIGINT it receives no more, works off what it has
// within --deadline, and says by its exit status how that went: 0 all of it, 3 something was left
// undone, 2 an error.

#include <chrono>
#include <exception>
#include <iostream>
#include <utility>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv, "--deadline MS");
  const auto deadline = options.duration("--deadline", std::chrono::seconds(10));

  StopReport report;
  {
    Context context{options.master,
                    "DrainingWordCount",
                    {.gracefulStopTimeout = deadline, .stopGracefullyOnShutdown = true}};
    StreamingContext stream{context, options.interval};
    stream.addStreamingListener([&report](const Event& event) {
      if (const auto* stopped = event.as<StreamingStopped>()) report = stopped->report;
    });
    stream.socketTextStream(options.host, options.port, options.socket) | flatMap(splitWords)
        | map([](auto word) { return std::pair{word, 1L}; }) | reduceByKey(plus)
        | print(options.show);
    stream.start();
    stream.awaitTermination();
  }
  if (report.graceful && report.droppedBytes == 0 && report.droppedBatches == 0) return 0;
  std::cerr << "left undone: " << report.droppedBatches << " batches, " << report.droppedBytes
            << " bytes" << std::endl;
  return 3;
} catch (const std::exception& error) {
  return examples::complain(error);
}
