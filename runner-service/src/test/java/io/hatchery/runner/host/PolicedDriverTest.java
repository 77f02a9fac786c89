package io.hatchery.runner.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.hatchery.runner.context.BlockingWork;
import io.hatchery.runner.driver.Driver;
import io.hatchery.runner.lifecycle.Removal;
import io.hatchery.runner.lifecycle.SpecsOfTests;
import io.hatchery.spec.ContainerSpec;
import io.hatchery.spec.policy.HostPolicy;
import io.hatchery.spec.policy.PolicyAllowancesBuilder;
import io.vertx.core.Future;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Folders of the test belong to root only if it runs as root. */
@EnabledIfSystemProperty(named = "user.name", matches = "root")
class PolicedDriverTest {
    private final List<Removal> removed = new ArrayList<>();

    @TempDir
    Path folder;

    private Path root;
    private PolicedDriver driver;

    @BeforeEach
    void make() throws IOException {
        folder = folder.toRealPath();
        root = Files.createDirectories(folder.resolve("web"));
        var allow = PolicyAllowancesBuilder.builder()
                .rootPrefixes(List.of(folder.toString()))
                .build();
        var policy = new ContainerPolicy(new HostPolicy(null, allow, null), null, List.of());
        driver = new PolicedDriver(
                (Driver) Proxy.newProxyInstance(
                        Driver.class.getClassLoader(), new Class<?>[] {Driver.class}, (proxy, method, arguments) -> {
                            if (method.getName().equals("remove")) {
                                removed.add((Removal) arguments[1]);
                            }
                            return Future.succeededFuture();
                        }),
                new PolicyEnforcer(policy),
                SupervisorProgram.installed(),
                new BlockingWork() {
                    @Override
                    public <T> Future<T> begin(Callable<T> task) {
                        try {
                            return Future.succeededFuture(task.call());
                        } catch (Exception e) {
                            return Future.failedFuture(e);
                        }
                    }
                });
    }

    private ContainerSpec spec(String bound) {
        String binds = bound.isEmpty()
                ? ""
                : ", \"bindMounts\": [{\"mountPoint\": \"/d\", \"hostPath\": \"" + bound + "\", \"isReadOnly\": true}]";
        return SpecsOfTests.with("{\"root\": \"" + root + "\"" + binds + "}");
    }

    @Test
    void rootOfARefusedDefinitionIsNotPurged() {
        ContainerSpec spec = spec("/etc");
        assertThat(driver.define(spec).cause()).hasMessageContaining("bindMounts");
        Future<Void> ended = driver.remove(spec.name(), new Removal(spec.root(), true));
        assertThat(removed).containsExactly(new Removal(spec.root(), false));
        assertThat(ended.cause()).hasMessageContaining("is not purged").hasMessageContaining(spec.root());
    }

    @Test
    void rootOfAnAllowedDefinitionIsPurged() {
        ContainerSpec spec = spec("");
        assertThat(driver.define(spec("/etc")).failed()).isTrue();
        assertThat(driver.define(spec).succeeded()).isTrue();
        assertThat(driver.remove(spec.name(), new Removal(spec.root(), true)).succeeded())
                .isTrue();
        assertThat(removed).containsExactly(new Removal(spec.root(), true));
    }
}
