package io.batchscope.verify;

import io.batchscope.law.Arrival;
import io.batchscope.law.BestRate;
import io.batchscope.law.GoalTime;
import io.batchscope.law.HyperbolaFit;
import io.batchscope.law.Interval;
import io.batchscope.law.Link;
import io.batchscope.law.RateLaw;
import io.batchscope.law.RateLawFit;
import io.batchscope.law.TradeOff;
import io.batchscope.law.TradeOffFit;
import io.batchscope.law.UpdateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** The laws that studies end in, given back by what follows from them, and what follows from them. */
final class LawChecks {
    private LawChecks() {}

    static List<Check> all() {
        List<Check> checks = new ArrayList<>(tradeOff());
        checks.addAll(rates());
        checks.addAll(times());
        return checks;
    }

    /** S_min = 500 and B_crit = 2000: the updates of batch 16, 256, 2000 and 16,384. */
    private static List<Check> tradeOff() {
        List<Arrival> runs = List.of(
                new Arrival(16, 63_000, true),
                new Arrival(256, 4406.25, true),
                new Arrival(2000, 1000, true),
                new Arrival(16_384, 561.03515625, true));
        TradeOff law = TradeOffFit.of(runs).law();
        // Looked for so rarely, each is only known to lie between two evaluations, and the law in the middle of them.
        TradeOff between = TradeOffFit.of(runs.stream()
                        .map(run -> new Arrival(run.batchSize(), run.steps() / 1.01, run.steps() * 1.01, true))
                        .toList())
                .law();
        return List.of(
                Check.exact("fewest updates S_min", 500, law.minimumSteps(), 500e-9),
                Check.exact("fewest examples E_min", 1e6, law.minimumExamples(), 1e-3),
                Check.exact("critical batch size", 2000, law.criticalBatchSize(), 2e-6),
                Check.exact("critical batch size between evaluations", 2000, between.criticalBatchSize(), 0.02),
                Check.exact("updates at the critical batch size over the fewest", 2, law.steps(2000) / 500, 1e-8),
                Check.exact("statistical efficiency there", 0.5, law.statisticalEfficiency(2000), 1e-9));
    }

    /** The best rate of a step of linear regression in ten dimensions is 1/(1 + 11/B). */
    private static List<Check> rates() {
        List<BestRate> best = LongStream.of(1, 11, 64, 512)
                .mapToObj(batch -> new BestRate(batch, 1 / (1 + 11. / batch), 1 / (1 + 11. / batch)))
                .toList();
        RateLaw law = RateLawFit.of(best).law();
        return List.of(
                Check.exact("largest best rate of linear regression", 1, law.maximumRate(), 1e-8),
                Check.exact("batch size at which the best rate is half of it", 11, law.noiseBatch(), 1e-7),
                Check.exact("best rate at batch 64", 0.853333333, law.rate(64), 1e-8));
    }

    /** a = 0.8 s, β = 0.2 ms, eight workers: B* = √(32,000 · 2000). */
    private static List<Check> times() {
        UpdateTime update = new UpdateTime(0.8, 2e-4);
        UpdateTime found = UpdateTime.of(HyperbolaFit.of(LongStream.of(10, 100, 1000, 10_000)
                        .mapToObj(batch -> UpdateTime.observation(batch, update.seconds(batch)))
                        .toList())
                .hyperbola());
        GoalTime time = new GoalTime(new TradeOff(500, 1e6), update, 8);
        Interval flat = time.within(1.1);
        Link link = new Link(1e-4, 1e9);
        Link solved = Link.of(4, new Link.Sum(16, link.seconds(4, 16)), new Link.Sum(1 << 20, link.seconds(4, 1 << 20)))
                .orElseThrow();
        return List.of(
                Check.exact("half-utilisation batch a/β", 4000, found.halfUtilisation(), 1e-3),
                Check.exact("best batch size √(B_half · B_crit)", 8000, time.bestBatchSize(), 1e-8),
                Check.exact("seconds to the target there", 625, time.fewestSeconds(), 1e-9),
                Check.exact("seconds where 10 % more begin", 687.5, time.seconds(flat.low()), 1e-9),
                Check.exact("seconds where 10 % more end", 687.5, time.seconds(flat.high()), 1e-9),
                Check.exact(
                        "goodput there, over that of the best",
                        1 / 1.1,
                        time.goodput(flat.high()) / time.goodput(8000),
                        1e-12),
                Check.exact("latency of a ring", 1e-4, solved.latencySeconds(), 1e-12),
                Check.exact("bandwidth of a ring", 1e9, solved.bandwidthBytesPerSecond(), 1));
    }
}
