package io.hatchery.app;

import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hatchery.broker.CertificateAuthority;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine that joins trusts the authority of its token and no other. */
class PinnedAuthorityTest {
    @TempDir
    Path folder;

    private static X509Certificate[] read(Path file) throws Exception {
        try (InputStream in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toArray(X509Certificate[]::new);
        }
    }

    private CertificateAuthority authority(String name) throws Exception {
        var authority = new CertificateAuthority(folder.resolve(name));
        authority.init();
        return authority;
    }

    private X509Certificate[] issued(CertificateAuthority authority) throws Exception {
        Path certificate = folder.resolve("certificate.pem");
        authority.issue(List.of("gateway.example.org"), certificate, folder.resolve("key.pem"));
        return read(certificate);
    }

    @Test
    void onlyCertificatesOfTheAuthorityAreTrusted() throws Exception {
        CertificateAuthority own = authority("own");
        X509Certificate[] chain = issued(own);
        var pinned = new PinnedAuthority(PinnedAuthority.fingerprint(read(own.certificate())[0]));
        assertThatNoException().isThrownBy(() -> pinned.checkServerTrusted(chain, "EC"));

        X509Certificate[] foreign = issued(authority("other"));
        assertThatThrownBy(() -> pinned.checkServerTrusted(foreign, "EC"))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("its authority is not the one of the join token");
        // A foreign certificate with the authority's own behind it.
        X509Certificate[] mixed = {foreign[0], read(own.certificate())[0]};
        assertThatThrownBy(() -> pinned.checkServerTrusted(mixed, "EC"))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("do not fit together");
        // A certificate of the authority that issues no others.
        X509Certificate[] forged = {foreign[0], chain[0], chain[1]};
        assertThatThrownBy(() -> pinned.checkServerTrusted(forged, "EC"))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("is not an authority");
        assertThatThrownBy(() -> pinned.checkServerTrusted(new X509Certificate[] {chain[0]}, "EC"))
                .isInstanceOf(CertificateException.class);
    }
}
