# Hatchery from its built jars: `mvn -DskipTests package` makes them in app/target.
{ lib, stdenvNoCC, makeWrapper, jdk, bash, jars ? ../app/target, launcher ? ../hatchery, scripts ? ../scripts }:
stdenvNoCC.mkDerivation {
  pname = "hatchery";
  version = "0.1.0";

  nativeBuildInputs = [ makeWrapper ];
  dontUnpack = true;
  dontPatchELF = true;
  dontBuild = true;

  installPhase = ''
    runHook preInstall
    home=$out/share/hatchery
    mkdir -p $home/lib $home/scripts $out/bin
    cp ${jars}/hatchery-*.jar ${jars}/lib/*.jar $home/lib/
    install -m 755 ${jars}/lib/hatchery-supervisor $home/lib/hatchery-supervisor # static: it runs anywhere
    cp ${launcher} $home/hatchery
    cp ${scripts}/java.sh ${scripts}/jvm-options.sh $home/scripts/
    chmod +x $home/hatchery
    makeWrapper ${bash}/bin/bash $out/bin/hatchery --add-flags $home/hatchery --set JAVA_HOME ${jdk}/lib/openjdk
    runHook postInstall
  '';

  meta = {
    description = "Runs fleets of lightweight OS containers under systemd-nspawn";
    license = lib.licenses.asl20;
    platforms = [ "x86_64-linux" "aarch64-linux" ];
    mainProgram = "hatchery";
  };
}
