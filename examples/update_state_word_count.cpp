// SPDX-License-Identifier: BSL-1.0
// update_state_word_count: updateStateByKey, all counts so far after each batch.
// The function is called for each known word in each batch: returning none would forget the word.

#include <exception>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv);
  Context context{options.master, "UpdateStateWordCount"};
  StreamingContext stream{context, options.interval};

  const auto add = [](const std::vector<long>& counts, std::optional<long> total) {
    return std::optional{std::accumulate(counts.begin(), counts.end(), total.value_or(0))};
  };

  const auto wordCount =
      flatMap(splitWords) | map([](auto word) { return std::pair{word, 1L}; }) | reduceByKey(plus);
  stream.socketTextStream(options.host, options.port, options.socket) | wordCount
      | updateStateByKey(add) | print(options.show);

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
