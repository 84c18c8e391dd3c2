package io.batchscope.law;

/**
 * What an update takes, t(b) = a + β·b, at b examples a worker (Qiao et al. 2021, equation 8). As t(b) = a + β/(1/b) it is a
 * {@link Hyperbola} in 1/b.
 *
 * @param fixedSeconds a, of an update with next to no examples; 0 where none is known
 * @param secondsPerExample β, of one more example on every worker; 0 where none is known
 */
public record UpdateTime(double fixedSeconds, double secondsPerExample) {
    /** Of a curve that was fitted to {@link #observation}s. */
    public static UpdateTime of(Hyperbola hyperbola) {
        return new UpdateTime(hyperbola.level(), hyperbola.slope());
    }

    /**
     * One measured update, for the fit.
     *
     * @param perWorker examples a worker, above 0
     * @param seconds above 0
     */
    public static Observation observation(double perWorker, double seconds) {
        return Observation.exactly(1 / perWorker, seconds);
    }

    /** Of an update with so many examples a worker. */
    public double seconds(double perWorker) {
        return fixedSeconds + secondsPerExample * perWorker;
    }

    /** a/β: the examples a worker at which half of the time goes into them; infinite, 0 or NaN where one or both are not known. */
    public double halfUtilisation() {
        return fixedSeconds / secondsPerExample;
    }

    /** The share of an update's time that goes into its examples, in 0 … 1. */
    public double utilisation(double perWorker) {
        return secondsPerExample * perWorker / seconds(perWorker);
    }
}
