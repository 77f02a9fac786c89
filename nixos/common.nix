# Options of all of Hatchery's services.
{ lib, pkgs, ... }:
{
  options.services.hatchery = {
    package = lib.mkOption {
      type = lib.types.package;
      default = pkgs.callPackage ./package.nix { jdk = pkgs.jdk25_headless or pkgs.jdk25; };
      defaultText = "the jars built in app/target";
      description = "The package that holds the launcher and the jars.";
    };
    settings = lib.mkOption {
      type = lib.types.attrsOf (lib.types.oneOf [ lib.types.bool lib.types.int lib.types.str ]);
      default = { };
      example = { "gateway.address" = "10.0.0.1"; };
      description = "Configuration keys of all services of this host; `hatchery settings` lists them.";
    };
    environmentFile = lib.mkOption {
      type = lib.types.nullOr lib.types.str;
      default = null;
      example = "/run/keys/hatchery.env";
      description = ''
        A file, as systemd.exec(5) has it, of variables such as `HATCHERY_GATEWAY_TOKEN_FILE`, which set configuration keys over those
        of the modules and stay out of the store. Each service has Kafka credentials of its own: name them in its setting
        `credentials.file`.
      '';
    };
  };
}
