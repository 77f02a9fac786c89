# Hatchery from its built jars: `mvn -DskipTests package` makes them in app/target.
{ lib, stdenvNoCC, makeWrapper, jdk, bash, jars ? ../app/target, launcher ? ../hatchery, scripts ? ../scripts }:
stdenvNoCC.mkDerivation {
  pname = "hatchery";
  version = "0.1.0";

  nativeBuildInputs = [ makeWrapper ];
  dontUnpack = true;
  dontBuild = true;

  installPhase = ''
    runHook preInstall
    home=$out/share/hatchery
    mkdir -p $home/lib $home/scripts $out/bin
    cp ${jars}/hatchery-*.jar ${jars}/lib/*.jar $home/lib/
    cp ${launcher} $home/hatchery
    cp ${scripts}/java.sh $home/scripts/
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
