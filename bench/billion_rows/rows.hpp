// SPDX-License-Identifier: BSL-1.0
#pragma once
// The rows: a file of as many as asked for, made once, and mapped.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/bench.hpp"
#include "support/random.hpp"

namespace bench {

/// 413 stations of the list, each with a mean temperature; made up where there is no list.
inline std::vector<std::pair<std::string, double>> stations() {
  constexpr std::size_t wanted = 413;
  const char* given = std::getenv("DSTREAM_BENCH_STATIONS");
  const std::filesystem::path path = given != nullptr
                                         ? std::filesystem::path(given)
                                         : std::filesystem::path(__FILE__).parent_path()
                                               / "../../../shared/data/weather_stations.csv";
  std::vector<std::pair<std::string, double>> all;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t semicolon = line.find(';');
    if (line.starts_with('#') || semicolon == std::string::npos || semicolon == 0) continue;
    all.emplace_back(line.substr(0, semicolon), std::strtod(line.c_str() + semicolon + 1, nullptr));
  }
  if (all.size() < wanted) {
    std::printf("%s is not there; made-up stations take its place\n", path.filename().c_str());
    all.clear();
    Random random(9);
    while (all.size() < wanted) {
      std::string name(3 + random() % 16, ' ');
      for (char& c : name) c = static_cast<char>('a' + random() % 26);
      all.emplace_back(std::move(name), static_cast<double>(random() % 400) / 10 - 5);
    }
  }
  std::vector<std::pair<std::string, double>> some;
  for (std::size_t i = 0; i < wanted; ++i) some.push_back(all[i * all.size() / wanted]);
  return some;
}

/// Every station as likely as any other, temperatures about normal around its mean; written to
/// `path` unless a file of such rows is there.
inline void makeRows(const std::filesystem::path& path, std::size_t rows) {
  const auto from = stations();
  Random random(rows);
  const std::filesystem::path partial = path.string() + ".partial";
  std::FILE* const file = std::fopen(partial.c_str(), "wb");
  if (file == nullptr) fail("cannot write " + partial.string());
  std::string block;
  for (std::size_t row = 0; row < rows; ++row) {
    const auto& [name, mean] = from[random() % from.size()];
    const std::uint64_t bits = random();
    double sum = 0;  // of twelve numbers below 32: about normal
    for (int i = 0; i < 12; ++i) sum += static_cast<double>(bits >> (5 * i) & 31);
    int tenths = static_cast<int>((mean + (sum - 186) * (10.0 / 32)) * 10);
    if (tenths < -999) tenths = -999;
    if (tenths > 999) tenths = 999;
    block += name;
    block += tenths < 0 ? ";-" : ";";
    const int size = tenths < 0 ? -tenths : tenths;
    block += std::to_string(size / 10);
    block += '.';
    block += static_cast<char>('0' + size % 10);
    block += '\n';
    if (block.size() > 1'000'000 || row + 1 == rows) {
      if (std::fwrite(block.data(), 1, block.size(), file) != block.size())
        fail("cannot write " + partial.string());
      block.clear();
    }
  }
  if (std::fclose(file) != 0) fail("cannot write " + partial.string());
  std::filesystem::rename(partial, path);
}

/// A file in memory, read once so that it comes from the page cache.
class Mapped {
 public:
  explicit Mapped(const std::filesystem::path& path) {
    const int file = open(path.c_str(), O_RDONLY);
    if (file < 0) fail("cannot open " + path.string());
    size_ = std::filesystem::file_size(path);
    void* const at = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    close(file);
    if (at == MAP_FAILED) fail("cannot map " + path.string());
    bytes_ = static_cast<const char*>(at);
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  ~Mapped() { munmap(const_cast<char*>(bytes_), size_); }

  [[nodiscard]] std::string_view text() const { return {bytes_, size_}; }

 private:
  const char* bytes_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace bench
