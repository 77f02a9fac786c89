# services.hatchery.config-service: evaluates definitions, and builds the systems of containers with this host's Nix.
{ config, lib, pkgs, ... }@arguments:
import ./service.nix
  {
    name = "config-service";
    description = "Hatchery's config-service";
    unit.path = [ config.nix.package pkgs.util-linux pkgs.git ];
    extraOptions.nixpkgs = lib.mkOption {
      type = lib.types.nullOr lib.types.str;
      default = toString pkgs.path;
      defaultText = "the nixpkgs of this system";
      description = "What definitions with a `config` and without `nixpkgs` are evaluated with.";
    };
    extraConfig = cfg: lib.mkMerge [
      {
        # As this user, which can read nothing of the service's, definitions are evaluated.
        users.users.hatchery-nix = {
          isSystemUser = true;
          group = "hatchery-nix";
          home = "/var/cache/hatchery-nix";
          createHome = true;
        };
        users.groups.hatchery-nix = { };
      }
      (lib.mkIf (cfg.nixpkgs != null) {
        services.hatchery.config-service.settings."config.nixpkgs" = lib.mkDefault cfg.nixpkgs;
      })
    ];
  }
  arguments
