# Sourced: the options of the JVM, chosen by measurement (docs/explanation/performance.md). An AOT cache is used only with the collector
# with which it was made.
common_options='-XX:+UseSerialGC -Xmx384m --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow'
common_options="$common_options -Xlog:cds*=off -Xlog:aot*=off"
# A command ends before the second compiler has been of use.
client_options="-XX:TieredStopAtLevel=1 $common_options"
# The services run long enough for both compilers. Without an initial size, the JVM takes a 64th of the machine's memory, and fills that before it collects for the first time.
# A heap that a burst has grown shrinks again at the next full collection.
services_options="-Xms32m -XX:MinHeapFreeRatio=30 -XX:MaxHeapFreeRatio=50 $common_options"
