# services.hatchery.runner: keeps this host's containers as the fleet wants them.
{ config, lib, pkgs, ... }@arguments:
import ./service.nix
  {
    name = "runner";
    description = "Hatchery's runner";
    unit.path = [ config.nix.package pkgs.iproute2 pkgs.nftables pkgs.util-linux pkgs.systemd ];
    extraConfig = cfg: {
      # The units of containers, and the runner, call it by the path that it has everywhere else.
      systemd.tmpfiles.rules = [
        "L+ /usr/bin/systemd-nspawn - - - - ${pkgs.systemd}/bin/systemd-nspawn"
      ];
    };
  }
  arguments
