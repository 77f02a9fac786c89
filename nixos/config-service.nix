# services.hatchery.config-service: evaluates definitions, and builds the systems of containers with this host's Nix.
{ config, lib, pkgs, ... }@arguments:
import ./service.nix
  {
    name = "config-service";
    description = "Hatchery's config-service";
    unit.path = [ config.nix.package pkgs.util-linux pkgs.git ];
    confinement = import ./confinement.nix "config-service" {
      # The gateway's group reads the Nix cache; what is private is in folders that others cannot enter.
      UMask = "0027";
      ReadWritePaths = [ "-/var/lib/hatchery-nix-cache" ];
      # Definitions are evaluated in a namespace without a network, which takes one of users.
      RestrictNamespaces = "user net";
      # Nix's garbage collector reads /proc/stat.
      ProcSubset = "all";
    };
    extraOptions.nixpkgs = lib.mkOption {
      type = lib.types.nullOr lib.types.str;
      default = toString pkgs.path;
      defaultText = "the nixpkgs of this system";
      description = "What definitions with a `config` and without `nixpkgs` are evaluated with.";
    };
    extraConfig = arguments: cfg: lib.mkMerge [
      (import ./unprivileged.nix "config-service" arguments cfg)
      (lib.mkIf (cfg.nixpkgs != null) {
        services.hatchery.config-service.settings."config.nixpkgs" = lib.mkDefault cfg.nixpkgs;
      })
    ];
  }
  arguments
