# One image for every service; docker-compose.yml says which. Build the jars first: ./up, or mvn -DskipTests -pl app -am package
FROM eclipse-temurin:25-jre AS java

FROM debian:bookworm-slim
# What the base has already is not fetched again.
RUN command -v systemd-nspawn >/dev/null || { \
      apt-get update -qq && \
      apt-get install -y -qq --no-install-recommends systemd-container nftables && \
      rm -rf /var/lib/apt/lists/*; }
COPY --from=java /opt/java/openjdk /opt/java/openjdk
ENV JAVA_HOME=/opt/java/openjdk
COPY hatchery /opt/hatchery/hatchery
COPY scripts /opt/hatchery/scripts
COPY app/target/lib /opt/hatchery/app/target/lib
COPY app/target/hatchery-*.jar /opt/hatchery/app/target/
# The services start faster with it, and without it too.
RUN /opt/hatchery/scripts/aot-caches.sh "$(echo /opt/hatchery/app/target/hatchery-*.jar):/opt/hatchery/app/target/lib/*" /opt/hatchery/app/target || true
# Gateway and config-service are this user; only the runner and the setting up of users need root, and docker-compose.yml says so.
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /var/lib/hatchery hatchery
USER hatchery
ENTRYPOINT ["/opt/hatchery/hatchery"]
