# services.hatchery.runner: keeps this host's containers as the fleet wants them.
{ config, lib, pkgs, ... }@arguments:
import ./service.nix
  {
    name = "runner";
    description = "Hatchery's runner";
    unit.path = [ config.nix.package pkgs.iproute2 pkgs.nftables pkgs.util-linux pkgs.systemd ];
    extraOptions.policy = lib.mkOption {
      type = lib.types.nullOr lib.types.anything;
      default = null;
      example = { level = "restricted"; };
      description = ''
        What containers may have on this host, as docs/reference/policy.md has it: the content of `/etc/hatchery/policy.yaml`. Null for
        level baseline.
      '';
    };
    extraConfig = cfg: {
      # JSON is YAML.
      environment.etc = lib.mkIf (cfg.policy != null) { "hatchery/policy.yaml".text = builtins.toJSON cfg.policy; };
      # A changed policy is read when the runner starts; containers keep running.
      systemd.services.hatchery-runner.restartTriggers = lib.mkIf (cfg.policy != null) [ (builtins.toJSON cfg.policy) ];
      # The units of containers, and the runner, call it by the path that it has everywhere else.
      systemd.tmpfiles.rules = [
        "L+ /usr/bin/systemd-nspawn - - - - ${pkgs.systemd}/bin/systemd-nspawn"
      ];
    };
  }
  arguments
