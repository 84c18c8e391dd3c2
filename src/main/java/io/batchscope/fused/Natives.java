package io.batchscope.fused;

import static io.batchscope.fused.OneDnn.check;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_format_tag_any;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_strides;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_tag;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_eltwise;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_post_ops;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query_md;

import io.batchscope.train.ActivationFunction;
import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** Owns native objects, and frees them in the reverse order of their making. */
final class Natives implements AutoCloseable {
    private final Deque<Runnable> destructors = new ArrayDeque<>();

    /** Calls {@code destructor} when this is closed. */
    void own(Runnable destructor) {
        destructors.push(destructor);
    }

    /** Dense row-major floats of the given dimensions. */
    dnnl_memory_desc plain(long... dimensions) {
        dnnl_memory_desc description = new dnnl_memory_desc();
        long[] strides = new long[dimensions.length];
        long stride = 1;
        for (int i = dimensions.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= dimensions[i];
        }
        check(
                dnnl_memory_desc_create_with_strides(description, dimensions.length, dimensions, dnnl_f32, strides),
                "a description of memory");
        own(() -> dnnl_memory_desc_destroy(description));
        return description;
    }

    /** Floats of the given dimensions in whatever order the primitive likes best. */
    dnnl_memory_desc any(long... dimensions) {
        dnnl_memory_desc description = new dnnl_memory_desc();
        check(
                dnnl_memory_desc_create_with_tag(
                        description, dimensions.length, dimensions, dnnl_f32, dnnl_format_tag_any),
                "a description of memory");
        own(() -> dnnl_memory_desc_destroy(description));
        return description;
    }

    /** Takes over a description of a primitive. */
    dnnl_primitive_desc own(dnnl_primitive_desc description) {
        own(() -> dnnl_primitive_desc_destroy(description));
        return description;
    }

    /** The memory that a primitive wants for one of its arguments; lives as long as the primitive's description. */
    static dnnl_memory_desc wanted(dnnl_primitive_desc description, int query) {
        return dnnl_primitive_desc_query_md(description, query, 0);
    }

    /** Attributes that apply the function to a primitive's result; null for none. */
    @Nullable
    dnnl_primitive_attr followedBy(@Nullable ActivationFunction function) {
        if (function == null) {
            return null;
        }
        dnnl_post_ops operations = new dnnl_post_ops();
        check(dnnl_post_ops_create(operations), "post-operations");
        own(() -> dnnl_post_ops_destroy(operations));
        check(
                dnnl_post_ops_append_eltwise(
                        operations, Elementwise.forward(function), Elementwise.alpha(function), 0f),
                "an activation after a primitive");
        dnnl_primitive_attr attributes = new dnnl_primitive_attr();
        check(dnnl_primitive_attr_create(attributes), "attributes");
        own(() -> dnnl_primitive_attr_destroy(attributes));
        check(dnnl_primitive_attr_set_post_ops(attributes, operations), "attributes");
        return attributes;
    }

    @Override
    public void close() {
        while (!destructors.isEmpty()) {
            destructors.pop().run();
        }
    }
}
