/** Black-box tests of an installation, grouped by feature: real containers, systemd hosts, brokers and clients. */
@NullMarked
package io.hatchery.acceptance;

import org.jspecify.annotations.NullMarked;
