// SPDX-License-Identifier: BSL-1.0
// Hazelcast Jet: the words of a tumbling window counted, on two cooperative threads. Arguments: PORT INTERVAL_MS [FILE WORDS].

import static com.hazelcast.function.Functions.wholeItem;
import static com.hazelcast.jet.Traversers.traverseArray;
import static com.hazelcast.jet.aggregate.AggregateOperations.counting;
import static com.hazelcast.jet.pipeline.WindowDefinition.tumbling;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.jet.pipeline.Pipeline;
import com.hazelcast.jet.pipeline.Sinks;
import com.hazelcast.jet.pipeline.Sources;

public final class WordCount {
  public static void main(String[] arguments) {
    String[] check = Arrays.stream(arguments).skip(1).toArray(String[]::new);
    check[0] = arguments[0];
    Totals.begin(check);
    Pipeline pipeline = Pipeline.create();
    pipeline.readFrom(Sources.socket("127.0.0.1", Integer.parseInt(arguments[0]), UTF_8))
        .withIngestionTimestamps()
        .flatMap(line -> traverseArray(line.split(" ")))
        .filter(word -> !word.isEmpty())
        .groupingKey(wholeItem())
        .window(tumbling(Long.parseLong(arguments[1])))
        .aggregate(counting())
        .map(counted -> {
          Totals.add(counted.key(), counted.result());
          return counted;
        })
        .writeTo(Sinks.noop());
    Config config = new Config();
    config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
    config.getNetworkConfig().getJoin().getMulticastConfig().setEnabled(false);
    config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    config.getJetConfig().setEnabled(true).setCooperativeThreadCount(2);
    config.setProperty("hazelcast.phone.home.enabled", "false");
    Hazelcast.newHazelcastInstance(config).getJet().newJob(pipeline).join();
  }
}
