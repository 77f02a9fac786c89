# The interface of NixOS's eval-config.nix over a system that is one shell script and an init which says when it is ready.
{ modules, prefix ? [ ], specialArgs ? { }, system ? builtins.currentSystem }:
let
  lib = import ../../lib;
  tools = builtins.path { path = ../../tools; name = "tools"; };
  inherit (lib) mkOption types;

  base = { config, ... }: {
    _file = "the tests' base module";
    options = {
      boot.isContainer = mkOption { type = types.bool; default = false; };
      boot.postBootCommands = mkOption { type = types.lines; default = ""; };
      networking.hostName = mkOption { type = types.str; default = "nixos"; };
      networking.useDHCP = mkOption { type = types.bool; default = true; };
      environment.etc = mkOption {
        type = types.attrsOf (types.submodule { options.text = mkOption { type = types.lines; }; });
        default = { };
      };
      system.stateVersion = mkOption { type = types.str; default = ""; };
      system.extraSystemBuilderCmds = mkOption { type = types.lines; default = ""; };
      system.build = mkOption { type = types.attrsOf types.anything; default = { }; };
    };
    config = {
      environment.etc = lib.optionalAttrs (config.networking.hostName != "") {
        hostname.text = config.networking.hostName;
      };
      system.build.toplevel = toplevel config;
    };
  };

  files = config: lib.concatStringsSep "\n" (lib.mapAttrsToList
    (name: entry: "cp ${builtins.toFile (builtins.replaceStrings [ "/" ] [ "-" ] name) entry.text} $out/etc/${name}")
    config.environment.etc);

  activate = ''
    cd $system/etc
    for file in *; do cp -f $file /etc/$file; done
    ln -sfn $system /run/current-system
  '';

  toplevel = config: derivation {
    inherit system;
    name = "nixos-system-test";
    builder = "/bin/sh";
    args = [ "-e" (builtins.toFile "builder.sh" ''
      mkdir() { ${tools}/busybox mkdir "$@"; }
      cp() { ${tools}/busybox cp "$@"; }
      chmod() { ${tools}/busybox chmod "$@"; }
      sleep() { ${tools}/busybox sleep "$@"; }
      mkdir -p $out/etc $out/sw/bin $out/bin
      for applet in sh cat cp ln mkdir sleep echo hostname id touch ls rm mount; do
        ${tools}/busybox ln -s ${tools}/busybox $out/sw/bin/$applet
      done
      echo "building the system of ${builtins.concatStringsSep "." prefix}"
      ${files config}
      ${config.system.extraSystemBuilderCmds}
      {
        echo "#!${tools}/busybox sh"
        echo "system=$out"
        echo 'export PATH=/run/current-system/sw/bin'
        echo '${tools}/busybox mkdir -p /run /etc /bin; ${tools}/busybox ln -sfn $system /run/current-system; ln -sfn $system/sw/bin/sh /bin/sh'
        echo '${activate}'
        echo '[ ! -s /etc/hostname ] || hostname -F /etc/hostname'
        echo '. ${builtins.toFile "post-boot.sh" (config.boot.postBootCommands + "\n")}'
        echo 'exec ${tools}/init'
      } > $out/init
      {
        echo "#!${tools}/busybox sh"
        echo "system=$out"
        echo 'export PATH=$system/sw/bin'
        echo '${activate}'
        echo 'echo "switched to $system"'
      } > $out/bin/switch-to-configuration
      chmod 0555 $out/init $out/bin/switch-to-configuration
    '') ];
  };
in
lib.evalModules { modules = [ base ] ++ modules; inherit specialArgs prefix; }
