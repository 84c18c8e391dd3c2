package io.batchscope.testing;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Runs another class's {@code main} in a process that ends when its standard input does, that is, when the process that
 * started it is gone, whatever ended that one.
 */
final class ExitsWithParent {
    private ExitsWithParent() {}

    /**
     * Runs a class.
     *
     * @param arguments its name, then its arguments
     */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        Thread watch = new Thread(ExitsWithParent::exitAtEndOfInput, "exits-with-parent");
        watch.setDaemon(true);
        watch.start();
        String[] rest = Arrays.copyOfRange(arguments, 1, arguments.length);
        try {
            Class.forName(arguments[0]).getMethod("main", String[].class).invoke(null, (Object) rest);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(arguments[0] + " failed", e.getCause());
        }
    }

    private static void exitAtEndOfInput() {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException e) {
            // The same as the end.
        }
        System.exit(1);
    }
}
