# A system in the shape that NixOS gives one, as small as can be: an init that says hello and ends when it is asked to.
{ busybox }:
let
  tools = builtins.path { path = busybox; name = "busybox"; };
in
derivation {
  name = "hello-system";
  system = builtins.currentSystem;
  builder = "/bin/sh";
  inherit tools;
  script = ''
    #!@bin@/busybox sh
    trap "echo goodbye; exit 0" TERM 37
    echo "hello from a container built by Nix"
    while :; do @bin@/busybox sleep 3600 & wait $!; done
  '';
  args = [
    "-c"
    ''
      PATH=/bin:/usr/bin
      mkdir -p $out/bin
      cp $tools $out/bin/busybox
      printf '%s' "$script" | sed -e 's/^ *//' -e "s|@bin@|$out/bin|g" > $out/init
      chmod +x $out/init
    ''
  ];
}
