package io.batchscope.config;

import io.batchscope.plan.StudyConfig;

/**
 * A configuration that passed every check of its single values.
 *
 * @param config what was asked for
 * @param resolvedJson the same, defaults and overrides merged in, as one line of JSON with sorted keys
 * @param hash SHA-256 of {@code resolvedJson} in UTF-8, 64 hexadecimal digits
 */
public record LoadedConfig(StudyConfig config, String resolvedJson, String hash) {}
