# What the services' modules make of a few options: with NixOS's own modules where nixpkgs has them, else with a stub of what they set.
{ nixpkgs, hatchery }:
let
  real = builtins.pathExists (/. + "${nixpkgs}/nixos/modules/module-list.nix");
  lib = import (/. + "${nixpkgs}/lib");

  host = {
    services.hatchery.settings."kafka.bootstrap.servers" = "kafka:9092";
    services.hatchery.environmentFile = "/run/keys/hatchery.env";
    services.hatchery.gateway = { enable = true; settings = { "gateway.port" = 8480; "gateway.nix-cache.public" = true; }; };
    services.hatchery.config-service = { enable = true; nixpkgs = "/srv/nixpkgs"; };
    services.hatchery.runner.enable = true;
    services.hatchery.runner.policy = { level = "restricted"; allow.bridges = [ "br0" ]; };
  };

  pkgs = {
    writeText = builtins.toFile;
    callPackage = package: arguments: "/hatchery";
    path = /srv/nixpkgs;
    systemd = "/systemd";
    util-linux = "/util-linux";
    iproute2 = "/iproute2";
    nftables = "/nftables";
    git = "/git";
    jdk25 = "/jdk";
  };

  stub = { lib, ... }:
    let any = lib.types.anything; in
    {
      options = {
        systemd.services = lib.mkOption {
          type = lib.types.attrsOf (lib.types.submodule { freeformType = lib.types.attrsOf any; });
          default = { };
        };
        systemd.tmpfiles.rules = lib.mkOption { type = lib.types.listOf lib.types.str; default = [ ]; };
        environment.etc = lib.mkOption { type = lib.types.attrsOf any; default = { }; };
        environment.systemPackages = lib.mkOption { type = lib.types.listOf any; default = [ ]; };
        users.users = lib.mkOption { type = lib.types.attrsOf any; default = { }; };
        users.groups = lib.mkOption { type = lib.types.attrsOf any; default = { }; };
        nix.package = lib.mkOption { type = any; default = "/nix"; };
      };
    };

  modules = [ (/. + "${hatchery}/nixos") host ];
  config =
    if real then (import (/. + "${nixpkgs}/nixos/lib/eval-config.nix") { inherit modules; }).config
    else (lib.evalModules { modules = [ stub ] ++ modules; specialArgs = { inherit pkgs; }; }).config;
in
{
  services = builtins.listToAttrs (map
    (name: {
      inherit name;
      value = {
        command = config.systemd.services."hatchery-${name}".serviceConfig.ExecStart;
        environment = config.systemd.services."hatchery-${name}".serviceConfig.EnvironmentFile;
        config = builtins.removeAttrs config.systemd.services."hatchery-${name}".serviceConfig [ "ExecStart" "EnvironmentFile" ];
        path = map toString (config.systemd.services."hatchery-${name}".path or [ ]);
      };
    })
    [ "gateway" "config-service" "runner" ]);
  rules = config.systemd.tmpfiles.rules;
  policy = config.environment.etc."hatchery/policy.yaml".text;
  users = builtins.attrNames config.users.users;
}
