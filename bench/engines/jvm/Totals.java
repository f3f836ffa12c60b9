// SPDX-License-Identifier: BSL-1.0
// What the jobs on the JVM report: how many words they have counted, as soon as that grows, and for
// the check, every word's count once there are so many. All of a job runs in this process.

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

public final class Totals implements Serializable {
  private static final LongAdder total = new LongAdder();
  private static ConcurrentHashMap<String, LongAdder> counts;

  private Totals() {}

  /** arguments: PORT [FILE WORDS]. */
  public static void begin(String[] arguments) {
    if (arguments.length > 2) counts = new ConcurrentHashMap<>();
    Thread reporting = new Thread(() -> report(arguments), "totals");
    reporting.setDaemon(true);
    reporting.start();
  }

  public static void add(String word, long count) {
    if (counts != null) counts.computeIfAbsent(word, w -> new LongAdder()).add(count);
    total.add(count);
  }

  private static void report(String[] arguments) {
    try {
      for (long before = 0;; Thread.sleep(2)) {
        long now = total.sum();
        if (now == before) continue;
        if (counts != null && now == Long.parseLong(arguments[2])) write(Path.of(arguments[1]));
        System.out.println("total " + now);
        before = now;
      }
    } catch (IOException | InterruptedException error) {
      System.err.println(error);
      Runtime.getRuntime().halt(1);
    }
  }

  private static void write(Path path) throws IOException {
    StringBuilder lines = new StringBuilder();
    counts.forEach((word, count) -> lines.append(word).append(' ').append(count.sum()).append('\n'));
    Files.writeString(path, lines);
  }
}
