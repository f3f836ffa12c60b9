// SPDX-License-Identifier: BSL-1.0
#pragma once
// A batch of very many different keys: counted where there is memory for them, refused where there
// is a bound.

#include <cstddef>

namespace load {

/// Two streams of three batches, of which the second brings `keys` different keys and the others a
/// thousandth: once with all the memory there is, once with tableMemory for an eighth of them. Says
/// on stdout what it took.
/// **returns** whether all were counted, and under the bound only the large batch failed and memory
/// stayed within it.
bool manyKeys(std::size_t keys);

}  // namespace load
