# The NixOS system of a container, as containers.<name>.config of NixOS has it. A function of the request's file, in JSON:
#   name      the container, or null for a system that every container with this configuration can have
#   prefix    what messages call it
#   nixpkgs   where nixpkgs is
#   modules   a list of { folder, main }
#   arguments the special arguments
{ request }:
let
  asked = builtins.fromJSON (builtins.readFile request);
  evaluate = import (/. + "${asked.nixpkgs}/nixos/lib/eval-config.nix");

  # A string remembers what it was made of: whatever is built with this name refers to the file, so that it can be told.
  trace = builtins.toFile "hatchery-container-name" "Whatever refers to this depends on the name of its container.\n";
  hostName = if asked.name == null then builtins.substring 0 0 "${trace}" else asked.name;

  module = given:
    builtins.path { path = /. + given.folder; name = "hatchery-config"; } + "/${given.main}";

  container = { lib, options, ... }: {
    _file = "container of Hatchery";
    config = lib.mkMerge [
      (lib.optionalAttrs (options ? boot.isNspawnContainer) { boot.isNspawnContainer = true; })
      (lib.optionalAttrs (!(options ? boot.isNspawnContainer) && options ? boot.isContainer) { boot.isContainer = true; })
      (lib.optionalAttrs (options ? security.initialRootPassword) {
        security.initialRootPassword = lib.mkDefault "!";
      })
      (lib.optionalAttrs (options ? networking.hostName) { networking.hostName = lib.mkDefault hostName; })
      (lib.optionalAttrs (options ? networking.useDHCP) { networking.useDHCP = false; })
      (lib.optionalAttrs (options ? nixpkgs.hostPlatform) {
        nixpkgs.hostPlatform = lib.mkDefault builtins.currentSystem;
      })
    ];
  };

  # Those before specialArgs take none, and need none where nobody gives any.
  arguments = if asked.arguments == { } then { } else { specialArgs = asked.arguments; };

  evaluated = evaluate (arguments // {
    prefix = [ "containers" asked.prefix ];
    modules = [ container ] ++ map module asked.modules;
  });
  system = evaluated.config.system.build.toplevel;
in
{
  drv = system.drvPath;
  out = system.outPath;
  inherit trace;
}
