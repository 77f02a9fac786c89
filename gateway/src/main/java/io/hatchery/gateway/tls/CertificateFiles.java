package io.hatchery.gateway.tls;

import java.nio.file.Path;

/**
 * The PEM files of a server's certificate.
 *
 * @param certificate the certificate, then those of the authorities between it and a root
 * @param key the private key of the certificate, in the format PKCS #8 and without a password
 */
public record CertificateFiles(Path certificate, Path key) {}
