# services.hatchery.runner: keeps this host's containers as the fleet wants them.
{ config, lib, pkgs, ... }@arguments:
import ./service.nix
  {
    name = "runner";
    description = "Hatchery's runner";
    unit.path = [ config.nix.package pkgs.iproute2 pkgs.nftables pkgs.util-linux pkgs.systemd ];
    confinement = {
      StateDirectory = "hatchery";
      StateDirectoryMode = "0700";
      # As app/src/deb/hatchery-runner.service explains, nothing that installs a system call filter, or gives it mounts of its own, can be set.
      CapabilityBoundingSet = "~CAP_SYS_MODULE CAP_SYS_RAWIO CAP_SYS_PACCT CAP_SYSLOG CAP_MAC_ADMIN CAP_MAC_OVERRIDE CAP_BLOCK_SUSPEND CAP_WAKE_ALARM CAP_AUDIT_READ CAP_PERFMON CAP_CHECKPOINT_RESTORE";
      DevicePolicy = "closed";
    };
    extraOptions.policy = lib.mkOption {
      type = lib.types.nullOr lib.types.anything;
      default = null;
      example = { level = "restricted"; };
      description = ''
        What containers may have on this host, as docs/reference/policy.md has it: the content of `/etc/hatchery/policy.yaml`. Null for
        level baseline.
      '';
    };
    extraConfig = arguments: cfg: {
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
