package io.batchscope.fused;

import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_elu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_elu_use_dst_for_bwd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_logistic;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_logistic_use_dst_for_bwd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_relu_use_dst_for_bwd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_soft_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_swish;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_tanh;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_tanh_use_dst_for_bwd;

import io.batchscope.train.ActivationFunction;

/** Which of oneDNN's functions an activation function is. */
final class Elementwise {
    private Elementwise() {}

    static int forward(ActivationFunction function) {
        return switch (function.kind()) {
            case RECTIFIER -> dnnl_eltwise_relu;
            case TANH -> dnnl_eltwise_tanh;
            case LOGISTIC -> dnnl_eltwise_logistic;
            case EXPONENTIAL_LINEAR -> dnnl_eltwise_elu;
            case SOFTPLUS -> dnnl_eltwise_soft_relu;
            case SWISH -> dnnl_eltwise_swish;
        };
    }

    /** The backward function that takes the result where there is one, otherwise the argument. */
    static int backward(ActivationFunction function) {
        if (!function.slopeFollowsFromResult()) {
            return forward(function);
        }
        return switch (function.kind()) {
            case RECTIFIER -> dnnl_eltwise_relu_use_dst_for_bwd;
            case TANH -> dnnl_eltwise_tanh_use_dst_for_bwd;
            case LOGISTIC -> dnnl_eltwise_logistic_use_dst_for_bwd;
            case EXPONENTIAL_LINEAR -> dnnl_eltwise_elu_use_dst_for_bwd;
            case SOFTPLUS, SWISH -> forward(function);
        };
    }

    /** oneDNN's α: softplus and swish have a slope there, which is 1. */
    static float alpha(ActivationFunction function) {
        return switch (function.kind()) {
            case SOFTPLUS, SWISH -> 1f;
            default -> function.alpha();
        };
    }
}
