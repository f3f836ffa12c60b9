// SPDX-License-Identifier: BSL-1.0
#pragma once
// How many cores this process may use: affinity and the cgroup's quota. Part of real_world.hpp.

#include <sched.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

inline std::size_t affineCores() {
  // The kernel refuses a set with fewer bits than it has cores; more than 1024 are rare but real.
  for (std::size_t sets = 1; sets <= 64; sets *= 2) {
    std::vector<cpu_set_t> allowed(sets);
    const std::size_t bytes = sets * sizeof(cpu_set_t);
    if (::sched_getaffinity(0, bytes, allowed.data()) == 0)
      return static_cast<std::size_t>(CPU_COUNT_S(bytes, allowed.data()));
  }
  return std::thread::hardware_concurrency();
}

/// Whole cores the cgroups of this process grant, rounded up; the greatest number if they set no limit. A
/// process sees its cgroup in /proc/self/cgroup, but in a container that path may lie outside what is
/// mounted: each level up to the mount counts.
inline std::size_t quotaCores(const std::string& cgroups = "/proc/self/cgroup",
                              const std::string& mount = "/sys/fs/cgroup") {
  std::size_t least = std::numeric_limits<std::size_t>::max();
  const auto limit = [&](double quota, double period) {
    if (quota <= 0 || period <= 0) return;
    const auto whole = static_cast<std::size_t>(quota / period);
    least = std::min(least, whole + (static_cast<double>(whole) * period < quota ? 1 : 0));
  };
  const auto upwards = [&](const std::string& root, std::string path, auto look) {
    while (true) {
      look(root + path);
      const auto slash = path.rfind('/');
      if (slash == std::string::npos) return;
      path.resize(slash);
    }
  };
  std::ifstream lines(cgroups);
  for (std::string line; std::getline(lines, line);) {  // hierarchy:controllers:path
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers.empty()) {
      upwards(mount, path, [&](const std::string& group) {
        std::ifstream file(group + "/cpu.max");  // "quota period", the quota being "max" without a limit
        double quota = 0;
        double period = 0;
        if (file >> quota >> period) limit(quota, period);
      });
    }
    std::istringstream names(controllers);
    for (std::string name; std::getline(names, name, ',');) {
      if (name != "cpu") continue;
      for (const std::string& root : {mount + '/' + controllers, mount + "/cpu"}) {
        upwards(root, path, [&](const std::string& group) {
          double quota = 0;
          double period = 0;
          std::ifstream(group + "/cpu.cfs_quota_us") >> quota;  // -1 without a limit
          std::ifstream(group + "/cpu.cfs_period_us") >> period;
          limit(quota, period);
        });
      }
    }
  }
  return least;
}

}  // namespace dstream::inline v0::detail
