// SPDX-License-Identifier: BSL-1.0
// receiver_stream: a source of the program's own, here a thermometer: a thread that stores what it reads.

#include <chrono>
#include <cmath>
#include <exception>
#include <iostream>
#include <thread>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;

struct Thermometer {
  using value_type = double;
  std::thread thread;

  void onStart(ReceiverHandle<double> handle) {
    thread = std::thread([handle] {
      for (int i = 0; i < 300 && !handle.isStopped(); ++i) {
        handle.store(20 + 5 * std::sin(i / 20.0));
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
      handle.finish();
    });
  }
  void onStop() { thread.join(); }
};

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv);
  Context context{options.master, "ReceiverStream"};
  StreamingContext stream{context, options.interval};

  const auto degrees = context.doubleAccumulator("degrees");
  stream.receiverStream(Thermometer{}) | foreachRDD([degrees](const auto& batch) {
    for (const double reading : batch.collect()) degrees.add(reading);
    std::cout << degrees.count() << " readings, " << degrees.avg() << " degrees in the mean\n";
  });

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
