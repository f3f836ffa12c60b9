// SPDX-License-Identifier: BSL-1.0
// error_words: split, the fields of lines of comma-separated values; of them those with ERROR.

#include <exception>
#include <string_view>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv);
  Context context{options.master, "ErrorWords"};
  StreamingContext stream{context, options.interval};

  stream.socketTextStream(options.host, options.port, options.socket) | flatMap(split(','))
      | filter([](auto field) { return field.find("ERROR") != std::string_view::npos; })
      | print(options.show);

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
