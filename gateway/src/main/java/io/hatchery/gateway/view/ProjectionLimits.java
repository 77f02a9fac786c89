package io.hatchery.gateway.view;

/**
 * Bounds of the read model.
 *
 * @param ended how many ended operations are shown, about a kilobyte each; of more, those that ended first are forgotten before
 *     their day is over
 * @param countedLabels containers with a label are counted up to here before a search; a label of more does not narrow it much
 */
record ProjectionLimits(int ended, int countedLabels) {
    static final ProjectionLimits DEFAULT = new ProjectionLimits(500_000, 5_000);
}
