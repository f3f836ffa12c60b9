// SPDX-License-Identifier: BSL-1.0
#pragma once
// What goes wrong, and at which step of the protocol; how often each met each.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include <dstream/testing/files.hpp>
#include <dstream/testing/random.hpp>

namespace simulate {

enum class Fault {
  PowerBefore,
  PowerHalfway,
  PowerAfter,
  KillBefore,
  KillHalfway,
  KillAfter,
  IoError,
  DiskFull
};
inline constexpr std::array<const char*, 8> faultNames{
    "power before",  "power half-way", "power after", "kill before",
    "kill half-way", "kill after",     "I/O error",   "disk full"};
inline constexpr std::size_t stops = 6;  // of them end the process

// Fault × protocol step → how often.
using Hits = std::map<std::string, std::array<std::uint64_t, faultNames.size()>>;

struct Step {
  std::string_view name;
  bool atStart = false;  // of a process, and hardly ever later
};
// Every step that a fault can meet; those of a database come last. Each can meet every fault. What
// is not here does not happen: files of the source are never written, and what is published changes
// by the rename of its stage alone.
inline constexpr auto steps = std::to_array<Step>({
    {"checkpoint: list", true},
    {"checkpoint: make directory", true},
    {"checkpoint: sync above", true},
    {"checkpoint: sync directory"},
    {"lock: lock", true},
    {"journal: create"},
    {"journal: open", true},
    {"journal: read", true},
    {"journal: remove"},
    {"journal: rename"},
    {"journal: sync"},
    {"journal: write"},
    {"snapshot: create"},
    {"snapshot: examine"},
    {"snapshot: open", true},
    {"snapshot: read", true},
    {"snapshot: remove"},
    {"snapshot: rename"},
    {"snapshot: sync"},
    {"snapshot: write"},
    {"source: examine"},
    {"source: list"},
    {"source: open"},
    {"source: read"},
    {"stage: create"},
    {"stage: examine"},
    {"stage: list", true},
    {"stage: make directory"},
    {"stage: remove", true},
    {"stage: rename"},
    {"stage: sync"},
    {"stage: sync directory"},
    {"stage: write"},
    {"published: examine"},
    {"published: list", true},
    {"published: sync directory"},
    {"database: create", true},
    {"database: examine", true},
    {"database: open", true},
    {"database: read"},
    {"database: remove", true},
    {"database: sync"},
    {"database: sync directory", true},
    {"database: truncate", true},
    {"database: write"},
});
inline constexpr std::size_t databaseSteps = 9;
// Of a job with a receive log.
inline constexpr auto logSteps = std::to_array<Step>({
    {"log: list", true},
    {"log: make directory", true},
    {"log: open", true},
    {"log: read", true},
    {"log: create"},
    {"log: remove"},
    {"log: sync"},
    {"log: sync directory"},
    {"log: write"},
});

// Which step a call belongs to.
inline std::string stepOf(const dstream::testing::FileCall& call) {
  const auto in = [&](std::string_view prefix) { return call.path.starts_with(prefix); };
  const std::string operation(call.operation);
  if (in("/job/LOCK")) return "lock: " + operation;
  if (in("/job/journal")) return "journal: " + operation;
  if (in("/job/snapshot")) return "snapshot: " + operation;
  if (in("/job/received")) return "log: " + operation;
  if (in("/job")) return "checkpoint: " + operation;
  if (in("/in")) return "source: " + operation;
  if (in("/db")) return "database: " + operation;
  if (in("/out/.")) return "stage: " + operation;
  if (in("/out")) return "published: " + operation;
  return operation == "sync directory" ? "checkpoint: sync above" : operation;
}

}  // namespace simulate
