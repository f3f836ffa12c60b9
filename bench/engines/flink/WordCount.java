// SPDX-License-Identifier: BSL-1.0
// Flink's SocketWindowWordCount on two task slots. Arguments: PORT INTERVAL_MS [FILE WORDS].

import java.time.Duration;
import java.util.Arrays;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.windowing.assigners.TumblingProcessingTimeWindows;
import org.apache.flink.util.Collector;

public final class WordCount {
  public static void main(String[] arguments) throws Exception {
    String[] check = Arrays.stream(arguments).skip(1).toArray(String[]::new);
    check[0] = arguments[0];
    Totals.begin(check);
    var environment = StreamExecutionEnvironment.createLocalEnvironment(2, new Configuration());
    environment.getConfig().enableObjectReuse();
    environment.socketTextStream("127.0.0.1", Integer.parseInt(arguments[0]))
        .flatMap((String line, Collector<Tuple2<String, Long>> words) -> {
          for (String word : line.split(" "))
            if (!word.isEmpty()) words.collect(Tuple2.of(word, 1L));
        })
        .returns(Types.TUPLE(Types.STRING, Types.LONG))
        .setParallelism(Integer.getInteger("tokenizers", 1))
        .keyBy(pair -> pair.f0, Types.STRING)
        .window(TumblingProcessingTimeWindows.of(Duration.ofMillis(Long.parseLong(arguments[1]))))
        .sum(1)
        .map(pair -> {
          Totals.add(pair.f0, pair.f1);
          return pair;
        })
        .returns(Types.TUPLE(Types.STRING, Types.LONG))
        .sinkTo(new DiscardingSink<>());
    environment.execute();
  }
}
