// SPDX-License-Identifier: BSL-1.0
#pragma once
// The hash maps of others, as far as they are installed; the careful loops use the first that is.

#include <string_view>
#include <unordered_map>

#if BENCH_ABSL
#include <absl/container/flat_hash_map.h>
#include <absl/strings/string_view.h>
#endif
#if __has_include(<tsl/robin_map.h>)
#define BENCH_ROBIN_MAP 1
#include <tsl/robin_map.h>
#endif
#if __has_include(<boost/unordered/unordered_flat_map.hpp>)
#define BENCH_BOOST_FLAT 1
#include <boost/unordered/unordered_flat_map.hpp>
#elif __has_include(<boost/unordered_map.hpp>)
#define BENCH_BOOST 1
#include <boost/unordered_map.hpp>
#endif

namespace bench {

#if BENCH_ABSL
template <class Key, class Value>
using CarefulMap = absl::flat_hash_map<Key, Value>;
/// Its own kind of view, where that is not std's, or it would hash with std's slower hash.
using CarefulText = absl::string_view;
inline constexpr const char* carefulMap = "absl::flat_hash_map";
inline constexpr bool hasAbsl = true;
#else
template <class Key, class Value>
using CarefulMap = std::unordered_map<Key, Value>;
using CarefulText = std::string_view;
inline constexpr const char* carefulMap = "std::unordered_map (absl IS MISSING, an easier rival)";
inline constexpr bool hasAbsl = false;
#endif

#if BENCH_ROBIN_MAP
inline constexpr bool hasRobinMap = true;
#else
inline constexpr bool hasRobinMap = false;
#endif

#if BENCH_BOOST_FLAT
inline constexpr bool hasBoost = true;
inline constexpr const char* boostMap = "boost::unordered_flat_map";
#else
inline constexpr const char* boostMap = "boost::unordered_map (no flat one installed)";
#if BENCH_BOOST
inline constexpr bool hasBoost = true;
#else
inline constexpr bool hasBoost = false;
#endif
#endif

}  // namespace bench
