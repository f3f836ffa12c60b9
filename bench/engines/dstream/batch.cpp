// SPDX-License-Identifier: BSL-1.0
// A file's words counted; the least, mean and greatest temperature of its stations: from the file
// to every key's result, on two workers. Usage: batch words|rows FILE RUNS RESULT.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/dstream.hpp>
#include <dstream/runtime/real_world.hpp>

#include "billion_rows/contenders.hpp"
#include "billion_rows/rows.hpp"

using namespace dstream;

namespace {

const auto words = flatMap(splitWords)
                   | map([](std::string_view word) { return std::pair{word, 1L}; })
                   | reduceByKey(plus);

std::int32_t tenthsOf(std::string_view text) {
  const bool negative = text.starts_with('-');
  std::int32_t tenths = 0;
  for (const char c : text.substr(negative ? 1 : 0))
    if (c != '.') tenths = tenths * 10 + (c - '0');
  return negative ? -tenths : tenths;
}

const auto rows = map([](std::string_view row) {
                    const std::size_t semicolon = row.find(';');
                    return std::pair{row.substr(0, semicolon), tenthsOf(row.substr(semicolon + 1))};
                  })
                  | aggregateByKey(
                      bench::Extremes{},
                      [](bench::Extremes all, std::int32_t tenths) {
                        all.add(tenths);
                        return all;
                      },
                      [](bench::Extremes left, const bench::Extremes& right) {
                        left.sum += right.sum;
                        left.rows += right.rows;
                        if (right.least < left.least) left.least = right.least;
                        if (right.most > left.most) left.most = right.most;
                        return left;
                      });

void print(std::ostream& out, long count) { out << count; }
void print(std::ostream& out, const bench::Extremes& found) {
  out << found.rows << ' ' << found.least << ' ' << found.most << ' ' << found.sum;
}

template <class Query>
void run(const char* path, int runs, const char* result, RunnerRef runner, const Query& query) {
  for (int round = 0; round <= runs; ++round) {
    const auto start = std::chrono::steady_clock::now();
    const bench::Mapped file(path);
    const auto found = lines(file.text()) | on(runner) | query | collect();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    if (round > 0) {
      std::printf("seconds %.6f\n", took.count());
    } else {
      std::ofstream out(result, std::ios::binary);
      for (const auto& [key, value] : found) {
        out << key << '\t';
        print(out, value);
        out << '\n';
      }
    }
  }
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 5) return 2;
  RealWorld world;
  const auto workers = world.hire(2);
  if (argv[1] == std::string_view("words"))
    run(argv[2], std::atoi(argv[3]), argv[4], workers->runner(), words);
  if (argv[1] == std::string_view("rows"))
    run(argv[2], std::atoi(argv[3]), argv[4], workers->runner(), rows);
}
