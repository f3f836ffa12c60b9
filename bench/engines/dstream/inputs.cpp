// SPDX-License-Identifier: BSL-1.0
// The benches' text and rows as files. Usage: inputs text FILE; inputs rows FILE ROWS.

#include <cstdlib>
#include <fstream>
#include <string_view>

#include "billion_rows/rows.hpp"
#include "support/text.hpp"

int main(int argc, char* argv[]) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (what == "text" && argc == 3) {
    std::ofstream file(argv[2], std::ios::binary);
    file << bench::book();
    return file.flush() ? 0 : 1;
  }
  if (what != "rows" || argc != 4) return 2;
  bench::makeRows(argv[2], std::strtoul(argv[3], nullptr, 10));
}
