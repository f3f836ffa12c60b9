// SPDX-License-Identifier: BSL-1.0
#pragma once
// How many cores this process may use: affinity and the cgroup's quota. Part of real_world.hpp.

#include <sched.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>

namespace dstream::inline v0::detail {

template <class Use = OnUse>
std::size_t affineCores() {
  // The kernel refuses a set with fewer bits than it has cores; more than 1024 are rare but real.
  for (std::size_t sets = 1; sets <= 64; sets *= 2) {
    Deferred<std::vector<cpu_set_t>, Use> allowed(sets);
    const std::size_t bytes = sets * sizeof(cpu_set_t);
    if (::sched_getaffinity(0, bytes, allowed.data()) == 0)
      return static_cast<std::size_t>(CPU_COUNT_S(bytes, allowed.data()));
  }
  const long online = ::sysconf(_SC_NPROCESSORS_ONLN);
  return online < 1 ? 1 : static_cast<std::size_t>(online);
}

/// A small file of /proc or /sys; empty when it cannot be read. (Streams would cost more to include than all of this file.)
inline std::string contentOf(const std::string& path) {
  std::string content;
  if (std::FILE* const file = std::fopen(path.c_str(), "re"); file != nullptr) {
    char buffer[4096];
    for (std::size_t bytes = 1; bytes != 0; content.append(buffer, bytes)) bytes = std::fread(buffer, 1, sizeof buffer, file);
    std::fclose(file);
  }
  return content;
}

/// Calls use(part) for each part of the text between delimiters.
template <class Use>
void eachPart(std::string_view text, char delimiter, Use use) {
  while (!text.empty()) {
    const std::size_t at = text.find(delimiter);
    use(text.substr(0, at));
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  }
}

/// Whole cores the cgroups of this process grant, rounded up; the greatest number if they set no limit. A
/// process sees its cgroup in /proc/self/cgroup, but in a container that path may lie outside what is
/// mounted: each level up to the mount counts.
template <class = OnUse>
std::size_t quotaCores(const std::string& cgroups = "/proc/self/cgroup",
                              const std::string& mount = "/sys/fs/cgroup") {
  std::size_t least = static_cast<std::size_t>(-1);
  const auto limit = [&](double quota, double period) {
    if (quota <= 0 || period <= 0) return;
    const auto whole = static_cast<std::size_t>(quota / period);
    const std::size_t cores = whole + (static_cast<double>(whole) * period < quota ? 1 : 0);
    if (cores < least) least = cores;
  };
  const auto upwards = [&](const std::string& root, std::string path, auto look) {
    while (true) {
      look(root + path);
      const auto slash = path.rfind('/');
      if (slash == std::string::npos) return;
      path.resize(slash);
    }
  };
  const auto number = [](const std::string& text) { return std::strtod(text.c_str(), nullptr); };  // 0 for "max"
  const std::string own = contentOf(cgroups);
  eachPart(own, '\n', [&](std::string_view line) {  // hierarchy:controllers:path
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) return;
    const std::string controllers(line.substr(first + 1, second - first - 1));
    const std::string path(line.substr(second + 1));
    if (controllers.empty()) {
      upwards(mount, path, [&](const std::string& group) {
        const std::string both = contentOf(group + "/cpu.max");  // "quota period", the quota being "max" without a limit
        if (const auto space = both.find(' '); space != std::string::npos) limit(number(both), number(both.substr(space + 1)));
      });
    }
    eachPart(controllers, ',', [&](std::string_view name) {
      if (name != "cpu") return;
      for (const std::string& root : {mount + '/' + controllers, mount + "/cpu"}) {
        upwards(root, path, [&](const std::string& group) {  // quota: -1 without a limit
          limit(number(contentOf(group + "/cpu.cfs_quota_us")), number(contentOf(group + "/cpu.cfs_period_us")));
        });
      }
    });
  });
  return least;
}

}  // namespace dstream::inline v0::detail
