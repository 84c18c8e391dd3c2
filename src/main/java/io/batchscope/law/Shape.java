package io.batchscope.law;

/** Which curve of log y by log x is fitted; both have two parameters. */
enum Shape {
    /** log(exp(first) + exp(second)/x): the logarithm of a {@link Hyperbola}. */
    HYPERBOLA {
        @Override
        double value(double first, double second, double logX) {
            double other = second - logX;
            double larger = Math.max(first, other);
            return larger + Math.log1p(Math.exp(Math.min(first, other) - larger));
        }

        @Override
        double byFirst(double first, double second, double logX) {
            return Math.exp(first - value(first, second, logX));
        }

        @Override
        double bySecond(double first, double second, double logX) {
            return Math.exp(second - logX - value(first, second, logX));
        }

        /** Its turn, in and around the data. */
        @Override
        double start(double share, Sample sample) {
            double from = sample.lowest() - CurveFit.REACH / 2;
            double to = sample.highest() + CurveFit.REACH / 2;
            return from + (to - from) * share;
        }

        @Override
        double second(double first, double start) {
            return first + start;
        }
    },

    /** first + second·log x: the logarithm of a {@link PowerLaw}. */
    LINE {
        @Override
        double value(double first, double second, double logX) {
            return first + second * logX;
        }

        @Override
        double byFirst(double first, double second, double logX) {
            return 1;
        }

        @Override
        double bySecond(double first, double second, double logX) {
            return logX;
        }

        @Override
        double start(double share, Sample sample) {
            return STEEPEST * (2 * share - 1);
        }

        @Override
        double second(double first, double start) {
            return start;
        }
    };

    /** Lines begin no steeper. */
    private static final double STEEPEST = 3;

    /** log y. */
    abstract double value(double first, double second, double logX);

    /** Derivative of the value by the first parameter. */
    abstract double byFirst(double first, double second, double logX);

    /** Derivative of the value by the second parameter. */
    abstract double bySecond(double first, double second, double logX);

    /** What decides the curve up to its height: one of those to begin from, for shares of 0 … 1. */
    abstract double start(double share, Sample sample);

    /** The second parameter of one with that start. */
    abstract double second(double first, double start);
}
