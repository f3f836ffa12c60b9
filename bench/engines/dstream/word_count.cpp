// SPDX-License-Identifier: BSL-1.0
// The word count over TCP as a user of this library writes it.
// Usage: word_count PORT INTERVAL_MS WORKERS [FILE WORDS]: with FILE, every word's count goes there
// once there are WORDS.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <unordered_map>
#include <utility>

#include <dstream/dstream.hpp>

using namespace dstream;

int main(int argc, char* argv[]) {
  if (argc != 4 && argc != 6) return 2;
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const std::chrono::milliseconds interval{std::atoi(argv[2])};
  const std::int64_t enough = argc == 6 ? std::atoll(argv[5]) : 0;
  std::int64_t total = 0;
  std::unordered_map<std::string, std::int64_t> counts;

  Context context{argv[3], "word count"};
  StreamingContext stream{context, interval};
  stream.socketTextStream("127.0.0.1", port, {.onEnd = EndOfStream::Finish}) | flatMap(splitWords)
      | map([](auto word) { return std::pair{word, 1L}; }) | reduceByKey(plus)
      | foreachRDD([&](const auto& batch) {
          const std::int64_t before = total;
          total += batch | values() | sum();
          if (total == before) return;
          if (enough != 0)
            for (const auto& [word, count] : batch.collect()) counts[word] += count;
          if (total == enough) {
            std::ofstream file(argv[4], std::ios::binary);
            for (const auto& [word, count] : counts) file << word << ' ' << count << '\n';
          }
          std::printf("total %lld\n", static_cast<long long>(total));
          std::fflush(stdout);
        });
  stream.start();
  stream.awaitTermination();
}
