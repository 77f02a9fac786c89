/** Black-box tests of the whole on real parts: processes, a broker, systemd-nspawn, and clients that were not written here. */
@NullMarked
package io.hatchery.acceptance;

import org.jspecify.annotations.NullMarked;
