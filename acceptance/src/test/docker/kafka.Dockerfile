# Kafka's own server behind the environment variables of its official image, for where that cannot be pulled.
FROM eclipse-temurin:25-jre AS java
FROM debian:bookworm-slim
COPY --from=java /opt/java/openjdk /opt/java/openjdk
COPY lib /opt/kafka/libs
COPY run-kafka /opt/kafka/run
ENTRYPOINT ["/opt/kafka/run"]
