// SPDX-License-Identifier: BSL-1.0
// join_with_dataset: each batch joined with a fixed data set, inside transform.
// Here: of the words that the file rates (lines "word,probability") those that are likely to be
// spam.

#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv, "--spam FILE");
  std::vector<std::pair<std::string, double>> spam;
  std::ifstream file(options.text("--spam", "spam.csv"));
  if (!file) throw std::runtime_error("cannot read " + options.text("--spam", "spam.csv"));
  for (std::string word, probability; getline(file, word, ',') && getline(file, probability);)
    spam.emplace_back(word, std::stod(probability));

  Context context{options.master, "JoinWithDataset"};
  StreamingContext stream{context, options.interval};

  const auto wordCount =
      flatMap(splitWords) | map([](auto word) { return std::pair{word, 1L}; }) | reduceByKey(plus);
  stream.socketTextStream(options.host, options.port, options.socket) | wordCount
      | transform([&](auto counts) {
          return counts | join(spam)
                 | filter([](const auto& joined) { return joined.second.second >= 0.5; });
        })
      | print(options.show);

  stream.start();
  stream.awaitTermination();
} catch (const std::exception& error) {
  return examples::complain(error);
}
