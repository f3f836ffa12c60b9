// SPDX-License-Identifier: BSL-1.0
#pragma once
// What goes wrong, and at which step of the protocol; how often each met each.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
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

// A call of the protocol: what of the job it is for, and the operation.
struct Step {
  std::string_view part;
  std::string_view operation;
  bool rare = false;  // mostly once, and at the start of a process

  friend constexpr bool operator==(const Step& a, const Step& b) { return a.part == b.part && a.operation == b.operation; }
};
inline std::string nameOf(const Step& step) { return std::string(step.part) + ": " + std::string(step.operation); }

// Every step that a fault can meet; those of a database come behind the others, those of a receive log last. Each can meet every fault. What
// is not here does not happen: files of the source are never written, and what is published changes
// by the rename of its stage alone.
inline constexpr auto steps = std::to_array<Step>({
    {"checkpoint", "list", true},
    {"checkpoint", "make directory", true},
    {"checkpoint", "sync above", true},
    {"checkpoint", "sync directory"},
    {"lock", "examine"},
    {"lock", "lock", true},
    {"journal", "create", true},
    {"journal", "open", true},
    {"journal", "read", true},
    {"journal", "remove", true},
    {"journal", "rename", true},
    {"journal", "sync"},
    {"journal", "write"},
    {"snapshot", "create", true},
    {"snapshot", "examine", true},
    {"snapshot", "open", true},
    {"snapshot", "read", true},
    {"snapshot", "remove", true},
    {"snapshot", "rename", true},
    {"snapshot", "sync", true},
    {"snapshot", "write"},
    {"source", "examine"},
    {"source", "list"},
    {"source", "open"},
    {"source", "read"},
    {"stage", "create"},
    {"stage", "examine"},
    {"stage", "list", true},
    {"stage", "make directory"},
    {"stage", "remove", true},
    {"stage", "rename"},
    {"stage", "sync"},
    {"stage", "sync directory"},
    {"stage", "write"},
    {"published", "examine"},
    {"published", "list", true},
    {"published", "sync directory"},
    {"database", "create", true},
    {"database", "examine", true},
    {"database", "read"},
    {"database", "remove", true},
    {"database", "sync"},
    {"database", "sync directory", true},
    {"database", "truncate", true},
    {"database", "write"},
    {"database", "open", true},
    {"log", "list", true},
    {"log", "make directory", true},
    {"log", "open", true},
    {"log", "read", true},
    {"log", "create"},
    {"log", "remove"},
    {"log", "rename", true},
    {"log", "sync"},
    {"log", "sync directory"},
    {"log", "write"},
});
inline constexpr std::size_t databaseSteps = 9;
inline constexpr std::size_t logSteps = 10;

constexpr const Step& stepNamed(std::string_view part, std::string_view operation) {
  return *std::find(steps.begin(), steps.end(), Step{part, operation});
}

inline constexpr const Step& stageSync = stepNamed("stage", "sync");
inline constexpr const Step& stageRemove = stepNamed("stage", "remove");
inline constexpr const Step& databaseOpen = stepNamed("database", "open");  // the last of its part

// Fault × protocol step → how often.
using Hits = std::array<std::array<std::uint64_t, faultNames.size()>, steps.size()>;

// Which step a call belongs to; null: none that is known.
inline const Step* stepOf(const dstream::testing::FileCall& call) {
  const auto in = [&](std::string_view prefix) { return call.path.starts_with(prefix); };
  const std::string_view part = in("/job/LOCK")       ? "lock"
                                : in("/job/journal")  ? "journal"
                                : in("/job/snapshot") ? "snapshot"
                                : in("/job/received") ? "log"
                                : in("/job")          ? "checkpoint"
                                : in("/in")           ? "source"
                                : in("/db")           ? "database"
                                : in("/out/.")        ? "stage"
                                : in("/out")          ? "published"
                                                      : "";
  const Step wanted = part.empty() && call.operation == "sync directory" ? Step{"checkpoint", "sync above"} : Step{part, call.operation};
  const auto found = std::find(steps.begin(), steps.end(), wanted);
  return found == steps.end() ? nullptr : &*found;
}

}  // namespace simulate
