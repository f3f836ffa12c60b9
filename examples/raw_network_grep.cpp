// SPDX-License-Identifier: BSL-1.0
// raw_network_grep: several connections that carry encoded records in blocks, read as one stream.
// raw_text_blocks makes such blocks of a text; text_server sends them.

#include <cstddef>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv, "--streams N --wanted WORD");
  const std::string wanted = options.text("--wanted", "the");

  Context context{options.master, "RawNetworkGrep"};
  StreamingContext stream{context, options.interval};

  std::vector<AnyDStream<std::string_view>> streams;
  for (auto left = options.number("--streams", 2, 1, 1000); left > 0; --left)
    streams.emplace_back(
        stream.rawSocketStream<std::string_view>(options.host, options.port, options.socket));

  unionOf(streams)
      | filter([wanted](auto line) { return line.find(wanted) != std::string_view::npos; })
      | foreachRDD(
          [](const auto& batch) { std::cout << "Grep count: " << batch.count() << std::endl; });

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
