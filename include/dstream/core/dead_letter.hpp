// SPDX-License-Identifier: BSL-1.0
#pragma once
// DeadLetter: a record that a user's function would not take, and why.

#include <cstdint>
#include <string>

#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

/// **meaning** what `trying` sets aside. `record` as it came, as an owner; `node` the name that was
/// given, else the operators' names; `message` what the exception says; `seq` the batch's, 0 of a
/// plain range. It has a text form where its record has one (a line, in which each text is quoted),
/// a Codec where its record has one, and its members are the columns of a row where its record is
/// one value.
template <class Record>
struct DeadLetter {
  Record record;
  std::string node;
  std::string message;
  std::uint64_t seq = 0;

  friend bool operator==(const DeadLetter&, const DeadLetter&) = default;
};

}  // namespace dstream::inline v0
