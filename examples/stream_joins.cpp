// SPDX-License-Identifier: BSL-1.0
// stream_joins: two streams of lines "key,value", joined batch by batch, and over windows, in which
// a record meets those of the other stream that came a while before or after it.

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;
using namespace std::chrono_literals;

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv,
                                        "--other-port P --left-window MS --right-window MS");
  const auto other = options.number<std::uint16_t>("--other-port", 9998, 1, 65'535);
  const auto left = options.duration("--left-window", 20s);
  const auto right = options.duration("--right-window", 60s);

  Context context{options.master, "StreamJoins"};
  StreamingContext stream{context, options.interval};

  const auto pairs = map([](std::string_view line) {
    const std::size_t comma = line.find(',');
    return std::pair{line.substr(0, comma), line.substr(comma + 1)};
  });
  const auto first = stream.socketTextStream(options.host, options.port, options.socket) | pairs;
  const auto second = stream.socketTextStream(options.host, other, options.socket) | pairs;

  first | join(second) | print(options.show);
  first | window(left) | join(second | window(right)) | print(options.show);

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
