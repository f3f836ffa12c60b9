// SPDX-License-Identifier: BSL-1.0
// recoverable_network_word_count: a broadcast set of words that are dropped, an accumulator that
// counts them, and a file to which each batch adds a line. With --checkpoint DIR the words that were
// ever seen outlive the program: killed and started again, it goes on with the batch it was in.

#include <exception>
#include <fstream>
#include <functional>
#include <iostream>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;

namespace {

long total(const std::string&, std::optional<long> n, State<long>& known) {
  known.update(known.getOption().value_or(0) + n.value_or(0));
  return known.get();
}

}  // namespace

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv, "--output FILE --checkpoint DIR");
  const std::string path = options.text("--output", "counts.txt");
  std::ofstream file(path, std::ios::app);

  Context context{options.master, "RecoverableNetworkWordCount"};
  StreamingContext stream{context, options.interval};
  const std::string directory = options.text("--checkpoint", "");

  const auto excluded =
      context.broadcast(std::set<std::string, std::less<>>{"a", "b", "c", "de", "que", "y"});
  const auto dropped = context.longAccumulator("dropped words");

  const auto wordCount =
      flatMap(splitWords) | map([](auto word) { return std::pair{word, 1L}; }) | reduceByKey(plus);
  const auto words = stream.socketTextStream(options.host, options.port, options.socket) | wordCount;
  if (!directory.empty()) {
    stream.checkpoint(directory);
    (words | mapWithState(StateSpec::function<long>(total)).named("totals")).stateSnapshots()
        | foreachRDD([](const auto& batch) {
            std::cout << "Words ever: " << (batch | values() | sum()) << std::endl;
          });
  }
  words | foreachRDD([&](const auto& batch, Time time) {
          const auto kept = batch | filter([&](const auto& counted) {
                              const bool drop = excluded->contains(counted.first);
                              if (drop) dropped.add(counted.second);
                              return !drop;
                            });
          std::string counts;
          for (const auto& counted : kept | collect()) {
            counts += counts.empty() ? "" : ", ";
            appendText<TextStyle::Scala>(counts, counted);
          }
          file << "Counts at time " << time.milliseconds() << " ms [" << counts << "]" << std::endl;
          if (!file) throw std::runtime_error("cannot write " + path);
          std::cout << "Dropped " << dropped.value() << " words so far" << std::endl;
        });

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
