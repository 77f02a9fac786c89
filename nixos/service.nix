# What the modules of Hatchery's services have in common: a function of the service's name and what is its own.
{ name, description, unit ? { }, confinement ? { }, extraOptions ? { }, extraConfig ? (arguments: cfg: { }) }:
{ config, lib, pkgs, ... }@arguments:
let
  cfg = config.services.hatchery.${name};
  common = config.services.hatchery;

  # A properties file reads a backslash as an escape.
  escape = builtins.replaceStrings [ "\\" ] [ "\\\\" ];
  text = value: if builtins.isBool value then lib.boolToString value else escape (toString value);
  properties = settings: builtins.concatStringsSep "" (lib.mapAttrsToList (key: value: "${key}=${text value}\n") settings);
  file = pkgs.writeText "hatchery-${name}.properties" (properties (common.settings // cfg.settings));
in
{
  imports = [ ./common.nix ];

  options.services.hatchery.${name} = {
    enable = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether ${description} runs on this host.";
    };
    settings = lib.mkOption {
      type = lib.types.attrsOf (lib.types.oneOf [ lib.types.bool lib.types.int lib.types.str ]);
      default = { };
      example = { "credentials.file" = "/run/keys/hatchery/client.properties"; };
      description = ''
        Configuration keys of this service, over those of {option}`services.hatchery.settings`; `hatchery settings` lists them all.
        They are in the world-readable store: keep secrets in {option}`services.hatchery.environmentFile`.
      '';
    };
  } // extraOptions;

  config = lib.mkIf cfg.enable (lib.mkMerge [
    {
      environment.systemPackages = [ common.package ];
      systemd.services."hatchery-${name}" = lib.mkMerge [
        {
          inherit description;
          wantedBy = [ "multi-user.target" ];
          wants = [ "network-online.target" ];
          after = [ "network-online.target" ];
          serviceConfig = {
            Type = "exec";
            ExecStart = "${common.package}/bin/hatchery ${name} --config ${file}";
            Restart = "always";
            RestartSec = "1s";
            # What Java exits with when it is sent SIGTERM.
            SuccessExitStatus = 143;
          } // confinement // lib.optionalAttrs (common.environmentFile != null) { EnvironmentFile = common.environmentFile; };
        }
        unit
      ];
    }
    (extraConfig arguments cfg)
  ]);
}
