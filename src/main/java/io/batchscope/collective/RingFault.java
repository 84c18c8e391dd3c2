package io.batchscope.collective;

import org.jspecify.annotations.Nullable;

/** An operation cannot go on. */
final class RingFault extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient FaultNotice notice;
    private final boolean brokenLink;

    private RingFault(FaultNotice notice, boolean brokenLink, @Nullable Throwable cause) {
        super(notice.fault(), cause, false, false);
        this.notice = notice;
        this.brokenLink = brokenLink;
    }

    /** It is certain whose fault it is. */
    static RingFault of(int culprit, String fault) {
        return new RingFault(new FaultNotice(culprit, fault), false, null);
    }

    /** Another rank has told so. */
    static RingFault told(FaultNotice notice) {
        return new RingFault(notice, false, null);
    }

    /** The neighbour is gone: dead, or it gave up for a reason that others may know. */
    static RingFault gone(int neighbour, @Nullable Throwable cause) {
        return new RingFault(new FaultNotice(neighbour, Wording.CLOSED), true, cause);
    }

    FaultNotice notice() {
        return notice;
    }

    /** Whether a notice that comes later can be nearer to the truth. */
    boolean brokenLink() {
        return brokenLink;
    }
}
