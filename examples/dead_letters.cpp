// SPDX-License-Identifier: BSL-1.0
// dead_letters --input DIR --output DIR --checkpoint DIR: trying, the temperatures of a sensor's
// lines; lines that are no such are set aside, with why, and nothing stops for them. Exactly once.

#include <cstddef>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

#include <dstream/dstream.hpp>
#include <dstream/operators/trying.hpp>
#include <dstream/text/parse_number.hpp>

#include "stream_options.hpp"

using namespace dstream;

namespace {

int temperature(std::string_view line) {  // 2020-06-04 8:00:00,25,83
  const std::size_t comma = line.find(',');
  if (comma == std::string_view::npos) throw std::invalid_argument("no comma");
  const std::string_view rest = line.substr(comma + 1);
  const auto number = parseNumber<int>(rest.substr(0, rest.find(',')));
  if (!number) throw std::invalid_argument("no number behind the comma");
  return *number;
}

}  // namespace

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv, "--input DIR --output DIR --checkpoint DIR");
  const std::string input = options.text("--input", "input");
  const std::string output = options.text("--output", "output");
  Context context{options.master, "DeadLetters"};
  StreamingContext stream{context, options.interval};
  stream.checkpoint(options.text("--checkpoint", "checkpoint"));

  // [job]
  const auto [readings, refused] =
      stream.textFileStream(input).named("input") | trying(map(temperature));
  readings | saveAsTextFiles(output + "/readings", "", {.skipEmpty = true}).exactlyOnce();
  refused | saveAsTextFiles(output + "/refused", "", {.skipEmpty = true}).exactlyOnce();
  // [/job]

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
