package io.hatchery.gateway.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some containers of a list.
 *
 * @param next behind which the next page begins; null if there is none
 */
public record ContainerPage(
        List<RenderedContainer> containers, @Nullable ContainerPlace next) {}
