// SPDX-License-Identifier: BSL-1.0
// stateful_network_word_count: mapWithState, counts that go on from batch to batch.
// Only the words of a batch are looked at: of those it prints the count so far.

#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv);
  Context context{options.master, "StatefulNetworkWordCount"};
  StreamingContext stream{context, options.interval};

  const std::vector<std::pair<std::string, long>> initial{{"hello", 1}, {"world", 1}};
  const auto add = [](const std::string& word, std::optional<long> count, State<long>& total) {
    total.update(total.getOption().value_or(0) + count.value_or(0));
    return std::pair{word, total.get()};
  };

  const auto wordCount =
      flatMap(splitWords) | map([](auto word) { return std::pair{word, 1L}; }) | reduceByKey(plus);
  stream.socketTextStream(options.host, options.port, options.socket) | wordCount
      | mapWithState(StateSpec::function<long>(add).initialState(initial)) | print(options.show);

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
