// SPDX-License-Identifier: BSL-1.0
// queue_stream: batches that the program itself pushes; no server is needed to try a pipeline.
// The queue is closed, so the stream comes to its end when all of it has been worked off.

#include <exception>
#include <string>
#include <vector>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv);
  Context context{options.master, "QueueStream"};
  StreamingContext stream{context, options.interval};

  BatchQueue<std::string> queue;
  using Lines = std::vector<std::string>;
  queue.push(Lines{"En un lugar de la Mancha,", "de cuyo nombre no quiero acordarme,"});
  queue.push(Lines{"no ha mucho tiempo que vivía un hidalgo"});
  queue.push(Lines{"de los de lanza en astillero,", "rocín flaco y galgo corredor."});
  queue.close();

  stream.queueStream(queue) | flatMap(splitWords) | count() | print();

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
