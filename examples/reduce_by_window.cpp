// SPDX-License-Identifier: BSL-1.0
// reduce_by_window: the sum of the numbers of the last 10 seconds, every 2 seconds. The inverse
// takes away what leaves the window, so that a slide costs the same however long the window is.

#include <charconv>
#include <exception>
#include <optional>
#include <string_view>
#include <system_error>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;
using namespace std::chrono_literals;

/// The n-th field of comma-separated values, if it is an integer.
std::optional<long> integer(std::string_view line, int n) {
  for (std::string_view field : split(',')(line)) {
    if (--n != 0) continue;
    long number = 0;
    const char* const end = field.data() + field.size();
    const auto [stopped, error] = std::from_chars(field.data(), end, number);
    if (error == std::errc{} && stopped == end) return number;
  }
  return std::nullopt;
}

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv, "--field N --window MS --slide MS");
  const int field = options.number("--field", 1, 1, 1000);

  Context context{options.master, "ReduceByWindow"};
  StreamingContext stream{context, options.interval};

  stream.socketTextStream(options.host, options.port, options.socket)
      | map([field](std::string_view line) { return integer(line, field); })
      | filter([](std::optional<long> number) { return number.has_value(); })
      | map([](std::optional<long> number) { return *number; })
      | reduceByWindow(plus, minus, options.duration("--window", 10s),
                       options.duration("--slide", 2s))
      | print();

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
