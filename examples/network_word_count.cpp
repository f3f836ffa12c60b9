// SPDX-License-Identifier: BSL-1.0
// network_word_count: the words of the lines that a TCP server sends, counted batch by batch.
// Its last line is the total of all batches; --counts writes every word's to a file.

#include <chrono>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>

#include <dstream/dstream.hpp>

#include "stream_options.hpp"

using namespace dstream;

int main(int argc, char* argv[]) try {
  const examples::StreamOptions options(argc, argv, "--counts FILE");
  std::ofstream file;
  if (options.has("--counts")) file.open(options.text("--counts", ""), std::ios::binary);
  if (!file) throw std::runtime_error("cannot write " + options.text("--counts", ""));

  // Before the stream: what its functions use must outlive it.
  std::int64_t lineCount = 0;
  std::int64_t wordTotal = 0;
  std::unordered_map<std::string, std::int64_t> total;

  // clang-format off
  // [word-count]
  Context context{options.master, "NetworkWordCount"};
  StreamingContext stream{context, options.interval};

  auto wordCount = flatMap(splitWords)
                 | map([](auto word) { return std::pair{word, 1L}; })
                 | reduceByKey(plus);

  auto lines = stream.socketTextStream(options.host, options.port, options.socket);
  auto counts = lines | wordCount;
  counts | print();
  // [/word-count]
  // clang-format on

  lines | foreachRDD([&](auto batch) { lineCount += batch.count(); });
  counts | foreachRDD([&](auto batch) {
    for (auto& [word, count] : batch.collect()) {
      total[std::move(word)] += count;
      wordTotal += count;
    }
  });

  const auto began = std::chrono::steady_clock::now();
  stream.start();
  stream.awaitTermination();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began;

  if (file.is_open()) {
    for (const auto& [word, count] : total) file << count << ' ' << word << '\n';
    file.close();
    if (!file) throw std::runtime_error("cannot write " + options.text("--counts", ""));
  }
  std::cout << "total lines=" << lineCount << " words=" << wordTotal << " distinct=" << total.size()
            << " bytes=" << stream.receivers().front().bytes << " seconds=" << std::fixed
            << std::setprecision(3) << elapsed.count() << std::endl;
  if (!std::cout) throw std::runtime_error("cannot write to stdout");
} catch (const std::exception& error) {
  return examples::complain(error);
}
